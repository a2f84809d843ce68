import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { listRuns, type Run } from '../../../clients/typescript/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { syncPath } from '../app/location.ts';
import { StatusBadge } from '../ui/badge.tsx';
import { Card } from '../ui/card.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { capitalized } from '../ui/format.ts';
import { Skeleton } from '../ui/loading.tsx';
import { Time } from '../ui/time.tsx';
import { useEndName } from './connection.names.ts';
import { itemsText } from './run.words.ts';
import '../ui/table.css';

const SHOWN = 10;
const ACTIVE_EVERY_MS = 3_000;

const KINDS: Readonly<Record<string, string>> = {
  sync: 'sync',
  preview: 'preview',
  apply: 'applied preview',
  retry: 'retry',
  webhook: 'webhook',
};

/** What was synced from it last. */
export function ConnectionRuns({ connectionId }: { readonly connectionId: string }) {
  const { orgId, client } = useOrganization();
  const nameOf = useEndName();
  const { data, error, refetch } = useQuery({
    queryKey: [orgId, 'runs', connectionId],
    queryFn: async () =>
      (await unwrap(listRuns({ client, query: { connection_id: connectionId, limit: SHOWN } }))).items,
    refetchInterval: ({ state }) => (state.data?.some((run) => run.state !== 'ended') ? ACTIVE_EVERY_MS : 30_000),
  });
  return (
    <Card title="Recent syncs from it">
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={4} />}
      {data?.length === 0 && <p className="muted">None yet. “Run now” starts one.</p>}
      {data && data.length > 0 && (
        <table className="table table-cards">
          <thead>
            <tr>
              <th>What</th>
              <th>To</th>
              <th>Status</th>
              <th>Items</th>
              <th>Started</th>
            </tr>
          </thead>
          <tbody>
            {data.map((run) => (
              <RunRow key={run.sync_id} run={run} to={nameOf(run.destination)} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function RunRow({ run, to }: { readonly run: Run; readonly to: string }) {
  return (
    <tr>
      <td data-label="What">
        <Link href={syncPath(run.sync_id)}>
          {capitalized(run.entity_type)}s, {KINDS[run.kind] ?? run.kind}
        </Link>
      </td>
      <td data-label="To">
        <span className="break">{to}</span>
      </td>
      <td data-label="Status">
        <StatusBadge status={run.progress.status} />
      </td>
      <td data-label="Items">
        <span>{itemsText(run)}</span>
      </td>
      <td data-label="Started">
        <span>
          <Time at={run.created_at} />
          {run.requested_by && <span className="muted break"> by {run.requested_by}</span>}
        </span>
      </td>
    </tr>
  );
}
