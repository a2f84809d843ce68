import { useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Connector, CreatedConnection } from '../../../clients/typescript/src/index.ts';
import { stillWrong } from '../api/field.errors.ts';
import { connectionPath } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { CheckResult } from './connection.check.tsx';
import { connectionDraft } from './connection.draft.ts';
import { ConnectionForm } from './connection.form.tsx';
import { useCheck } from './connection.queries.ts';
import { errorsOf, useSaveConnection } from './connection.saving.ts';
import { FormError, useFocusOnWrong } from './form.error.tsx';
import { WebhookNote } from './webhook.note.tsx';

interface Props {
  readonly connector: Connector;
  readonly onStored: () => void;
}

/** Stores the connection, then checks it; what was typed stays until it works, and is stored over what did not. */
export function NewConnectionForm({ connector, onStored }: Props) {
  const [draft, setDraft] = useState(() => connectionDraft(connector));
  const [created, setCreated] = useState<CreatedConnection>();
  const save = useSaveConnection(connector);
  const check = useCheck();
  const form = useRef<HTMLFormElement>(null);
  useFocusOnWrong(form, save.error);
  const submit = async () => {
    check.reset();
    const saved = await save.mutateAsync({ draft, existing: created });
    // The secret is in the first answer only.
    if ('webhook_secret' in saved) {
      setCreated(saved);
      onStored();
    }
    await check.mutateAsync(saved.id);
  };
  const isBusy = save.isPending || check.isPending;
  if (created && check.data?.ok)
    return (
      <>
        <CheckResult check={check.data} name={draft.name} />
        <WebhookNote connection={created} />
        <Link href={connectionPath(created.id)} className="button button-primary conn-done">
          Go to the connection
        </Link>
      </>
    );
  return (
    <form
      ref={form}
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        // What failed stands below.
        if (!isBusy) submit().catch(() => undefined);
      }}
    >
      <ConnectionForm
        connector={connector}
        draft={draft}
        onChange={setDraft}
        errors={stillWrong(errorsOf(save.error), save.variables?.draft, draft)}
      />
      <FormError error={save.error ?? check.error} />
      {check.data && (
        <CheckResult check={check.data} name={draft.name}>
          <p>It is stored as it is. Correct it here and save again; nothing of what you typed is lost.</p>
        </CheckResult>
      )}
      <div className="row">
        <Button type="submit" variant="primary" busy={isBusy}>
          {check.isPending ? 'Checking …' : created ? 'Save and check again' : 'Connect and check'}
        </Button>
        {created && !isBusy && <Link href={connectionPath(created.id)}>Leave it so</Link>}
      </div>
    </form>
  );
}
