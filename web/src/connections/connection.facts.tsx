import type { Connection, ConnectionStatus, Connector } from '@sync-operations/client';
import type { ReactNode } from 'react';
import { Badge, type BadgeTone } from '../ui/badge.tsx';
import { Breakable } from '../ui/breakable.tsx';
import { Time } from '../ui/time.tsx';
import { settingsSchema } from './connection.draft.ts';
import { useConnectionName } from './connection.queries.ts';
import { OpenConflicts } from './open.conflicts.tsx';
import './connections.css';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
}

export function ConnectionFacts({ connection, connector }: Props) {
  const { base_url, status, last_checked_at, account, warnings, credentials_expire_at } = connection;
  return (
    <dl className="conn-facts">
      <Fact term="Status">
        <span className="row">
          <ConnectionStatusBadge status={status} />
          {last_checked_at && (
            <span className="muted">
              checked <Time at={last_checked_at} />
            </span>
          )}
          <OpenConflicts connectionId={connection.id} />
        </span>
      </Fact>
      <Fact term="Address">
        <Breakable text={base_url} />
      </Fact>
      {account && <Fact term="Signed in as">{account}</Fact>}
      {credentials_expire_at && (
        <Fact term="Credentials expire">
          <Time at={credentials_expire_at} />
        </Fact>
      )}
      {warnings.length > 0 && (
        <Fact term="Notes">
          {warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </Fact>
      )}
      <Fact term="Added">
        <Time at={connection.created_at} />
        {connection.created_by && ` by ${connection.created_by}`}
      </Fact>
      <OwnSettings connection={connection} connector={connector} />
    </dl>
  );
}

/** The settings that differ from the defaults of the schema. */
function OwnSettings({ connection, connector }: Props) {
  const nameOf = useConnectionName();
  const own = Object.entries(settingsSchema(connector).properties).flatMap(([name, property]) => {
    const value = connection.settings[name];
    if (value === undefined || JSON.stringify(value) === JSON.stringify(property.default)) return [];
    const text = name === 'webhook_destination' ? nameOf(String(value)) : settingText(value);
    return [{ title: property.title, text }];
  });
  return own.map(({ title, text }) => (
    <Fact key={title} term={title}>
      {text}
    </Fact>
  ));
}

function settingText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface FactProps {
  readonly term: string;
  readonly children: ReactNode;
}

function Fact({ term, children }: FactProps) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className="break">{children}</dd>
    </div>
  );
}

const STATUS_BADGES: Readonly<Record<ConnectionStatus, { readonly text: string; readonly tone: BadgeTone }>> = {
  unchecked: { text: 'not checked', tone: 'neutral' },
  ok: { text: 'works', tone: 'good' },
  failing: { text: 'failing', tone: 'bad' },
};

export function ConnectionStatusBadge({ status }: { readonly status: ConnectionStatus }) {
  const { text, tone } = STATUS_BADGES[status];
  return <Badge tone={tone}>{text}</Badge>;
}
