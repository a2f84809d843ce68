import type { Connection, Connector } from '@sync-operations/client';
import { useState } from 'react';
import { useMay } from '../api/organization.ts';
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

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
}

/** One connection: status, schedules, recent syncs and actions. */
export function ConnectionView({ connection, connector }: Props) {
  const [dialog, setDialog] = useState<OpenDialog>(() => dialogIn(window.location.search));
  const check = useCheck();
  const mayRun = useMay('run');
  const mayChange = useMay('connections');
  const canRead = connector.entities.some(({ read }) => read);
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
              <Button onClick={() => setDialog('reconcile')}>
                <Icon name="check" /> Compare
              </Button>
              <Button onClick={() => setDialog('preview')}>
                <Icon name="diff" /> Preview
              </Button>
              <Button variant="primary" onClick={() => setDialog('run')}>
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
          onEdit={mayChange ? () => setDialog('credentials') : undefined}
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
                <Button size="small" onClick={() => setDialog('edit')}>
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
              <Button variant="danger" onClick={() => setDialog('remove')}>
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
        onClose={() => setDialog(null)}
        onCheck={() => check.mutate(connection.id)}
      />
    </>
  );
}

/** A command of the palette opens the page with its dialog. */
function dialogIn(search: string): OpenDialog {
  const asked = new URLSearchParams(search).get('dialog');
  return asked === 'run' || asked === 'preview' ? asked : null;
}
