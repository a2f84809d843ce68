import { type StartPreview, startPreview } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath, TO_PREVIEW } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useConnectionName } from './connection.queries.ts';

/** What is synced from one connection to another, or to the records. */
export interface Flow {
  readonly entity_type: StartPreview['entity_type'];
  readonly source: string;
  readonly destination: string;
}

interface Props {
  readonly flow: Flow;
  /** Which end is the page's own: the button names the other one. */
  readonly end: 'source' | 'destination';
}

/** Computes what a full sync would change, with one press. Its page leads to the preview when it is ready. */
export function PreviewFlow({ flow: { entity_type, source, destination }, end }: Props) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const nameOf = useConnectionName();
  const keyFor = useIdempotencyKey();
  const what = `${entity_type}s ${end === 'source' ? `to ${nameOf(destination)}` : `from ${nameOf(source)}`}`;
  const start = useMutation({
    mutationFn: () => {
      const body: StartPreview = {
        ...{ entity_type, mode: 'full' },
        destination: destination === 'records' ? 'records' : { connection_id: destination },
      };
      const headers = { 'Idempotency-Key': keyFor(body) };
      return unwrap(startPreview({ client, headers, path: { connection_id: source }, body }));
    },
    onSuccess: ({ sync_id }) => {
      void queries.invalidateQueries({ queryKey: [orgId, 'runs'] });
      navigate(syncPath(sync_id), TO_PREVIEW);
    },
  });
  return (
    <>
      <Button size="small" busy={start.isPending} onClick={() => start.mutate()} className="flow-button">
        <Icon name="diff" /> Preview {what}
      </Button>
      {start.isError && <ErrorNote error={start.error} />}
    </>
  );
}
