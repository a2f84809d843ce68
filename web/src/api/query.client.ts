import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './problem.ts';

/** Who is signed in, and what they may see; null: nobody. */
export const SESSION_KEY = ['session'];

/** Whatever finds that the session has ended leads to the sign-in page. */
const onError = (error: unknown) => {
  if (error instanceof ApiError && error.status === 401) queryClient.setQueryData(SESSION_KEY, null);
};

/** Waiting helps when there was no answer, or the service said that it cannot answer now. */
export const isPassing = (error: unknown) => error instanceof ApiError && (error.status === 0 || error.status >= 500);

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      retry: (failures, error) => isPassing(error) && failures < 2,
      // What failed although it should have passed is asked again until it does.
      refetchInterval: ({ state }) => (isPassing(state.error) ? 3_000 : false),
      staleTime: 5_000,
    },
    mutations: { networkMode: 'always' },
  },
});
