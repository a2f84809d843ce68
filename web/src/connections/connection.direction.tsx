import type { Connection, Connector, Run, Schedule } from '@sync-operations/client';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../api/organization.ts';
import { ScheduleDialog } from '../schedules/schedule.dialog.tsx';
import { ScheduleList } from '../schedules/schedule.list.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Icon } from '../ui/icon.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useAllSchedules } from './connection.queries.ts';
import { RunsTable, useRuns } from './connection.runs.tsx';
import { type Flow, PreviewFlow } from './preview.flow.tsx';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
}

/** What reads from a connection: its schedules, the last runs, and a preview of each. */
export function ReadFromIt({ connection, connector }: Props) {
  const [isAdding, setAdding] = useState(false);
  const mayAdd = useMay('schedules');
  const canRead = connector.entities.some(({ read }) => read);
  return (
    <Direction
      title="Read from it"
      none="Nothing has been read from it, and no schedule reads from it."
      connection={connection}
      end="source"
      actions={
        mayAdd &&
        canRead && (
          <>
            <Link href={`/matches?${new URLSearchParams({ connection_id: connection.id })}`}>What would match</Link>
            <Button size="small" onClick={() => setAdding(true)}>
              <Icon name="plus" /> Add schedule
            </Button>
          </>
        )
      }
    >
      {isAdding && <ScheduleDialog connection={connection} connector={connector} onClose={() => setAdding(false)} />}
    </Direction>
  );
}

/** What writes to a connection. */
export function WrittenToIt({ connection }: Pick<Props, 'connection'>) {
  return (
    <Direction
      title="Written to it"
      none="Nothing has been written to it, and no schedule writes to it."
      connection={connection}
      end="destination"
    />
  );
}

interface DirectionProps extends Pick<Props, 'connection'> {
  readonly title: string;
  /** Said only when there is neither a schedule nor a run. */
  readonly none: string;
  /** Which end of a sync this connection is. */
  readonly end: 'source' | 'destination';
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

function Direction({ title, none, connection: { id }, end, actions, children }: DirectionProps) {
  const runs = useRuns(id, end === 'source' ? 'connection_id' : 'destination_id');
  const schedules = useAllSchedules();
  const own = schedules.data?.filter((one) => (end === 'source' ? one.connection_id : one.destination) === id);
  const mayRun = useMay('run');
  const maySchedule = useMay('schedules');
  const error = runs.error ?? schedules.error;
  const isEmpty = runs.data?.length === 0 && own?.length === 0;
  const flows = mayRun ? flowsOf(own ?? [], runs.data ?? []) : [];
  return (
    <Card title={title} actions={actions} region>
      {error && (
        <ErrorNote
          error={error}
          onRetry={() => {
            void runs.refetch();
            void schedules.refetch();
          }}
        />
      )}
      {!(runs.data && own) && !error && <Skeleton lines={4} />}
      {isEmpty && <p className="muted">{none}</p>}
      {flows.length > 0 && (
        <div className="row">
          {flows.map((flow) => (
            <PreviewFlow key={Object.values(flow).join(' ')} flow={flow} end={end} />
          ))}
        </div>
      )}
      {own && own.length > 0 && <ScheduleList schedules={own} of={id} mayWrite={maySchedule} />}
      {own?.length === 0 && !isEmpty && (
        <p className="muted">No schedules. Syncs start only when a user or another service starts them.</p>
      )}
      {runs.data && runs.data.length > 0 && <RunsTable runs={runs.data} column={end === 'source' ? 'To' : 'From'} />}
      {children}
    </Card>
  );
}

/** What is synced from where to where, each once: what a schedule does, and what ran lately. */
function flowsOf(schedules: readonly Schedule[], runs: readonly Run[]): readonly Flow[] {
  const all = [
    ...schedules.map(({ entity_type, connection_id: source, destination }) => ({ entity_type, source, destination })),
    ...runs
      .filter(({ kind, undoes_sync_id }) => kind !== 'reconcile' && undoes_sync_id === null)
      .map(({ entity_type, source_connection_id: source, destination }) => ({ entity_type, source, destination })),
  ];
  return [...new Map(all.map((flow) => [JSON.stringify(flow), flow])).values()];
}
