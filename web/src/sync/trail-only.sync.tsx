import { listActivity } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { activityPath } from '../activity/activity.filters.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { Card, Empty } from '../ui/card.tsx';
import { PageSkeleton } from '../ui/loading.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { TimelineEntries } from './sync.timeline.tsx';

const SHOWN = 100;

/** A sync without progress: what the audit trail tells about it, or that there is nothing. */
export function TrailOnlySync({ syncId }: { readonly syncId: string }) {
  const { orgId, client } = useOrganization();
  const trail = useQuery({
    queryKey: [orgId, 'timeline', syncId, 'all'],
    queryFn: () => unwrap(listActivity({ client, query: { sync_id: syncId, limit: SHOWN } })),
  });
  if (trail.isPending) return <PageSkeleton />;
  if (trail.isError) return <ErrorNote error={trail.error} onRetry={() => void trail.refetch()} />;
  const { items, next_cursor } = trail.data;
  if (items.length === 0) return <NoSync syncId={syncId} />;
  return (
    <>
      <PageHeader title={syncId}>Known from the audit trail</PageHeader>
      <div className="stack">
        <Note title="Only the audit trail knows this sync">
          <p>Its progress was never reported to this service, or has been removed since.</p>
        </Note>
        <Card
          title="Timeline"
          actions={next_cursor && <Link href={activityPath({ sync_id: syncId })}>All entries</Link>}
        >
          <ol className="timeline">
            <TimelineEntries entries={[...items].reverse()} />
          </ol>
        </Card>
      </div>
    </>
  );
}

function NoSync({ syncId }: { readonly syncId: string }) {
  return (
    <>
      <PageHeader title="Sync not found" />
      <Empty title={`“${syncId}” is not a sync of this organization`}>
        <p>
          The address may be misspelt, or the sync belongs to another organization. See{' '}
          <Link href="/live">running syncs</Link> or the <Link href="/activity">activity</Link>.
        </p>
      </Empty>
    </>
  );
}
