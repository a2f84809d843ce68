import { listActivityTrends, listSlowActivity } from '@sync-operations/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';

const EVERY_MS = 60_000;

/** Each day and entity type from the day `from` of UTC on. Of every type: choosing one needs no other answer. */
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

/** Completed syncs that ran at less than half of what is usual for their kind. */
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
