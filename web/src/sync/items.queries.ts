import { listItems, type Progress } from '@sync-operations/client';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { itemOutcome } from './sync.counts.ts';

/** Query parameters of the page. */
export const ITEM_FILTERS = ['outcome', 'error_class'] as const;
export type ItemFilters = Readonly<Partial<Record<(typeof ITEM_FILTERS)[number], string>>>;

/** Contains the error classes of nearly every sync in one response. */
const SAMPLE = 200;
const PAGE = 50;
const EVERY_MS = 5_000;

/** Polled while the sync is active. */
const everyWhileActive = ({ completed_at }: Progress) => (completed_at ? false : EVERY_MS);

/** The first items without filters, from which the error classes are counted. */
export function useItemSample(sync: Progress) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'items', sync.sync_id, sync.completed_at, 'sample'],
    queryFn: () => unwrap(listItems({ client, path: { sync_id: sync.sync_id }, query: { limit: SAMPLE } })),
    refetchInterval: everyWhileActive(sync),
    placeholderData: keepPreviousData,
  });
}

/** The items that match the filters, page by page. */
export function useItems(sync: Progress, filters: ItemFilters) {
  const { orgId, client } = useOrganization();
  const outcome = itemOutcome(filters.outcome);
  const { error_class } = filters;
  return useInfiniteQuery({
    queryKey: [orgId, 'items', sync.sync_id, sync.completed_at, outcome, error_class],
    queryFn: ({ pageParam }) =>
      unwrap(
        listItems({
          client,
          path: { sync_id: sync.sync_id },
          query: {
            limit: PAGE,
            ...(outcome && { outcome }),
            ...(error_class && { error_class }),
            ...(pageParam && { cursor: pageParam }),
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: everyWhileActive(sync),
    placeholderData: keepPreviousData,
  });
}
