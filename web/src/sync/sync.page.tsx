import { Link } from 'wouter';
import { ApiError } from '../api/problem.ts';
import { useLastSegment } from '../app/location.ts';
import { StatusBadge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { PageSkeleton } from '../ui/loading.tsx';
import { PageHeader } from '../ui/page.tsx';
import { Following } from './following.tsx';
import { SyncActions } from './sync.actions.tsx';
import { ChangeList } from './sync.changes.tsx';
import { SyncItems } from './sync.items.tsx';
import { SyncLinks } from './sync.links.tsx';
import { SyncOutcome } from './sync.outcome.tsx';
import { SyncProgress } from './sync.progress.tsx';
import { useSync } from './sync.queries.ts';
import { syncTitle } from './sync.text.ts';
import { SyncTimeline } from './sync.timeline.tsx';
import './sync.css';

/** One sync: how far it is, what it did, what failed, and who did what when. */
export default function SyncPage() {
  const syncId = useLastSegment();
  const { data, error, refetch } = useSync(syncId);
  if (!data) return <NotYet error={error} syncId={syncId} onRetry={() => void refetch()} />;
  const { sync, run } = data;
  return (
    <>
      <PageHeader
        title={syncTitle(sync.entity_type, run)}
        badge={<StatusBadge status={sync.status} />}
        actions={<SyncActions sync={sync} />}
      >
        <SyncLinks {...data} />
      </PageHeader>
      {!sync.completed_at && <Following syncId={syncId} />}
      <div className="stack">
        <SyncProgress {...data} />
        {run && <SyncOutcome run={run} />}
      </div>
      <div className="onesync-columns">
        <SyncTimeline {...data} />
        <div className="stack">
          <SyncItems {...data} key={syncId} />
          {run && run.destination !== 'records' && <ChangeList run={run} key={`changes ${syncId}`} />}
        </div>
      </div>
    </>
  );
}

interface NotYetProps {
  readonly error: unknown;
  readonly syncId: string;
  readonly onRetry: () => void;
}

function NotYet({ error, syncId, onRetry }: NotYetProps) {
  if (!error) return <PageSkeleton />;
  if (!(error instanceof ApiError && error.status === 404)) return <ErrorNote error={error} onRetry={onRetry} />;
  return (
    <>
      <PageHeader title="There is no such sync" />
      <Empty title={`“${syncId}” is not a sync of this organization`}>
        <p>
          Its address may be misspelt, or it belongs to another organization. <Link href="/live">What runs now</Link>,{' '}
          <Link href="/activity">what ran before</Link>.
        </p>
      </Empty>
    </>
  );
}
