import { type Connector, type CreatedConnection } from '@sync-operations/client';
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import { remainingErrors } from '../api/field.errors.ts';
import { connectionPath } from '../app/location.ts';
import { Button, CopyButton } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';
import { CheckResult } from './connection.check.tsx';
import { connectionDraft } from './connection.draft.ts';
import { ConnectionForm } from './connection.form.tsx';
import { useCheck } from './connection.queries.ts';
import { errorsOf, useSaveConnection } from './connection.saving.ts';
import { FormError, useFocusOnError } from './form.error.tsx';

interface Props {
  readonly connector: Connector;
  readonly onStored: () => void;
}

/** Stores the connection, then checks it. After a failed check the form stays, and saving again updates the connection. */
export function NewConnectionForm({ connector, onStored }: Props) {
  const [draft, setDraft] = useState(() => connectionDraft(connector));
  const [created, setCreated] = useState<CreatedConnection>();
  const save = useSaveConnection(connector);
  const check = useCheck();
  const form = useRef<HTMLFormElement>(null);
  useFocusOnError(form, save.error);
  const submit = async () => {
    check.reset();
    const saved = await save.mutateAsync({ draft, existing: created });
    // Only the first response contains the secret.
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
        // The errors are shown below.
        if (!isBusy) submit().catch(() => undefined);
      }}
    >
      <ConnectionForm
        connector={connector}
        draft={draft}
        onChange={setDraft}
        errors={remainingErrors(errorsOf(save.error), save.variables?.draft, draft)}
      />
      <FormError error={save.error ?? check.error} />
      {check.data && (
        <CheckResult check={check.data} name={draft.name}>
          <p>The connection is stored. Correct it here and save again; your input is kept.</p>
        </CheckResult>
      )}
      <div className="row">
        <Button type="submit" variant="primary" busy={isBusy}>
          {check.isPending ? 'Checking …' : created ? 'Save and check again' : 'Connect and check'}
        </Button>
        {created && !isBusy && <Link href={connectionPath(created.id)}>Keep it as it is</Link>}
      </div>
    </form>
  );
}

/** The webhook address and secret. The service returns the secret only once. */
function WebhookNote({ connection }: { readonly connection: CreatedConnection }) {
  const { webhook_url: path, webhook_secret: secret, webhooks } = connection;
  if (!path || !secret || webhooks?.managed) return null;
  const address = new URL(path, window.location.origin).href;
  return (
    <Note title="Set up webhooks in that system now to receive changes immediately">
      <p>The secret is shown only once. Without webhooks, schedules find the changes.</p>
      <dl className="conn-webhook">
        <CopyableText term="Address" text={address} />
        <CopyableText term="Secret" text={secret} />
      </dl>
    </Note>
  );
}

function CopyableText({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <div>
      <dt className="muted">{term}</dt>
      <dd className="row">
        <code className="break">{text}</code>
        <CopyButton text={text} what={term.toLowerCase()} />
      </dd>
    </div>
  );
}
