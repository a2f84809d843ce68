import type { Alert } from '@sync-operations/client';
import { useState } from 'react';
import { fieldErrors } from '../api/field.errors.ts';
import { serverNow } from '../api/server.clock.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { useSay } from './alert.queries.ts';

const HOUR_MS = 3_600_000;
const ENDS = [
  { text: '1 hour', ms: HOUR_MS },
  { text: '4 hours', ms: 4 * HOUR_MS },
  { text: '1 day', ms: 24 * HOUR_MS },
  { text: '7 days', ms: 168 * HOUR_MS },
  { text: '30 days', ms: 720 * HOUR_MS },
];

const TEXTS = {
  acknowledge: {
    ...{ title: 'Acknowledge', done: 'Acknowledged.', end: 'Tell it again if it is still open after' },
    says: 'Somebody is at it: it is not told again before then. That it is resolved is told.',
  },
  mute: {
    ...{ title: 'Mute', done: 'Muted.', end: 'For' },
    says: 'Nothing is told until then, also when it is resolved and opens again. What is open at the end is told.',
  },
  resolve: {
    ...{ title: 'Resolve', done: 'Resolved.', end: null },
    says: 'For what no later sync resolves. It opens again when its rule holds again.',
  },
};

interface Props {
  readonly alert: Alert;
  readonly action: keyof typeof TEXTS;
  readonly onClose: () => void;
}

/** Asks for the reason and the end of what a person says of an alert. Both stand in the audit trail. */
export function SayDialog({ alert, action, onClose }: Props) {
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(String(24 * HOUR_MS));
  const [isMissing, setMissing] = useState(false);
  const say = useSay(alert.id, action);
  const showToast = useToast();
  const text = TEXTS[action];
  const submit = () => {
    setMissing(reason.trim() === '');
    if (reason.trim() === '') return;
    const until = new Date(serverNow() + Number(end)).toISOString();
    const body = { reason: reason.trim(), ...(text.end !== null && end !== '' && { until }) };
    say.mutate(body, {
      onSuccess: () => {
        onClose();
        showToast(text.done);
      },
    });
  };
  return (
    <Dialog title={`${text.title} “${alert.rule_name}”`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!say.isPending) submit();
        }}
      >
        <p className="break">{alert.summary}</p>
        <p className="muted">{text.says}</p>
        <Field
          label="Reason"
          hint="It is stored in the audit trail with your name."
          error={isMissing && reason.trim() === '' ? 'Is required.' : fieldErrors(say.error).reason}
        >
          <textarea maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        {text.end !== null && (
          <Field label={text.end} error={fieldErrors(say.error).until}>
            <select value={end} onChange={(event) => setEnd(event.target.value)}>
              {ENDS.map(({ text: label, ms }) => (
                <option key={ms} value={ms}>
                  {label}
                </option>
              ))}
              {action === 'acknowledge' && <option value="">Not again</option>}
            </select>
          </Field>
        )}
        {say.error && <ErrorNote error={say.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={say.isPending}>
            {text.title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
