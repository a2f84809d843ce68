import { listActivity, type Progress } from '@sync-operations/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { count } from '../ui/format.ts';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { reportedFailures } from './reported.failures.ts';

const PAGE = 50;
const EVERY_MS = 5_000;

/** The failed items of a sync of another service: those that it told in the audit trail. */
export function ReportedItems({ sync }: { readonly sync: Progress }) {
  const { orgId, client } = useOrganization();
  const trail = useInfiniteQuery({
    queryKey: [orgId, 'reported-failures', sync.sync_id, sync.completed_at],
    queryFn: ({ pageParam }) =>
      unwrap(
        listActivity({
          client,
          query: { sync_id: sync.sync_id, failed: true, limit: PAGE, ...(pageParam && { cursor: pageParam }) },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: sync.completed_at ? false : EVERY_MS,
  });
  const failures = reportedFailures(trail.data?.pages.flatMap(({ items }) => items) ?? []);
  if (trail.isPending) return <Skeleton lines={3} />;
  if (trail.isError) return <ErrorNote error={trail.error} onRetry={() => void trail.refetch()} />;
  return (
    <>
      {failures.length > 0 && (
        <ul className="items" aria-label="Items">
          {failures.map(({ id, item, message, at }) => (
            <li key={id}>
              <div className="row">
                <p className="item-name break">{item ?? 'An item'}</p>
                <p className="item-tries muted small">
                  <Time at={at} />
                </p>
              </div>
              <p className="break">{message}</p>
            </li>
          ))}
        </ul>
      )}
      {!trail.hasNextPage && failures.length < sync.failed_count && (
        <p className="muted">
          {failures.length > 0
            ? `${count(sync.failed_count - failures.length)} more failed`
            : `${count(sync.failed_count)} failed`}
          , of which the service that reports this sync told no more than the number. It can record each failed item in
          the audit trail with <code>POST /api/sync/activity</code>.
        </p>
      )}
      <ShowMore list={trail} />
    </>
  );
}
