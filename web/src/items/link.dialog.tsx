import type { Connection } from '@sync-operations/client';
import { useState } from 'react';
import { useConnectionName } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { type ItemName, type PlacedIdentity, useLink } from './item.queries.ts';

interface Props {
  readonly item: ItemName;
  readonly own: PlacedIdentity;
  readonly others: readonly Connection[];
  readonly onClose: () => void;
}

/** A person says which entry of another system the item is, or that it is a new one. What was typed stays when it is refused. */
export function LinkDialog({ item: { entity_type }, own, others, onClose }: Props) {
  const [other, setOther] = useState(others[0]?.id ?? '');
  const [isNew, setNew] = useState(false);
  const [id, setId] = useState('');
  const [isMissing, setMissing] = useState(false);
  const nameOf = useConnectionName();
  const showToast = useToast();
  const link = useLink(own.connection_id);
  const refusal = link.data?.results.find(({ outcome }) => outcome === 'refused')?.reason;
  const submit = () => {
    setMissing(!isNew && id.trim() === '');
    if (!isNew && id.trim() === '') return;
    const bindings = [{ external_id: own.external_id, with_external_id: isNew ? null : id.trim() }];
    link.mutate(
      { with: other, entity_type, bindings },
      {
        onSuccess: ({ results }) => {
          if (results.some(({ outcome }) => outcome === 'refused')) return;
          showToast(isNew ? 'The next sync creates it as a new one.' : 'Linked. The next sync compares the two.');
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={`Link ${entity_type} ${own.external_id} of “${nameOf(own.connection_id)}”`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!link.isPending) submit();
        }}
      >
        <Field label="With an entry of">
          <select value={other} onChange={({ target }) => setOther(target.value)}>
            {others.map((connection) => (
              <option key={connection.id} value={connection.id}>
                {connection.name}
              </option>
            ))}
          </select>
        </Field>
        <Field label={`Its id in “${nameOf(other)}”`} error={isMissing ? 'Is required.' : undefined}>
          <input autoComplete="off" value={id} disabled={isNew} onChange={({ target }) => setId(target.value)} />
        </Field>
        <label className="field-check">
          <input type="checkbox" checked={isNew} onChange={({ target }) => setNew(target.checked)} /> None of them is
          the same: a sync creates a new one there
        </label>
        {refusal && <Note kind="warning" title={refusal} live />}
        {link.error && <ErrorNote error={link.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={link.isPending}>
            {isNew ? 'It is a new one' : 'Link them'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
