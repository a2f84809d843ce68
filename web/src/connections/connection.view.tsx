import type { Connection, Connector } from '@sync-operations/client';
import { useState } from 'react';
import { useMay } from '../api/organization.ts';
import { useParameters } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { BackLink, PageHeader } from '../ui/page.tsx';
import { CheckHistory } from './check.history.tsx';
import { ConnectionCheckNote } from './connection.check.tsx';
import { ConnectionDialogs, type OpenDialog } from './connection.dialogs.tsx';
import { ReadFromIt, WrittenToIt } from './connection.direction.tsx';
import { ConnectionFacts } from './connection.facts.tsx';
import { PauseButton, PausedNote } from './connection.pause.tsx';
import { useCheck } from './connection.queries.ts';
import { UsageCard } from './usage.card.tsx';
import { WebhooksCard } from './webhooks.card.tsx';

/** A command of the palette names the dialog in the address, also when the page is open already. */
const ASKED = ['dialog'] as const;

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
}

/** One connection: status, schedules, recent syncs and actions. */
export function ConnectionView({ connection, connector }: Props) {
  const [chosen, setChosen] = useState<OpenDialog>(null);
  const [{ dialog: asked }, change] = useParameters(ASKED);
  const check = useCheck();
  const mayRun = useMay('run');
  const mayChange = useMay('connections');
  const canRead = connector.entities.some(({ read }) => read);
  const dialog = chosen ?? (mayRun && canRead ? dialogOf(asked) : null);
  const close = () => {
    setChosen(null);
    if (asked) change({ dialog: undefined });
  };
  return (
    <>
      <BackLink href="/connections">Connections</BackLink>
      <PageHeader
        title={connection.name}
        actions={
          mayRun &&
          canRead && (
            <>
              <PauseButton connection={connection} />
              <Button onClick={() => setChosen('reconcile')}>
                <Icon name="check" /> Compare
              </Button>
              <Button onClick={() => setChosen('preview')}>
                <Icon name="diff" /> Preview
              </Button>
              <Button variant="primary" onClick={() => setChosen('run')}>
                <Icon name="play" /> Run now
              </Button>
            </>
          )
        }
      >
        {connector.title}
        {connection.version && ` ${connection.version}`}
      </PageHeader>
      <div className="stack">
        <PausedNote connection={connection} />
        <ConnectionCheckNote
          connection={connection}
          check={check}
          onEdit={mayChange ? () => setChosen('credentials') : undefined}
        />
        {check.error && <ErrorNote error={check.error} />}
        <Card
          title="Connection"
          actions={
            mayChange && (
              <>
                <Button size="small" busy={check.isPending} onClick={() => check.mutate(connection.id)}>
                  <Icon name="plug" /> {check.isPending ? 'Checking …' : 'Check'}
                </Button>
                <Button size="small" onClick={() => setChosen('edit')}>
                  <Icon name="edit" /> Edit
                </Button>
              </>
            )
          }
        >
          <ConnectionFacts connection={connection} connector={connector} />
        </Card>
        <ReadFromIt connection={connection} connector={connector} />
        <WrittenToIt connection={connection} />
        {connection.webhook_url && <WebhooksCard path={connection.webhook_url} webhooks={connection.webhooks} />}
        <CheckHistory connectionId={connection.id} />
        <UsageCard />
        {mayChange && (
          <Card title="Remove">
            <div className="row between">
              <p className="muted">Deletes the credentials and stops all syncs from and to this connection.</p>
              <Button variant="danger" onClick={() => setChosen('remove')}>
                <Icon name="trash" /> Remove connection
              </Button>
            </div>
          </Card>
        )}
      </div>
      <ConnectionDialogs
        open={dialog}
        connection={connection}
        connector={connector}
        onClose={close}
        onCheck={() => check.mutate(connection.id)}
      />
    </>
  );
}

const dialogOf = (asked: string | undefined): OpenDialog => (asked === 'run' || asked === 'preview' ? asked : null);
