import { listActivityTrends, listSlowActivity } from '@sync-operations/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

const EVERY_MS = 60_000;

/** Numbers per day and entity type since the UTC day `from`. The page filters the types itself. */
export function useTrends(from: string) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'trends', from],
    queryFn: async () => {
      const query = { from: `${from}T00:00:00Z`, include_failed: true };
      return (await unwrap(listActivityTrends({ client, query }))).items;
    },
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
}

/** Completed syncs that ran at less than half of their usual speed. */
export function useSlow(from: string, entityType: string | undefined) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'slow', from, entityType],
    queryFn: async () => {
      const query = { from: `${from}T00:00:00Z`, ...(entityType && { entity_type: entityType }) };
      return (await unwrap(listSlowActivity({ client, query }))).items;
    },
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
}
