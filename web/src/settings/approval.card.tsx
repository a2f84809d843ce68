import type { OrganizationSettings } from '@sync-operations/client';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { useChangeSettings, useSettings } from './settings.queries.ts';

/** Above which limits a second person approves what is applied. */
export function ApprovalCard({ mayChange }: { readonly mayChange: boolean }) {
  const { data, error, refetch } = useSettings();
  return (
    <Card title="Approval by a second person">
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && (mayChange ? <ApprovalForm settings={data} /> : <p>{sentence(data)}</p>)}
    </Card>
  );
}

function sentence({ approval_deletes, approval_changes }: OrganizationSettings): string {
  const limits = [
    approval_deletes !== null && `more than ${approval_deletes} deletes`,
    approval_changes !== null && `more than ${approval_changes} changes`,
  ].filter(Boolean);
  return limits.length === 0 ? 'Nobody has to approve anything.' : `Needed for ${limits.join(', or ')}.`;
}

function ApprovalForm({ settings }: { readonly settings: OrganizationSettings }) {
  const textOf = (value: number | null) => (value === null ? '' : String(value));
  const [deletes, setDeletes] = useState(textOf(settings.approval_deletes));
  const [changes, setChanges] = useState(textOf(settings.approval_changes));
  const [hours, setHours] = useState(String(settings.approval_hours));
  const change = useChangeSettings();
  const showToast = useToast();
  const numberOf = (text: string) => (text === '' ? -1 : Number(text));
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { approval_deletes: numberOf(deletes), approval_changes: numberOf(changes), approval_hours: Number(hours) },
          { onSuccess: () => showToast('The limits were stored.') },
        );
      }}
    >
      <p className="muted">
        A preview above a limit is applied when somebody else than who started it has approved it.
      </p>
      <div className="settings-fields">
        <Field label="Deletes above" hint="Empty: no limit">
          <input type="number" min={0} value={deletes} onChange={(event) => setDeletes(event.target.value)} />
        </Field>
        <Field label="Changes above" hint="Empty: no limit">
          <input type="number" min={0} value={changes} onChange={(event) => setChanges(event.target.value)} />
        </Field>
        <Field label="Hours to decide" hint="Then it is cancelled">
          <input
            type="number"
            min={1}
            max={40}
            required
            value={hours}
            onChange={(event) => setHours(event.target.value)}
          />
        </Field>
      </div>
      {change.error && <ErrorNote error={change.error} />}
      <div className="row">
        <Button type="submit" variant="primary" busy={change.isPending}>
          Store limits
        </Button>
      </div>
    </form>
  );
}
