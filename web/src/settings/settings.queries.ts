import {
  type ChangeMember,
  type ChangeSettings,
  type CreateApiKey,
  changeMember,
  changeSettings,
  createKey,
  getSettings,
  listKeys,
  listMembers,
  revokeKey,
  usage,
} from '@sync-operations/client';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

const PAGE = 50;

export function useKeys() {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'keys'],
    queryFn: ({ pageParam }) =>
      unwrap(listKeys({ client, query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } })),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
}

export function useMembers() {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'members'],
    queryFn: ({ pageParam }) =>
      unwrap(listMembers({ client, query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } })),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
}

export function useSettings() {
  const { orgId, client } = useOrganization();
  return useQuery({ queryKey: [orgId, 'settings'], queryFn: () => unwrap(getSettings({ client })) });
}

export function useUsage() {
  const { orgId, client } = useOrganization();
  return useQuery({ queryKey: [orgId, 'usage'], queryFn: async () => (await unwrap(usage({ client }))).items });
}

export function useCreateKey() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateApiKey) => unwrap(createKey({ client, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'keys'] }),
  });
}

export function useRevokeKey() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key_id: string) => unwrap(revokeKey({ client, path: { key_id } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'keys'] }),
  });
}

export function useChangeMember() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ user_id, ...body }: ChangeMember & { user_id: string }) =>
      unwrap(changeMember({ client, path: { user_id }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'members'] }),
  });
}

export function useChangeSettings() {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: ChangeSettings) => unwrap(changeSettings({ client, body })),
    onSuccess: (settings) => queries.setQueryData([orgId, 'settings'], settings),
  });
}
