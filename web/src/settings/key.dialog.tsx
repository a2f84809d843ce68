import type { Scope } from '@sync-operations/client';
import { useState } from 'react';
import { Button, CopyButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { useCreateKey } from './settings.queries.ts';

/** What a key is mostly for, in words; the API takes any combination. */
const PURPOSES: readonly { readonly name: string; readonly scopes: readonly Scope[] }[] = [
  { name: 'Reports progress of its own syncs', scopes: ['sync:view', 'sync:report'] },
  { name: 'Sees syncs (viewer)', scopes: ['sync:viewer'] },
  { name: 'Steers and starts syncs (operator)', scopes: ['sync:operator'] },
  { name: 'Sets up connections, applies previews (integrator)', scopes: ['sync:integrator'] },
  { name: 'Reads and exports the trail (auditor)', scopes: ['sync:auditor'] },
  { name: 'Everything (admin)', scopes: ['sync:admin'] },
];

export function KeyDialog({ onClose }: { readonly onClose: () => void }) {
  const create = useCreateKey();
  const [name, setName] = useState('');
  const [purpose, setPurpose] = useState(0);
  const [seesPayloads, setSeesPayloads] = useState(false);
  const [days, setDays] = useState('90');
  if (create.data)
    return (
      <Dialog title="Your new key" onClose={onClose}>
        <Note kind="warning" title="It is shown this once">
          <p>Keep it where your service finds it. Nobody can read it again; make another when it is lost.</p>
        </Note>
        <p className="row">
          <code className="break">{create.data.secret}</code>
          <CopyButton text={create.data.secret} what="key" />
        </p>
        <div className="dialog-actions">
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title="Make a key" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const scopes = [...(PURPOSES[purpose]?.scopes ?? []), ...(seesPayloads ? (['sync:payloads'] as const) : [])];
          create.mutate({ name: name.trim(), scopes, ...(days !== '' && { expires_in_days: Number(days) }) });
        }}
      >
        <Field label="Name" hint="Who uses it. The audit trail names it.">
          <input required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="What it does">
          <select value={purpose} onChange={(event) => setPurpose(Number(event.target.value))}>
            {PURPOSES.map((one, index) => (
              <option key={one.name} value={index}>
                {one.name}
              </option>
            ))}
          </select>
        </Field>
        <label className="field-check">
          <input type="checkbox" checked={seesPayloads} onChange={(event) => setSeesPayloads(event.target.checked)} />
          Sees the values of items: names, addresses, orders
        </label>
        <Field label="Days" optional hint="How long it is valid. Empty: until it is revoked.">
          <input type="number" min={1} max={3650} value={days} onChange={(event) => setDays(event.target.value)} />
        </Field>
        {create.error && <ErrorNote error={create.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Make key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
