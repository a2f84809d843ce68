import { useState } from 'react';
import { useConnectionName } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Note } from '../ui/note.tsx';
import { ApplyRefusal } from './apply.button.tsx';
import type { ComputedDelta } from './preview.delta.ts';
import type { Applying } from './use-apply.ts';

interface Props {
  readonly applying: Applying;
  /** What the preview is of, in the plural and lower case. */
  readonly what: string;
  readonly delta: ComputedDelta;
}

/** Asks for the reason that the delete guard wants. */
export function ApplyDialog({ applying, what, delta }: Props) {
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const nameOf = useConnectionName();
  const ends = `from ${nameOf(delta.source_connection_id)} to ${nameOf(delta.destination)}`;
  const { plan, guard, isBusy, stale, ask, apply } = applying;
  const submit = () => {
    setMissing(reason.trim() === '');
    if (reason.trim() !== '') apply(reason.trim());
  };
  return (
    <Dialog title={`Apply the preview of ${what} ${ends}?`} onClose={() => ask(false)}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy && stale === null) submit();
        }}
      >
        <p>
          <strong>{plan.sentence}</strong>
          {plan.leftAlone && `; ${plan.leftAlone}`}. Exactly these changes are written. Items that have changed since
          the preview are skipped.
        </p>
        {guard && <Note kind="warning" title={guard} />}
        <Field
          label="Why is it right to delete so many items?"
          hint="The reason is stored in the audit trail with your name."
          error={isMissing ? 'Is required.' : undefined}
        >
          <textarea maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <ApplyRefusal applying={applying} />
        <div className="dialog-actions">
          <Button onClick={() => ask(false)}>Cancel</Button>
          {stale === null && (
            <Button type="submit" variant={plan.removal ? 'danger' : 'primary'} busy={isBusy}>
              {isBusy ? 'Checking for changes …' : plan.removal ? `Apply and ${plan.removal}` : 'Apply'}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
