import { ApiError } from '../api/problem.ts';
import { useLastSegment } from '../app/location.ts';
import { DifferenceList } from '../reconcile/difference.list.tsx';
import { ReconcileResult } from '../reconcile/reconcile.result.tsx';
import { conflictsOfRun } from '../syncs/sync.row-text.ts';
import { StatusBadge } from '../ui/badge.tsx';
import { PageSkeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { LiveUpdates } from './live.updates.tsx';
import { PreviewReady } from './preview.ready.tsx';
import { RunApproval } from './run.approval.tsx';
import { SyncActions } from './sync.actions.tsx';
import { SyncChanges } from './sync.changes.tsx';
import { SyncItems } from './sync.items.tsx';
import { SyncLinks } from './sync.links.tsx';
import { SyncOutcome } from './sync.outcome.tsx';
import { SyncProgress } from './sync.progress.tsx';
import { useSync } from './sync.queries.ts';
import { syncTitle } from './sync.text.ts';
import { SyncTimeline } from './sync.timeline.tsx';
import { TrailOnlySync } from './trail-only.sync.tsx';
import { UndoRun } from './undo-run.tsx';
import './sync.css';

/** One sync: progress, changes, failed items and timeline. */
export default function SyncPage() {
  const syncId = useLastSegment();
  const { data, error, refetch } = useSync(syncId);
  if (!data) return <LoadingOrError error={error} syncId={syncId} onRetry={() => void refetch()} />;
  const { sync, run } = data;
  return (
    <>
      <PageHeader
        title={syncTitle(sync.entity_type, run)}
        badge={<StatusBadge status={sync.status} conflicts={conflictsOfRun(run?.counts)} />}
        actions={
          <>
            <SyncActions sync={sync} />
            {run && <UndoRun run={run} />}
          </>
        }
      >
        <SyncLinks {...data} />
      </PageHeader>
      {!sync.completed_at && <LiveUpdates syncId={syncId} />}
      <div className="stack">
        {run && <RunApproval run={run} />}
        {run?.kind === 'preview' && <PreviewReady run={run} key={`preview ${syncId}`} />}
        <SyncProgress {...data} />
        {run && (run.kind === 'reconcile' ? <ReconcileResult run={run} /> : <SyncOutcome run={run} />)}
      </div>
      <div className="onesync-columns">
        <SyncTimeline {...data} />
        <div className="stack">
          {run?.kind === 'reconcile' && <DifferenceList run={run} key={`differences ${syncId}`} />}
          <SyncItems {...data} key={syncId} />
          {run && run.kind !== 'reconcile' && <SyncChanges run={run} key={`changes ${syncId}`} />}
        </div>
      </div>
    </>
  );
}

interface LoadingOrErrorProps {
  readonly error: unknown;
  readonly syncId: string;
  readonly onRetry: () => void;
}

function LoadingOrError({ error, syncId, onRetry }: LoadingOrErrorProps) {
  if (!error) return <PageSkeleton />;
  if (!(error instanceof ApiError && error.status === 404)) return <ErrorNote error={error} onRetry={onRetry} />;
  return <TrailOnlySync syncId={syncId} />;
}
