import { type Connection, type Connector, startPreview, startReconcile, startRun } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { fieldErrors } from '../api/field.errors.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath, TO_PREVIEW } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormError } from './form.error.tsx';
import { defaultRunOptions, RunOptionsFields, runBody } from './run.options.tsx';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly kind: 'run' | 'preview' | 'reconcile';
  readonly onClose: () => void;
}

const TEXTS = {
  run: { title: 'Sync now', text: 'Writes the differences to the destination.', button: 'Start sync' },
  preview: {
    title: 'Preview a sync',
    text: 'Shows what a sync would change, without changing anything. You can apply it afterwards, exactly as shown.',
    button: 'Compute preview',
  },
  reconcile: {
    title: 'Compare both ends',
    text: 'Reads every item at both ends, changes nothing, and lists what is not equal.',
    button: 'Compare',
  },
} as const;

/** Starts a sync, a preview or a reconcile from the connection, and opens its page. */
export function RunDialog({ connection, connector, kind, onClose }: Props) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [options, setOptions] = useState(() => defaultRunOptions(connector, 'full'));
  const keyFor = useIdempotencyKey();
  const texts = TEXTS[kind];
  const start = useMutation({
    mutationFn: () => {
      const body = runBody(options);
      const headers = { 'Idempotency-Key': keyFor(body) };
      if (kind === 'preview')
        return unwrap(startPreview({ client, headers, path: { connection_id: connection.id }, body }));
      if (kind === 'reconcile') {
        const { entity_type, destination } = body;
        const path = { connection_id: connection.id };
        return unwrap(startReconcile({ client, headers, path, body: { entity_type, with: destination } }));
      }
      return unwrap(startRun({ client, headers, body: { ...body, source_connection_id: connection.id } }));
    },
    onSuccess: ({ sync_id }) => {
      // While the code of the next page loads, this page is only hidden: the dialog would still be open after going back.
      onClose();
      navigate(syncPath(sync_id), kind === 'preview' ? TO_PREVIEW : undefined);
      void queries.invalidateQueries({ queryKey: [orgId, 'runs'] });
    },
  });
  return (
    <Dialog title={`${texts.title} from “${connection.name}”`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!start.isPending) start.mutate();
        }}
      >
        <p className="muted">{texts.text}</p>
        <RunOptionsFields
          connection={connection}
          connector={connector}
          options={options}
          onChange={setOptions}
          errors={fieldErrors(start.error, 1)}
          hasMode={kind !== 'reconcile'}
        />
        <FormError error={start.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={start.isPending}>
            {texts.button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
