import type { Progress, Run } from '@sync-operations/client';
import { Fragment } from 'react';
import { Link } from 'wouter';
import { connectionPath, previewPath, syncPath } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import { usePreviewOf } from '../previews/preview.queries.ts';
import type { SyncAndRun } from './sync.queries.ts';

const OF_SYNC: Readonly<Partial<Record<Run['kind'], string>>> = {
  apply: 'The sync that computed the preview',
  retry: 'The sync whose items it retries',
  reconcile: 'The sync that it follows',
};

/** Source and destination, and the related preview and syncs. */
export function SyncLinks({ sync, run }: SyncAndRun) {
  const preview = usePreviewOf(run);
  const related = [
    preview && <Link href={previewPath(preview.cache_key)}>The preview</Link>,
    run?.of_sync_id && <Link href={syncPath(run.of_sync_id)}>{OF_SYNC[run.kind]}</Link>,
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
