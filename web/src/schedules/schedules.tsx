import type { Connection, Connector } from '@sync-operations/client';
import { useState } from 'react';
import { useMay } from '../api/organization.ts';
import { useAllSchedules } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Icon } from '../ui/icon.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { ScheduleDialog } from './schedule.dialog.tsx';
import { ScheduleRow } from './schedule.row.tsx';
import './schedules.css';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  /** Whether anything can be read from it. */
  readonly canRead: boolean;
}

/** The schedules that read from a connection or write to it; new ones read from it. */
export function Schedules({ connection, connector, canRead }: Props) {
  const { data: all, error, refetch } = useAllSchedules();
  const data = all?.filter(({ connection_id, destination }) => [connection_id, destination].includes(connection.id));
  const [isAdding, setAdding] = useState(false);
  const mayWrite = useMay('schedules');
  return (
    <Card
      title="Schedules"
      actions={
        mayWrite &&
        canRead && (
          <Button size="small" onClick={() => setAdding(true)}>
            <Icon name="plus" /> Add schedule
          </Button>
        )
      }
    >
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={3} />}
      {data?.length === 0 && (
        <p className="muted">No schedules. Syncs start only when a user or another service starts them.</p>
      )}
      {data && data.length > 0 && (
        <ul className="schedules" aria-label="Schedules">
          {data.map((schedule) => (
            <ScheduleRow key={schedule.id} schedule={schedule} of={connection.id} mayWrite={mayWrite} />
          ))}
        </ul>
      )}
      {isAdding && <ScheduleDialog connection={connection} connector={connector} onClose={() => setAdding(false)} />}
    </Card>
  );
}
