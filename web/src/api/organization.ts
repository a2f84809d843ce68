import { type Client, createSyncClient, type Right, whoami } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { unwrap } from './problem.ts';
import { noteServerTime } from './server.clock.ts';

/** The organization whose pages are open, and a client that sends its id with each call. */
export interface Organization {
  readonly orgId: string;
  readonly client: Client;
}

export const OrganizationContext = createContext<Organization | null>(null);

export function openOrganization(orgId: string): Organization {
  const client = createSyncClient({ baseUrl: '', orgId });
  client.interceptors.response.use((response) => {
    noteServerTime(response);
    return response;
  });
  return { orgId, client };
}

/** Throws outside the pages of an organization. */
export function useOrganization(): Organization {
  const organization = useContext(OrganizationContext);
  if (!organization) throw new Error('no organization is open');
  return organization;
}

/** The signed-in principal, as the service sees it in this organization. */
export function useWhoami() {
  const { orgId, client } = useOrganization();
  return useQuery({ queryKey: [orgId, 'whoami'], queryFn: () => unwrap(whoami({ client })), staleTime: 60_000 });
}

/** Whether the user has the right. True until it is known: the service checks it anyway. */
export function useMay(right: Right): boolean {
  return useWhoami().data?.rights.includes(right) ?? true;
}
