import { listPreviewChanges, listPreviews, type Progress, type Run } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { connectionPath, previewPath, syncPath } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import type { SyncAndRun } from './sync.queries.ts';

/** Source and destination, and the related preview and syncs. */
export function SyncLinks({ sync, run }: SyncAndRun) {
  const preview = usePreviewOf(run);
  const related = [
    preview && <Link href={previewPath(preview)}>The preview</Link>,
    run?.of_sync_id && (
      <Link href={syncPath(run.of_sync_id)}>
        {run.kind === 'retry' ? 'The sync whose items it retries' : 'The sync that computed the preview'}
      </Link>
    ),
    run?.undoes_sync_id && <Link href={syncPath(run.undoes_sync_id)}>The sync that it takes back</Link>,
  ].filter(Boolean);
  return (
    <div className="onesync-links">
      {run ? (
        <SourceAndDestination run={run} sync={sync} />
      ) : (
        <p>
          From {sync.source_system} <span className="muted">· reported by another service</span>
        </p>
      )}
      <p className="muted small break">
        <span className="mono">{sync.sync_id}</span>
        {related.map((link, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order never changes
          <Fragment key={index}>
            <span aria-hidden="true"> · </span>
            {link}
          </Fragment>
        ))}
      </p>
    </div>
  );
}

function SourceAndDestination({ run, sync }: { readonly run: Run; readonly sync: Progress }) {
  const nameOf = useConnectionName();
  const link = (id: string) => <Link href={connectionPath(id)}>{nameOf(id)}</Link>;
  return (
    <p>
      {link(run.source_connection_id)} <span className="muted">({sync.source_system})</span>{' '}
      <span aria-hidden="true">→</span>
      <span className="visually-hidden">to</span>{' '}
      {run.destination === 'records' ? 'Records of this service' : link(run.destination)}
      <span className="muted"> · {run.mode}</span>
    </p>
  );
}

/** The cache key of the preview that a run computed or applies; undefined once it has expired or a newer one replaced it. */
function usePreviewOf(run: Run | undefined): string | undefined {
  const { orgId, client } = useOrganization();
  const computedBy = run?.kind === 'preview' ? run.sync_id : run?.kind === 'apply' ? run.of_sync_id : null;
  const isComputed = run?.kind !== 'preview' || run.progress.completed_at !== null;
  const { data } = useQuery({
    queryKey: [orgId, 'preview-of', computedBy],
    enabled: Boolean(run && computedBy && isComputed),
    queryFn: async () => {
      const { source_connection_id, destination, entity_type, undoes_sync_id } = run as Run;
      const query = {
        sync_type: `${undoes_sync_id ? `undo:${undoes_sync_id}` : 'connection'}:${source_connection_id}:${destination}`,
        entity_type,
        limit: 1,
      };
      const [found] = (await unwrap(listPreviews({ client, query }))).items;
      if (!found) return null;
      const path = { cache_key: found.cache_key };
      const { sync_id } = await unwrap(listPreviewChanges({ client, path, query: { limit: 1 } }));
      return sync_id === computedBy ? found.cache_key : null;
    },
  });
  return data ?? undefined;
}
