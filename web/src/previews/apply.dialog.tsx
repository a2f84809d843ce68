import type { Preview } from '@sync-operations/client';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ApiError } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { usePlanText } from './plan.text.ts';
import type { ComputedDelta } from './preview.delta.ts';
import { useApplyPreview, useRecomputePreview } from './preview.mutations.ts';
import { entityText } from './preview.row.tsx';
import { guardOf } from './preview.summary.ts';

interface Props {
  readonly preview: Preview;
  readonly delta: ComputedDelta;
  readonly onClose: () => void;
}

/** Shows what will be written, asks for a reason when the delete guard requires one, and opens the sync that applies it. */
export function ApplyDialog({ preview, delta, onClose }: Props) {
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const [, navigate] = useLocation();
  const plan = usePlanText(preview, delta);
  const apply = useApplyPreview(preview, delta);
  const again = useRecomputePreview(preview, delta);
  const open = {
    onSuccess: ({ sync_id }: { sync_id: string }) => {
      onClose();
      navigate(syncPath(sync_id));
    },
  };
  const refusal = apply.error instanceof ApiError ? apply.error : undefined;
  const guard = guardOf(preview.summary) ?? (refusal?.problem === 'delete-guard' ? refusal.message : null);
  const isStale = refusal?.problem === 'stale-preview';
  const submit = () => {
    setMissing(guard !== null && reason.trim() === '');
    if (guard === null || reason.trim() !== '') apply.mutate(guard === null ? undefined : reason.trim(), open);
  };
  return (
    <Dialog title={`Apply the preview of ${entityText(preview.entity_type).toLowerCase()}?`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!apply.isPending && !isStale) submit();
        }}
      >
        <p>
          <strong>{plan.sentence}</strong>
          {plan.leftAlone && `; ${plan.leftAlone}`}. Exactly these changes are written. Items that have changed since
          the preview are skipped.
        </p>
        {guard && (
          <>
            <Note kind="warning" title={guard} />
            <Field
              label="Why is it right to delete so many items?"
              hint="The reason is stored in the audit trail with your name."
              error={isMissing ? 'Is required.' : undefined}
            >
              <textarea maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
            </Field>
          </>
        )}
        {isStale && (
          <Note kind="warning" title={refusal.message} live>
            <p>Nothing was written. Compute a new preview to see what would change now.</p>
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
            <Button type="submit" variant={plan.removal ? 'danger' : 'primary'} busy={apply.isPending}>
              {apply.isPending ? 'Checking for changes …' : plan.removal ? `Apply and ${plan.removal}` : 'Apply'}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
