import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Activity, listActivity } from '../../../clients/typescript/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { isPassing } from '../api/query.client.ts';
import { unwrap } from '../api/unwrap.ts';
import type { ActivityQuery } from './activity.filters.ts';
import { newerThan } from './trail.newer.ts';

const PAGE = 100;
const NEWER_EVERY_MS = 5_000;
const PATIENCE_MS = 5_000;

/**
 * The trail, newest first, page by page. It is never fetched anew by itself: that would ask for every page again and move what is
 * being read. What was written meanwhile is counted beside it: see useNewer.
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
    // A page that could not be read now is asked for until it can; the ones before it stay.
    retry: (_, error) => isPassing(error),
    retryDelay: (failures) => Math.min(1_000 * 2 ** failures, PATIENCE_MS),
  });
  /** From the newest entry again. */
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

/** How many entries came after `newest`, the first of the list (undefined: while the list is not there); more than a page is a page. */
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
