import { listItems, type Progress } from '@sync-operations/client';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';

/** Stand in the address. */
export const ITEM_FILTERS = ['outcome', 'error_class'] as const;
export type ItemFilters = Readonly<Partial<Record<(typeof ITEM_FILTERS)[number], string>>>;

/** Enough to know the error classes of nearly every sync, and one answer. */
const SAMPLE = 200;
const PAGE = 50;
const EVERY_MS = 5_000;

/** While the sync is active its items are asked for anew; what they are at its end is kept apart. */
const everyWhileActive = ({ completed_at }: Progress) => (completed_at ? false : EVERY_MS);

/** The first items, whatever the filters, from which the error classes are counted. */
export function useItemSample(sync: Progress) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'items', sync.sync_id, sync.completed_at, 'sample'],
    queryFn: () => unwrap(listItems({ client, path: { sync_id: sync.sync_id }, query: { limit: SAMPLE } })),
    refetchInterval: everyWhileActive(sync),
    placeholderData: keepPreviousData,
  });
}

/** The items that match, page by page. */
export function useItems(sync: Progress, filters: ItemFilters) {
  const { orgId, client } = useOrganization();
  const outcome = filters.outcome === 'failed' || filters.outcome === 'skipped' ? filters.outcome : undefined;
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
