import {
  checkConnection,
  getConnection,
  listAllSchedules,
  listConnections,
  listConnectors,
} from '@sync-operations/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

/** More than any organization has connected so far; the API lists all of them. */
const LIMIT = 1_000;

export function useConnections() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'connections', 'all'],
    queryFn: async () => (await unwrap(listConnections({ client, query: { limit: LIMIT } }))).items,
  });
}

export function useConnection(id: string) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'connections', id],
    queryFn: () => unwrap(getConnection({ client, path: { connection_id: id } })),
  });
}

/** The systems that can be connected. They change only with the version of the service. */
export function useConnectors() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'connectors'],
    queryFn: async () => (await unwrap(listConnectors({ client }))).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const schedulesKey = (orgId: string) => [orgId, 'schedules'] as const;

/** All schedules of the organization, in one call. */
export function useAllSchedules() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: schedulesKey(orgId),
    queryFn: async () => (await unwrap(listAllSchedules({ client }))).items,
    // So that the next run is not in the past.
    refetchInterval: 30_000,
  });
}

/** Calls the system. A failed check is also a successful response. */
export function useCheck() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(checkConnection({ client, path: { connection_id: id } })),
    onSettled: () => queries.invalidateQueries({ queryKey: [orgId, 'connections'] }),
  });
}

/** The name of a source or destination: the name of the connection, or Records. */
export function useConnectionName(): (destination: string) => string {
  const { data } = useConnections();
  return useCallback(
    (id) => {
      if (id === 'records') return 'Records';
      const name = data?.find((connection) => connection.id === id)?.name;
      return name ?? (data ? `a removed connection (${id.slice(0, 8)})` : '…');
    },
    [data],
  );
}
