import {
  getPreview,
  getRun,
  listPreviewChanges,
  listPreviews,
  listRuns,
  type PreviewChange,
  type PreviewSummary,
  type Run,
} from '@sync-operations/client';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

const PAGE = 50;
const COMPUTING_EVERY_MS = 3_000;

export function usePreviews() {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'previews'],
    queryFn: ({ pageParam }) =>
      unwrap(listPreviews({ client, query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } })),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
}

export function usePreview(cacheKey: string) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'previews', cacheKey],
    queryFn: () => unwrap(getPreview({ client, path: { cache_key: cacheKey } })),
    // A newer preview may exist under the same key, and the user must apply exactly what the page shows.
    staleTime: 0,
  });
}

/** The changes of one kind. `syncId` in the key keeps the pages of two previews under the same cache key apart. */
export function useChanges(cacheKey: string, syncId: string, kind: PreviewChange['kind']) {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'previews', cacheKey, 'changes', syncId, kind],
    queryFn: ({ pageParam }) =>
      unwrap(
        listPreviewChanges({
          client,
          path: { cache_key: cacheKey },
          query: { kind, limit: PAGE, ...(pageParam && { cursor: pageParam }) },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
}

/** The run that computed the preview, for who requested it. */
export function useComputedBy(syncId: string | undefined) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'run', syncId],
    enabled: syncId !== undefined,
    queryFn: () => unwrap(getRun({ client, path: { sync_id: syncId ?? '' } })),
    staleTime: 60_000,
  });
}

/** The run that applied the preview of `syncId`; null: none. */
export function useAppliedBy(sourceId: string | undefined, syncId: string | undefined) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'runs', sourceId, 'applied', syncId],
    enabled: sourceId !== undefined && syncId !== undefined,
    queryFn: async () => {
      const query = { connection_id: sourceId as string, limit: 50 };
      const { items } = await unwrap(listRuns({ client, query }));
      return items.find((run) => run.kind === 'apply' && run.of_sync_id === syncId) ?? null;
    },
  });
}

/** The previews that are being computed now. Polled until there is none. */
export function useComputing() {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'runs', 'computing'],
    queryFn: async () => {
      const { items } = await unwrap(listRuns({ client, query: { limit: 20 } }));
      return items.filter((run) => run.kind === 'preview' && run.state !== 'ended');
    },
    refetchInterval: ({ state }) => (state.data && state.data.length > 0 ? COMPUTING_EVERY_MS : false),
  });
}

/** The preview or reconcile that a run computed or applies; undefined once it has expired or a newer one replaced it. */
export function usePreviewOf(run: Run | undefined): PreviewSummary | undefined {
  const { orgId, client } = useOrganization();
  const isPreview = run?.kind === 'preview' || run?.kind === 'reconcile';
  const computedBy = isPreview ? run.sync_id : run?.kind === 'apply' ? run.of_sync_id : null;
  const isComputed = !isPreview || run.progress.completed_at !== null;
  const { data } = useQuery({
    queryKey: [orgId, 'preview-of', computedBy],
    enabled: Boolean(run && computedBy && isComputed),
    queryFn: async () => {
      const { kind, source_connection_id, destination, entity_type, undoes_sync_id } = run as Run;
      const what = undoes_sync_id ? `undo:${undoes_sync_id}` : kind === 'reconcile' ? 'reconcile' : 'connection';
      const query = { sync_type: `${what}:${source_connection_id}:${destination}`, entity_type, limit: 1 };
      const [found] = (await unwrap(listPreviews({ client, query }))).items;
      if (!found) return null;
      const path = { cache_key: found.cache_key };
      const { sync_id } = await unwrap(listPreviewChanges({ client, path, query: { limit: 1 } }));
      return sync_id === computedBy ? found : null;
    },
  });
  return data ?? undefined;
}
