import { listSyncs, type SyncListItem } from '@sync-operations/client';
import { isReporting, isSilent, type StreamedSync, useSyncProgress } from '@sync-operations/react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { isTransient } from '../api/query.client.ts';
import { useNow } from '../ui/time.tsx';
import type { SyncsQuery } from './syncs.filters.ts';

const PAGE = 100;
/** How soon a sync of which nothing is heard loses what it is said to need. */
const TICK_MS = 5_000;

/** The list, page by page. The first page is read again when a sync begins or ends; a row that runs follows the live stream. */
export function useSyncs(query: SyncsQuery) {
  const { orgId, client } = useOrganization();
  const queryClient = useQueryClient();
  const queryKey = useMemo(() => [orgId, 'syncs', query], [orgId, query]);
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      unwrap(listSyncs({ client, signal, query: { ...query, limit: PAGE, ...(pageParam && { cursor: pageParam }) } })),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    retry: (_, error) => isTransient(error),
  });
  const progress = useSyncProgress(orgId);
  const active = progress.syncs.flatMap(({ sync_id, completed_at }) => (completed_at ? [] : sync_id));
  const begun = active.sort().join('\n');
  const now = useNow(TICK_MS);
  const pages = list.data?.pages;
  const isOnePage = pages?.length === 1;
  useEffect(() => {
    // More pages would all be read again, and what is read moved.
    if (progress.loaded && isOnePage && begun !== undefined) void queryClient.invalidateQueries({ queryKey });
  }, [begun, progress.loaded, isOnePage, queryClient, queryKey]);
  const rows = useMemo(() => {
    const live = new Map(progress.syncs.map((sync) => [sync.sync_id, sync]));
    return pages?.flatMap(({ items }) => items.map((item) => withLive(item, live.get(item.sync_id), now)));
  }, [pages, progress.syncs, now]);
  return { list, rows };
}

export interface SyncRowItem extends SyncListItem {
  /** It runs and nothing is heard of it, and no other system has asked for a pause. */
  readonly isSilent?: boolean;
}

/** The row with what the stream knows of it; an ended row is not made active again by an older event. */
function withLive(item: SyncListItem, live: StreamedSync | undefined, now: number): SyncRowItem {
  if (!live || item.completed_at || Date.parse(live.updated_at) < Date.parse(item.updated_at)) return item;
  const { status, started_at, updated_at, completed_at, total_items, processed_count, failed_count } = live;
  return {
    ...item,
    ...{ status, started_at, updated_at, completed_at, total_items, processed_count, failed_count },
    elapsed_seconds: live.elapsed_seconds,
    speed_items_per_min: live.speed_items_per_min,
    eta_seconds: isReporting(live, now) ? live.eta_seconds : null,
    isSilent: isSilent(live, now) && !live.waiting_reason && !(Date.parse(live.rate_limited_until ?? '') > now),
    cancel_requested: live.cancel_requested,
    pause_requested: live.pause_requested,
    waiting_reason: live.waiting_reason,
    error_message: live.error_message,
  };
}
