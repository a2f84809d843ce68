import { type Connection, type Connector, createSchedule } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldErrors, remainingErrors } from '../api/field.errors.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { schedulesKey } from '../connections/connection.queries.ts';
import { FormError } from '../connections/form.error.tsx';
import { defaultRunOptions, RunOptionsFields, runBody } from '../connections/run.options.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { CronFields } from './cron.fields.tsx';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly onClose: () => void;
}

export function ScheduleDialog({ connection, connector, onClose }: Props) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const showToast = useToast();
  const [options, setOptions] = useState(() => defaultRunOptions(connector, 'incremental'));
  const [cronSchedule, setCronSchedule] = useState({ cron: '*/15 * * * *', time_zone: ownTimeZone() });
  const draft = { ...options, ...cronSchedule };
  const keyFor = useIdempotencyKey();
  const create = useMutation({
    mutationFn: (sent: typeof draft) => {
      const body = { ...runBody(sent), cron: sent.cron, time_zone: sent.time_zone };
      const path = { connection_id: connection.id };
      return unwrap(createSchedule({ client, path, body, headers: { 'Idempotency-Key': keyFor(body) } }));
    },
    onSuccess: () => {
      onClose();
      showToast('The schedule was added.');
      return queries.invalidateQueries({ queryKey: schedulesKey(orgId) });
    },
  });
  const errors = remainingErrors(fieldErrors(create.error, 1), create.variables, draft);
  return (
    <Dialog title={`Schedule syncs from “${connection.name}”`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!create.isPending) create.mutate(draft);
        }}
      >
        <RunOptionsFields
          connection={connection}
          connector={connector}
          options={options}
          onChange={setOptions}
          errors={errors}
        />
        <CronFields value={cronSchedule} onChange={setCronSchedule} errors={errors} />
        <FormError error={create.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Save schedule
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const ownTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
