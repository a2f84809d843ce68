import type { CreatedConnection } from '@sync-operations/client';
import { CopyButton } from '../ui/copy-button.tsx';
import { Note } from '../ui/note.tsx';

/** Where the system sends its webhooks and what it signs them with; the secret is answered once. */
export function WebhookNote({ connection }: { readonly connection: CreatedConnection }) {
  const { webhook_url: path, webhook_secret: secret } = connection;
  if (!path || !secret) return null;
  const address = new URL(path, window.location.origin).href;
  return (
    <Note title="To hear of changes at once, set up webhooks in that system now">
      <p>The secret is shown here once and never again. Without webhooks, schedules do the work.</p>
      <dl className="conn-webhook">
        <Copied term="Address" text={address} />
        <Copied term="Secret" text={secret} />
      </dl>
    </Note>
  );
}

function Copied({ term, text }: { readonly term: string; readonly text: string }) {
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
