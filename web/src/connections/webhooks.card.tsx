import type { ConnectionWebhooks } from '@sync-operations/client';
import { Badge } from '../ui/badge.tsx';
import { Breakable } from '../ui/breakable.tsx';
import { CopyButton } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';
import '../ui/table.css';

interface Props {
  /** Where the system sends them, below the address of the service. */
  readonly path: string;
  readonly webhooks: ConnectionWebhooks | null;
}

/** Whether what the system sends arrives: each topic that the service registered, and what was refused. */
export function WebhooksCard({ path, webhooks }: Props) {
  const address = new URL(path, window.location.origin).href;
  const managed = webhooks?.managed;
  return (
    <Card title="Webhooks" region>
      <p className="row">
        <code className="break">
          <Breakable text={address} />
        </code>
        <CopyButton text={address} what="webhook address" />
      </p>
      {!managed && (
        <p className="muted">
          The service registers none by itself: create them in the system with this address, or choose managed webhooks
          in the settings of the connection.
        </p>
      )}
      {managed?.error && <Note kind="error" title={managed.error} />}
      {managed && managed.topics.length > 0 && (
        <table className="table table-cards">
          <thead>
            <tr>
              <th>Topic</th>
              <th>State</th>
              <th>Since</th>
            </tr>
          </thead>
          <tbody>
            {managed.topics.map(({ topic, state, since }) => (
              <tr key={topic}>
                <td data-label="Topic">{topic}</td>
                <td data-label="State">
                  <Badge tone={state === 'active' ? 'good' : 'bad'}>{state}</Badge>
                </td>
                <td data-label="Since">{since ? <Time at={since} /> : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {managed?.checked_at && (
        <p className="muted small">
          Checked <Time at={managed.checked_at} />
        </p>
      )}
      {webhooks?.last_refused_at && <Refused webhooks={webhooks} at={webhooks.last_refused_at} />}
    </Card>
  );
}

function Refused({
  webhooks: { refused, by_reason },
  at,
}: {
  readonly webhooks: ConnectionWebhooks;
  readonly at: string;
}) {
  const reasons = Object.entries(by_reason).map(([reason, many]) => `${count(many)} ${reason.replaceAll('_', ' ')}`);
  return (
    <Note kind="warning" title={`${refused} ${refused === 1 ? 'webhook was' : 'webhooks were'} refused`}>
      <p>
        The last <Time at={at} />. {reasons.join(', ')}.
      </p>
    </Note>
  );
}
