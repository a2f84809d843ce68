import { getOverview } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

const EVERY_MS = 5_000;

/** How everything stands, in one call, kept up to date. */
export function useOverview() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'overview'],
    queryFn: () => unwrap(getOverview({ client })),
    refetchInterval: EVERY_MS,
  });
}
