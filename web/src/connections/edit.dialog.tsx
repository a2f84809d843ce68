import type { Connection, Connector } from '@sync-operations/client';
import { useRef, useState } from 'react';
import { remainingErrors } from '../api/field.errors.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';
import { connectionDraft } from './connection.draft.ts';
import { ConnectionForm } from './connection.form.tsx';
import { errorsOf, useSaveConnection } from './connection.saving.ts';
import { FormError, useFocusOnError } from './form.error.tsx';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  /** Opened to replace the credentials. */
  readonly withCredentials: boolean;
  readonly onClose: () => void;
  /** Called when the saved changes make the last check outdated. */
  readonly onCheck: () => void;
}

export function EditDialog({ connection, connector, withCredentials, onClose, onCheck }: Props) {
  const [draft, setDraft] = useState(() => ({
    ...connectionDraft(connector, connection),
    sendsCredentials: withCredentials,
  }));
  const form = useRef<HTMLFormElement>(null);
  const save = useSaveConnection(connector);
  const showToast = useToast();
  useFocusOnError(form, save.error);
  const submit = () =>
    save.mutate(
      { draft, existing: connection },
      {
        onSuccess: (saved) => {
          onClose();
          showToast('Saved.');
          if (draft.sendsCredentials || saved.base_url !== connection.base_url) onCheck();
        },
      },
    );
  return (
    <Dialog title={`Edit “${connection.name}”`} wide onClose={onClose}>
      <form
        ref={form}
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) submit();
        }}
      >
        <ConnectionForm
          connector={connector}
          draft={draft}
          onChange={setDraft}
          errors={remainingErrors(errorsOf(save.error), save.variables?.draft, draft)}
          beforeCredentials={
            <div className="field">
              <label className="field-check">
                <input
                  type="checkbox"
                  checked={draft.sendsCredentials}
                  onChange={(event) => setDraft({ ...draft, sendsCredentials: event.target.checked })}
                />
                Replace the credentials
              </label>
              <p className="muted small">Replaces all of them. The stored credentials cannot be shown.</p>
            </div>
          }
        />
        <FormError error={save.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
