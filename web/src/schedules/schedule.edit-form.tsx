import { changeSchedule, type Schedule } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { fieldErrors, remainingErrors } from '../api/field.errors.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { schedulesKey } from '../connections/connection.queries.ts';
import { FormError } from '../connections/form.error.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import { CronFields } from './cron.fields.tsx';

interface Props {
  readonly schedule: Schedule;
  /** What it syncs, how much and when, so that it is told from others. */
  readonly name: string;
  readonly onClose: () => void;
}

/** In the place of the schedule. Changes when it runs and how much it reads. What it syncs stays: that would be another schedule. */
export function ScheduleEditForm({ schedule, name, onClose }: Props) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const showToast = useToast();
  const [draft, setDraft] = useState({ mode: schedule.mode, cron: schedule.cron, time_zone: schedule.time_zone });
  const change = useMutation({
    mutationFn: (body: typeof draft) => unwrap(changeSchedule({ client, path: { schedule_id: schedule.id }, body })),
    onSuccess: () => {
      onClose();
      showToast('The schedule was changed.');
      return queries.invalidateQueries({ queryKey: schedulesKey(orgId) });
    },
  });
  const place = useRef<HTMLElement>(null);
  // Who opened it by a key goes on in its first field.
  useEffect(() => place.current?.querySelector('select')?.focus(), []);
  const errors = remainingErrors(fieldErrors(change.error, 1), change.variables, draft);
  return (
    <section ref={place} className="schedule-edit" aria-label={`Schedule of ${name}`}>
      <form
        className="stack"
        noValidate
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        onSubmit={(event) => {
          event.preventDefault();
          if (!change.isPending) change.mutate(draft);
        }}
      >
        <Field label="What it reads" error={errors.mode}>
          <select
            value={draft.mode}
            onChange={({ target }) => setDraft({ ...draft, mode: target.value as Schedule['mode'] })}
          >
            <option value="incremental">Changed items</option>
            <option value="full">All items</option>
          </select>
        </Field>
        <CronFields value={draft} onChange={(when) => setDraft({ ...draft, ...when })} errors={errors} />
        <FormError error={change.error} />
        <div className="row">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={change.isPending}>
            Save schedule
          </Button>
        </div>
      </form>
    </section>
  );
}
