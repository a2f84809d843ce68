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

interface SignIn {
  readonly signed_in: boolean;
  /** The name of the identity provider, where there is one. */
  readonly provider?: string;
}

const fetchSignIn = () => unwrap(client.get<{ 200: SignIn }>({ url: '/session' }));

/** The identity provider to sign in with; undefined: there is none, or it is not known yet. */
export function useProvider(): string | undefined {
  return useQuery({ queryKey: ['provider'], queryFn: fetchSignIn, staleTime: 60_000 }).data?.provider;
}

/** The organizations of the session; null: signed out. Polled until the service responds. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      const { signed_in } = await fetchSignIn();
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

const JSON_BODY = { 'Content-Type': 'application/json' };

/** Throws ApiError when the key is invalid. */
export async function signInWithKey(key: string): Promise<void> {
  await post('/sign-in', { key });
  await queryClient.resetQueries();
}

export async function signOut(): Promise<void> {
  const response = await unwrap(
    client.post<{ 200: { continue_at?: string } | undefined }>({ url: '/sign-out', headers: JSON_BODY }),
  );
  queryClient.clear();
  // A full load, so that nothing of one tenant stays in the page of the next. The identity provider ends its session, too.
  window.location.assign(response?.continue_at ?? '/');
}

/** The endpoints that set and clear the session cookie. They are not part of the API. */
async function post(path: string, body?: object): Promise<void> {
  await unwrap(client.post({ url: path, body, headers: JSON_BODY }));
}
