import { createSyncClient, listOrganizations } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { ApiError } from './problem.ts';
import { queryClient, SESSION_KEY } from './query.client.ts';
import { unwrap } from './unwrap.ts';

/** No organization is named: for what comes before one is chosen. */
const client = createSyncClient({ baseUrl: '' });

export interface Organizations {
  readonly ids: readonly string[];
  readonly more: boolean;
}

/** The first organizations that whoever is signed in may see, or those whose name contains `q`. */
export async function fetchOrganizations(q?: string): Promise<Organizations> {
  const page = await unwrap(listOrganizations({ client, query: { limit: 100, ...(q && { q }) } }));
  return { ids: page.items.map(({ org_id }) => org_id), more: page.next_cursor !== null };
}

/** The organizations of the session; null: nobody is signed in. Asked again until the service answers. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      const { signed_in } = await unwrap(client.get<{ 200: { signed_in: boolean } }>({ url: '/session' }));
      if (!signed_in) return null;
      return fetchOrganizations().catch((error: unknown) => {
        // It ended just now.
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      });
    },
    staleTime: 60_000,
  });
}

/** Throws ApiError when the key is not valid. */
export async function signInWithKey(key: string): Promise<void> {
  await post('/sign-in', { key });
  await queryClient.resetQueries();
}

export async function signOut(): Promise<void> {
  await post('/sign-out');
  queryClient.clear();
  // A page of one tenant must not stand in the history of the next.
  window.location.assign('/');
}

/** Pages of the service that set and clear the cookie; they are no part of the API. */
async function post(path: string, body?: object): Promise<void> {
  await unwrap(client.post({ url: path, body, headers: { 'Content-Type': 'application/json' } }));
}
