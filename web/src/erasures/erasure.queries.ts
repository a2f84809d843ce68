import { type Erase, erasePerson, listErasures } from '@sync-operations/client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

const PAGE = 20;
/** An erasure takes seconds to minutes, and no event tells of it. */
const RUNNING_EVERY_MS = 2_000;

/** Newest first; read again for as long as one of them is running. */
export function useErasures() {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'erasures'],
    queryFn: ({ pageParam }) =>
      unwrap(listErasures({ client, query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } })),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((erasure) => erasure.state === 'running')) && RUNNING_EVERY_MS,
  });
}

export function useErasePerson() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: (body: Erase) => unwrap(erasePerson({ client, body, headers: { 'Idempotency-Key': keyFor(body) } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'erasures'] }),
  });
}
