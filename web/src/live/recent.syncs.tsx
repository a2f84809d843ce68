import { type Activity, listActivity } from '@sync-operations/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { conflictsOf } from '../activity/activity.text.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';
import { messageOf } from '../sync/reported.failures.ts';
import { StatusBadge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { capitalized, count, duration } from '../ui/format.ts';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import './recent.syncs.css';

const SHOWN = 6;
/** The trail also holds other entries. This many entries contain a few ends. */
const FETCHED = 60;
const EVERY_MS = 15_000;

const isEnd = ({ activity_type, sync_id }: Activity) =>
  sync_id !== null && /^sync_(completed|failed|cancelled|timeout)$/.test(activity_type);

/** The syncs that ended last. `ended` grows when a sync ends on the page, so that it is listed at once. */
export function RecentSyncs({ ended }: { readonly ended: number }) {
  const { orgId, client } = useOrganization();
  const recent = useQuery({
    queryKey: [orgId, 'recent-syncs', ended],
    queryFn: async () =>
      (await unwrap(listActivity({ client, query: { days: 7, limit: FETCHED } }))).items.filter(isEnd).slice(0, SHOWN),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
  if (recent.data?.length === 0) return null;
  return (
    <Card title="Recently ended" actions={<Link href="/activity">All activity</Link>} className="live-recent">
      {recent.isPending && <Skeleton lines={4} />}
      {recent.isError && <ErrorNote error={recent.error} onRetry={() => void recent.refetch()} />}
      {recent.data && (
        <ul className="recent">
          {recent.data.map((end) => (
            <Row key={end.id} end={end} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Row({ end }: { readonly end: Activity }) {
  const many = end.record_count ?? 0;
  const message = messageOf(end);
  return (
    <li>
      <p className="recent-name break">
        <Link href={syncPath(end.sync_id ?? '')}>{capitalized(end.entity_type ?? 'sync')}</Link>
        {end.source_system && <span className="muted"> from {end.source_system}</span>}
      </p>
      <p className="recent-status">
        <StatusBadge status={end.status} conflicts={conflictsOf(end)} />
      </p>
      <p className="recent-done">
        {many === 1 ? '1 item' : `${count(many)} items`}{' '}
        <span className="muted">in {duration(end.duration_seconds)}</span>
      </p>
      <p className="recent-when muted">
        <Time at={end.created_at} />
      </p>
      {message && <p className="recent-error small muted">{message}</p>}
    </li>
  );
}
