import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Connection, type Connector, startPreview, startRun } from '../../../clients/typescript/src/index.ts';
import { fieldErrors } from '../api/field.errors.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { syncPath } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormError } from './form.error.tsx';
import { bodyOf, EndsFields, firstEnds } from './run.options.tsx';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly kind: 'run' | 'preview';
  readonly onClose: () => void;
}

const WORDS = {
  run: { title: 'Sync now', text: 'What differs at the destination is changed there.', button: 'Start sync' },
  preview: {
    title: 'Preview a sync',
    text: 'Shows what a sync would change, and changes nothing. It can be applied afterwards, exactly as shown.',
    button: 'Compute preview',
  },
} as const;

/** Starts a sync or a preview from the connection, and leads to its page. */
export function RunDialog({ connection, connector, kind, onClose }: Props) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [ends, setEnds] = useState(() => firstEnds(connector, 'full'));
  const keyFor = useIdempotencyKey();
  const words = WORDS[kind];
  const start = useMutation({
    mutationFn: () => {
      const body = bodyOf(ends);
      const headers = { 'Idempotency-Key': keyFor(body) };
      if (kind === 'preview')
        return unwrap(startPreview({ client, headers, path: { connection_id: connection.id }, body }));
      return unwrap(startRun({ client, headers, body: { ...body, source_connection_id: connection.id } }));
    },
    onSuccess: ({ sync_id }) => {
      // While the next page's code is on its way this one is hidden, not gone: whoever comes back at once would find it open.
      onClose();
      navigate(syncPath(sync_id));
      void queries.invalidateQueries({ queryKey: [orgId, 'runs'] });
    },
  });
  return (
    <Dialog title={`${words.title} from “${connection.name}”`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!start.isPending) start.mutate();
        }}
      >
        <p className="muted">{words.text}</p>
        <EndsFields
          connection={connection}
          connector={connector}
          ends={ends}
          onChange={setEnds}
          errors={fieldErrors(start.error, 1)}
        />
        <FormError error={start.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={start.isPending}>
            {words.button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
