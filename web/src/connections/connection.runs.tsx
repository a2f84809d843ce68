import { listRuns, type Run } from '@sync-operations/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';
import { conflictsOfRun } from '../syncs/sync.row-text.ts';
import { StatusBadge } from '../ui/badge.tsx';
import { capitalized, count } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import { useConnectionName } from './connection.queries.ts';
import '../ui/table.css';

const SHOWN = 10;
const ACTIVE_EVERY_MS = 3_000;

const KINDS: Readonly<Record<string, string>> = {
  sync: 'sync',
  preview: 'preview',
  reconcile: 'comparison',
  apply: 'applied preview',
  retry: 'retry',
  webhook: 'webhook',
};

type End = 'connection_id' | 'destination_id';

/** The last runs with the connection at one end. */
export function useRuns(connectionId: string, end: End) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'runs', connectionId, end],
    queryFn: async () => (await unwrap(listRuns({ client, query: { [end]: connectionId, limit: SHOWN } }))).items,
    refetchInterval: ({ state }) => (state.data?.some((run) => run.state !== 'ended') ? ACTIVE_EVERY_MS : 30_000),
  });
}

interface RunsTableProps {
  readonly runs: readonly Run[];
  /** Which end of a run is the other one. */
  readonly column: 'To' | 'From';
}

export function RunsTable({ runs, column }: RunsTableProps) {
  const nameOf = useConnectionName();
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>What</th>
          <th>{column}</th>
          <th>Status</th>
          <th>Items</th>
          <th>Started</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunRow
            key={run.sync_id}
            run={run}
            column={column}
            other={nameOf(column === 'To' ? run.destination : run.source_connection_id)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RunRowProps {
  readonly run: Run;
  readonly column: 'To' | 'From';
  readonly other: string;
}

function RunRow({ run, column, other }: RunRowProps) {
  return (
    <tr>
      <td data-label="What">
        <Link href={syncPath(run.sync_id)}>
          {capitalized(run.entity_type)}s, {KINDS[run.kind] ?? run.kind}
        </Link>
      </td>
      <td data-label={column}>
        <span className="break">{other}</span>
      </td>
      <td data-label="Status">
        <StatusBadge status={run.progress.status} conflicts={conflictsOfRun(run.counts)} />
      </td>
      <td data-label="Items">
        <span>{itemsText(run)}</span>
      </td>
      <td data-label="Started">
        <span>
          <Time at={run.created_at} /> {run.requested_by && <span className="muted break">by {run.requested_by}</span>}
        </span>
      </td>
    </tr>
  );
}

/** The labels of the counts of a preview. */
const PLANNED: Readonly<Record<string, string>> = { created: 'to create', updated: 'to update', deleted: 'to delete' };

/** 12 created, 3 failed; for a preview: 12 to create. A dash when there is nothing. */
function itemsText({ kind, counts }: Pick<Run, 'kind' | 'counts'>): string {
  const parts = Object.entries(counts).flatMap(([what, many]) =>
    many > 0 ? [`${count(many)} ${(kind === 'preview' && PLANNED[what]) || what.replaceAll('_', ' ')}`] : [],
  );
  return parts.length === 0 ? '–' : parts.join(', ');
}
