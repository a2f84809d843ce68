import { listPreviewChanges, listPreviews, type PreviewSummary, type Run } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';

/** The preview that a run computed or applies; undefined once it has expired or a newer one replaced it. */
export function usePreviewOf(run: Run | undefined): PreviewSummary | undefined {
  const { orgId, client } = useOrganization();
  const computedBy = run?.kind === 'preview' ? run.sync_id : run?.kind === 'apply' ? run.of_sync_id : null;
  const isComputed = run?.kind !== 'preview' || run.progress.completed_at !== null;
  const { data } = useQuery({
    queryKey: [orgId, 'preview-of', computedBy],
    enabled: Boolean(run && computedBy && isComputed),
    queryFn: async () => {
      const { source_connection_id, destination, entity_type } = run as Run;
      const query = { sync_type: `connection:${source_connection_id}:${destination}`, entity_type, limit: 1 };
      const [found] = (await unwrap(listPreviews({ client, query }))).items;
      if (!found) return null;
      const path = { cache_key: found.cache_key };
      const { sync_id } = await unwrap(listPreviewChanges({ client, path, query: { limit: 1 } }));
      return sync_id === computedBy ? found : null;
    },
  });
  return data ?? undefined;
}
