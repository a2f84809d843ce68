import { changeSchedule, type Schedule } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';
import { schedulesKey, useConnectionName } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { capitalized } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import { cronText } from './cron.text.ts';
import { ScheduleEditForm } from './schedule.edit-form.tsx';
import { ScheduleRemoveDialog } from './schedule.remove-dialog.tsx';

const MODES: Readonly<Record<Schedule['mode'], string>> = {
  full: 'all items',
  incremental: 'changed items',
  census: 'only the ids',
};

interface Props {
  readonly schedule: Schedule;
  /** The connection whose page it is on: the schedule is named by its other end. */
  readonly of: string;
  readonly mayWrite: boolean;
}

export function ScheduleRow({ schedule, of, mayWrite }: Props) {
  const { id, connection_id, entity_type, destination, kind, mode, cron, time_zone, enabled } = schedule;
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const nameOf = useConnectionName();
  const [dialog, setDialog] = useState<'edit' | 'remove' | null>(null);
  const change = useMutation({
    mutationFn: () => unwrap(changeSchedule({ client, path: { schedule_id: id }, body: { enabled: !enabled } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: schedulesKey(orgId) }),
  });
  const row = useRef<HTMLLIElement>(null);
  const closeEdit = () => {
    setDialog(null);
    row.current?.querySelector<HTMLElement>('.schedule-edit-button')?.focus();
  };
  const meaning = cronText(cron);
  const amount = kind === 'reconcile' ? 'comparison of both ends' : MODES[mode];
  const what = `${capitalized(entity_type)}s ${connection_id === of ? `to ${nameOf(destination)}` : `from ${nameOf(connection_id)}`}`;
  // Often two schedules sync the same: all items once a night, and what changed in between.
  const name = `${what}: ${amount}, ${meaning ?? cron}`;
  return (
    <li ref={row}>
      <div className="schedule-text">
        <p className="schedule-what break">
          {what} <span className="muted">· {amount}</span>
        </p>
        <p>
          {meaning ? capitalized(meaning) : 'Cron expression'} <code>{cron}</code>{' '}
          <span className="muted nowrap">{time_zone}</span>
        </p>
        <p className="muted small">
          <Times schedule={schedule} />
        </p>
      </div>
      {mayWrite && (
        <div className="row">
          <Button
            size="small"
            busy={change.isPending}
            onClick={() => change.mutate()}
            aria-label={`${enabled ? 'Pause' : 'Resume'} the schedule of ${name}`}
          >
            <Icon name={enabled ? 'pause' : 'play'} /> {enabled ? 'Pause' : 'Resume'}
          </Button>
          <Button
            size="small"
            className="schedule-edit-button"
            aria-expanded={dialog === 'edit'}
            onClick={() => setDialog(dialog === 'edit' ? null : 'edit')}
            aria-label={`Edit the schedule of ${name}`}
          >
            <Icon name="edit" /> Edit
          </Button>
          <Button size="small" onClick={() => setDialog('remove')} aria-label={`Remove the schedule of ${name}`}>
            <Icon name="trash" /> Remove
          </Button>
        </div>
      )}
      {(schedule.last_error || change.error) && (
        <div className="schedule-problem">
          {schedule.last_error && <Note kind="warning" title={schedule.last_error} />}
          {change.error && <ErrorNote error={change.error} />}
        </div>
      )}
      {dialog === 'edit' && <ScheduleEditForm schedule={schedule} name={name} onClose={closeEdit} />}
      {dialog === 'remove' && <ScheduleRemoveDialog schedule={schedule} name={name} onClose={() => setDialog(null)} />}
    </li>
  );
}

function Times({ schedule: { enabled, next_run_at, last_run_at, last_sync_id } }: { readonly schedule: Schedule }) {
  return (
    <>
      {enabled && next_run_at ? (
        <>
          Next <Time at={next_run_at} />
        </>
      ) : (
        'Paused'
      )}
      {last_run_at && (
        <>
          {' · last '}
          {last_sync_id ? (
            <Link href={syncPath(last_sync_id)}>
              <Time at={last_run_at} />
            </Link>
          ) : (
            <Time at={last_run_at} />
          )}
        </>
      )}
    </>
  );
}
