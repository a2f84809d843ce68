import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './problem.ts';

/** The session: the organizations that the user may see; null: signed out. */
export const SESSION_KEY = ['session'];

/** Any request that finds the session ended leads to the sign-in page. */
const onError = (error: unknown) => {
  if (error instanceof ApiError && error.status === 401) queryClient.setQueryData(SESSION_KEY, null);
};

/** Whether a retry may help: there was no response, or the service failed. */
export const isTransient = (error: unknown) => error instanceof ApiError && (error.status === 0 || error.status >= 500);

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      retry: (failures, error) => isTransient(error) && failures < 2,
      // A transient failure that outlasted the retries is polled until it is over.
      refetchInterval: ({ state }) => (isTransient(state.error) ? 3_000 : false),
      staleTime: 5_000,
    },
    mutations: { networkMode: 'always' },
  },
});
