import type { Erase } from '@sync-operations/client';
import { useState } from 'react';
import { fieldErrors, remainingErrors } from '../api/field.errors.ts';
import { useConnections } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { useErasePerson } from './erasure.queries.ts';

const EMPTY = { email: '', external_id: '', connection_id: '', reference: '' };
type Draft = typeof EMPTY;

/** What was filled in. */
const bodyOf = (draft: Draft): Erase =>
  Object.fromEntries(
    Object.entries(draft)
      .map(([name, value]) => [name, value.trim()])
      .filter(([, value]) => value !== ''),
  );

/** Asks who is to be erased, and once more before it is done. */
export function EraseForm() {
  const [draft, setDraft] = useState(EMPTY);
  const [isMissing, setMissing] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const erase = useErasePerson();
  const showToast = useToast();
  const connections = useConnections();
  const body = bodyOf(draft);
  const errors = remainingErrors(fieldErrors(erase.error), erase.variables, body);
  const change = (name: keyof Draft) => (event: { readonly target: { readonly value: string } }) =>
    setDraft({ ...draft, [name]: event.target.value });
  const submit = () => {
    const isNobody = body.email === undefined && body.external_id === undefined;
    setMissing(isNobody);
    setAsking(!isNobody);
  };
  const confirm = () =>
    erase.mutate(body, {
      onSuccess: () => {
        setDraft(EMPTY);
        showToast('The erasure has begun.');
      },
      onSettled: () => setAsking(false),
    });
  return (
    <Card title="Whom to erase" region>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className="muted">
          By the e-mail address, by the id of a customer, or by both. What is kept here of the person goes: records,
          items, changes, previews, messages, and what the audit trail knows them by. Amounts and goods of orders stay.
        </p>
        <div className="settings-fields">
          <Field label="E-mail address" error={isMissing ? 'Fill in this, or the id of a customer.' : errors.email}>
            <input type="email" maxLength={320} autoComplete="off" value={draft.email} onChange={change('email')} />
          </Field>
          <Field label="Customer id" error={errors.external_id}>
            <input maxLength={400} autoComplete="off" value={draft.external_id} onChange={change('external_id')} />
          </Field>
          <Field
            label="Connection"
            optional
            hint="Of the id, when several have a customer of it"
            error={errors.connection_id}
          >
            <select value={draft.connection_id} onChange={change('connection_id')}>
              <option value="">any</option>
              {connections.data?.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
          <Field
            label="Reference"
            optional
            hint="Such as the number of a ticket. It is kept: name nobody in it."
            error={errors.reference}
          >
            <input maxLength={200} autoComplete="off" value={draft.reference} onChange={change('reference')} />
          </Field>
        </div>
        {erase.error && <ErrorNote error={erase.error} />}
        <div className="row">
          <Button type="submit" variant="danger">
            Erase …
          </Button>
        </div>
      </form>
      {isAsking && (
        <Dialog title="Erase this person?" onClose={() => setAsking(false)}>
          <p className="break">
            {[body.email, body.external_id && `customer ${body.external_id}`].filter(Boolean).join(', ')}
          </p>
          <p>It cannot be undone. Nothing is erased in your shops and ERPs.</p>
          <div className="dialog-actions">
            <Button onClick={() => setAsking(false)}>Keep the person</Button>
            <Button variant="danger" busy={erase.isPending} onClick={confirm}>
              Erase the person
            </Button>
          </div>
        </Dialog>
      )}
    </Card>
  );
}
