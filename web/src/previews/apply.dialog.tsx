import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Preview } from '../../../clients/typescript/src/index.ts';
import { ApiError } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';
import { useEndName } from '../connections/connection.names.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { count } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import type { ComputedDelta } from './preview.delta.ts';
import { useApply, useComputeAgain } from './preview.mutations.ts';
import { entityText } from './preview.row.tsx';
import { countsOf, countsText, guardOf } from './preview.summary.ts';

interface Props {
  readonly preview: Preview;
  readonly delta: ComputedDelta;
  readonly onClose: () => void;
}

/** Says what will be written, asks for a reason where the guard wants one, and leads to the sync that does it. */
export function ApplyDialog({ preview, delta, onClose }: Props) {
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const [, navigate] = useLocation();
  const nameOf = useEndName();
  const apply = useApply(preview, delta);
  const again = useComputeAgain(preview, delta);
  const open = {
    onSuccess: ({ sync_id }: { sync_id: string }) => {
      onClose();
      navigate(syncPath(sync_id));
    },
  };
  const refusal = apply.error instanceof ApiError ? apply.error : undefined;
  const guard = guardOf(preview.summary) ?? (refusal?.problem === 'delete-guard' ? refusal.message : null);
  const isStale = refusal?.problem === 'stale-preview';
  const counts = countsOf(preview.summary).filter(({ name }) => ['creates', 'updates', 'deletes'].includes(name));
  const submit = () => {
    setMissing(guard !== null && reason.trim() === '');
    if (guard === null || reason.trim() !== '') apply.mutate(guard === null ? undefined : reason.trim(), open);
  };
  return (
    <Dialog title="Apply the preview?" onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!apply.isPending && !isStale) submit();
        }}
      >
        <p>
          {entityText(preview.entity_type)} in “{nameOf(delta.destination)}”: {countsText(counts, count)}. Exactly what
          is shown here is written; what has changed meanwhile is left out.
        </p>
        {guard && (
          <>
            <Note kind="warning" title={guard} />
            <Field
              label="Why is it right to delete so many?"
              hint="Goes into the audit trail with your name."
              error={isMissing ? 'Is required.' : undefined}
            >
              <textarea maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
            </Field>
          </>
        )}
        {isStale && (
          <Note kind="warning" title={refusal.message} live>
            <p>Nothing was written. A new preview shows what would happen as things are now.</p>
          </Note>
        )}
        {apply.error && !isStale && refusal?.problem !== 'delete-guard' && <ErrorNote error={apply.error} />}
        {again.error && <ErrorNote error={again.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          {isStale ? (
            <Button variant="primary" busy={again.isPending} onClick={() => again.mutate(undefined, open)}>
              Compute again
            </Button>
          ) : (
            <Button type="submit" variant={guard ? 'danger' : 'primary'} busy={apply.isPending}>
              {apply.isPending ? 'Asking both ends …' : guard ? 'Apply and delete' : 'Apply'}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
