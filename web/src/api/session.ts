import { createSyncClient, listOrganizations } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { ApiError, unwrap } from './problem.ts';
import { queryClient, SESSION_KEY } from './query.client.ts';

/** Without an organization, for the pages before one is chosen. */
const client = createSyncClient({ baseUrl: '' });

export interface Organizations {
  readonly ids: readonly string[];
  readonly more: boolean;
}

/** The first organizations that the user may see, or the first whose id contains `q`. */
export async function fetchOrganizations(q?: string): Promise<Organizations> {
  const page = await unwrap(listOrganizations({ client, query: { limit: 100, ...(q && { q }) } }));
  return { ids: page.items.map(({ org_id }) => org_id), more: page.next_cursor !== null };
}

/** The organizations of the session; null: signed out. Polled until the service responds. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      const { signed_in } = await unwrap(client.get<{ 200: { signed_in: boolean } }>({ url: '/session' }));
      if (!signed_in) return null;
      return fetchOrganizations().catch((error: unknown) => {
        // The session ended between the two requests.
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      });
    },
    staleTime: 60_000,
  });
}

/** Throws ApiError when the key is invalid. */
export async function signInWithKey(key: string): Promise<void> {
  await post('/sign-in', { key });
  await queryClient.resetQueries();
}

export async function signOut(): Promise<void> {
  await post('/sign-out');
  queryClient.clear();
  // A full load, so that nothing of one tenant stays in the page of the next.
  window.location.assign('/');
}

/** The endpoints that set and clear the session cookie. They are not part of the API. */
async function post(path: string, body?: object): Promise<void> {
  await unwrap(client.post({ url: path, body, headers: { 'Content-Type': 'application/json' } }));
}
