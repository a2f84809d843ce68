import { type PreviewMatchesData, previewMatches } from '@sync-operations/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

/** What is compared: the items of one connection with the entries of another. */
export interface MatchPair {
  readonly connection_id: string;
  readonly with: string;
  readonly entity_type: PreviewMatchesData['query']['entity_type'];
}

/** Reads both systems, which takes a while: it is not done again without being asked. */
export function useMatches({ connection_id, ...query }: MatchPair) {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'matches', connection_id, query],
    queryFn: ({ pageParam }) =>
      unwrap(
        previewMatches({
          client,
          path: { connection_id },
          query: { ...query, ...(pageParam && { cursor: pageParam }) },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
}
