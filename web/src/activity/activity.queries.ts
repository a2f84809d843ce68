import { type Activity, listActivity, listActivityTrends } from '@sync-operations/client';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { isTransient } from '../api/query.client.ts';
import { type ActivityQuery } from './activity.filters.ts';

const PAGE = 100;
const NEWER_EVERY_MS = 5_000;
const MAX_RETRY_DELAY_MS = 5_000;

/**
 * The trail, newest first, page by page. It does not refetch automatically: that would load every page again and move the entries
 * that the user reads. Newer entries are counted separately: see useNewer.
 */
export function useTrail(query: ActivityQuery) {
  const { orgId, client } = useOrganization();
  const queryClient = useQueryClient();
  const queryKey = useMemo(() => [orgId, 'trail', query], [orgId, query]);
  const trail = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        listActivity({ client, signal, query: { ...query, limit: PAGE, ...(pageParam && { cursor: pageParam }) } }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    // A page that could not be loaded is retried until it can be; the pages before it stay.
    retry: (_, error) => isTransient(error),
    retryDelay: (failures) => Math.min(1_000 * 2 ** failures, MAX_RETRY_DELAY_MS),
  });
  /** Starts again from the newest entry. */
  const restart = async () => {
    queryClient.setQueryData<typeof trail.data>(queryKey, (data) => data && firstPageOf(data));
    await trail.refetch();
  };
  return { trail, restart };
}

const firstPageOf = <Data extends { pages: unknown[]; pageParams: unknown[] }>(data: Data): Data => ({
  ...data,
  pages: data.pages.slice(0, 1),
  pageParams: data.pageParams.slice(0, 1),
});

/** How many entries are newer than `newest`, the first of the list (undefined: the list is not loaded); at most a page. */
export function useNewer(query: ActivityQuery, newest: Activity | null | undefined): number {
  const { orgId, client } = useOrganization();
  const { days: _, ...rest } = query;
  const since = newest ? { ...rest, from: newest.created_at } : query;
  const { data } = useQuery({
    queryKey: [orgId, 'trail-newer', query, newest?.id],
    queryFn: async () => {
      const { items } = await unwrap(listActivity({ client, query: { ...since, limit: PAGE } }));
      return newerThan(items, newest);
    },
    enabled: newest !== undefined,
    staleTime: NEWER_EVERY_MS,
    refetchInterval: NEWER_EVERY_MS,
  });
  return data ?? 0;
}

const NONE: readonly string[] = [];

/** The entity types of the last 90 days, as suggestions. */
export function useEntityTypes(): readonly string[] {
  const { orgId, client } = useOrganization();
  const { data = NONE } = useQuery({
    queryKey: [orgId, 'entity-types'],
    queryFn: async () => {
      const { items } = await unwrap(listActivityTrends({ client, query: { days: 90, include_failed: true } }));
      return [...new Set(items.flatMap(({ entity_type }) => entity_type ?? []))].sort();
    },
    staleTime: 300_000,
  });
  return data;
}

/** How many of `items`, newest first, are newer than `newest` (null: the list is empty). */
export function newerThan(
  items: readonly Pick<Activity, 'id'>[],
  newest: Pick<Activity, 'id'> | null | undefined,
): number {
  const at = newest ? items.findIndex(({ id }) => id === newest.id) : -1;
  return at < 0 ? items.length : at;
}
