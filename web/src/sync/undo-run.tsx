import { type Run, undoRun } from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useMay, useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath, TO_PREVIEW } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { ErrorNote } from '../ui/note.tsx';

const WRITTEN = ['created', 'updated', 'deleted'] as const;

/** The way to the preview that takes back what an ended sync changed. */
export function UndoRun({ run }: { readonly run: Run }) {
  const [isAsking, setAsking] = useState(false);
  const hasChanged = WRITTEN.some((name) => (run.counts[name] ?? 0) > 0);
  if (!useMay('run') || run.kind === 'preview' || !run.progress.completed_at || !hasChanged) return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>Undo …</Button>
      {isAsking && <UndoDialog run={run} onClose={() => setAsking(false)} />}
    </>
  );
}

function UndoDialog({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const nameOf = useConnectionName();
  const keyFor = useIdempotencyKey();
  const { sync_id } = run;
  const undo = useMutation({
    mutationFn: () => unwrap(undoRun({ client, path: { sync_id }, headers: { 'Idempotency-Key': keyFor(sync_id) } })),
    onSuccess: (preview) => {
      void queries.invalidateQueries({ queryKey: [orgId, 'timeline', sync_id] });
      onClose();
      navigate(syncPath(preview.sync_id), TO_PREVIEW);
    },
  });
  return (
    <Dialog title={`Take back what “${sync_id}” changed?`} onClose={onClose}>
      <p>
        First a preview shows, item by item, what would be taken back in “{nameOf(run.destination)}”. Nothing is written
        until you apply it.
      </p>
      <p>
        What somebody changed since stays as it is. The source is not changed, so the next full sync brings the changes
        again unless you correct them there.
      </p>
      {run.changes_not_kept > 0 && (
        <p>
          {count(run.changes_not_kept)} of its changes were not kept, since the organization keeps no more. They are not
          in the preview.
        </p>
      )}
      {undo.isError && <ErrorNote error={undo.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" busy={undo.isPending} onClick={() => undo.mutate()}>
          Compute the preview
        </Button>
      </div>
    </Dialog>
  );
}
