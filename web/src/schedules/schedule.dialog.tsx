import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Connection, type Connector, createSchedule } from '../../../clients/typescript/src/index.ts';
import { fieldErrors, stillWrong } from '../api/field.errors.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { schedulesKey } from '../connections/connection.queries.ts';
import { FormError } from '../connections/form.error.tsx';
import { bodyOf, EndsFields, firstEnds } from '../connections/run.options.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { WhenFields } from './cron.fields.tsx';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly onClose: () => void;
}

export function ScheduleDialog({ connection, connector, onClose }: Props) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const say = useToast();
  const [ends, setEnds] = useState(() => firstEnds(connector, 'incremental'));
  const [when, setWhen] = useState({ cron: '*/15 * * * *', time_zone: ownTimeZone() });
  const draft = { ...ends, ...when };
  const keyFor = useIdempotencyKey();
  const create = useMutation({
    mutationFn: (sent: typeof draft) => {
      const body = { ...bodyOf(sent), cron: sent.cron, time_zone: sent.time_zone };
      const path = { connection_id: connection.id };
      return unwrap(createSchedule({ client, path, body, headers: { 'Idempotency-Key': keyFor(body) } }));
    },
    onSuccess: () => {
      onClose();
      say('The schedule is set.');
      return queries.invalidateQueries({ queryKey: schedulesKey(orgId, connection.id) });
    },
  });
  const errors = stillWrong(fieldErrors(create.error, 1), create.variables, draft);
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
        <EndsFields connection={connection} connector={connector} ends={ends} onChange={setEnds} errors={errors} />
        <WhenFields when={when} onChange={setWhen} errors={errors} />
        <FormError error={create.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Set schedule
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const ownTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
