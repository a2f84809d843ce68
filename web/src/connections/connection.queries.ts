import {
  checkConnection,
  getConnection,
  listConnections,
  listConnectors,
  listSchedules,
} from '@sync-operations/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';

/** More than anybody connects; whoever has more finds them over the API. */
const MOST = 1_000;

export function useConnections() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'connections', 'all'],
    queryFn: async () => (await unwrap(listConnections({ client, query: { limit: MOST } }))).items,
  });
}

export function useConnection(id: string) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'connections', id],
    queryFn: () => unwrap(getConnection({ client, path: { connection_id: id } })),
  });
}

/** The systems that can be connected; they change with the service's version only. */
export function useConnectors() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'connectors'],
    queryFn: async () => (await unwrap(listConnectors({ client }))).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const schedulesKey = (orgId: string, id: string) => [orgId, 'connections', id, 'schedules'] as const;

export function useSchedules(id: string) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: schedulesKey(orgId, id),
    queryFn: async () => (await unwrap(listSchedules({ client, path: { connection_id: id } }))).items,
    // So that the next time does not stand there when it has passed.
    refetchInterval: 30_000,
  });
}

/** Calls the system. What came of it is an answer, also when the system refuses. */
export function useCheck() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(checkConnection({ client, path: { connection_id: id } })),
    onSettled: () => queries.invalidateQueries({ queryKey: [orgId, 'connections'] }),
  });
}
