import { useState } from 'react';
import type { Connection, Connector } from '../../../clients/typescript/src/index.ts';
import { useMay } from '../api/organization.ts';
import { Schedules } from '../schedules/schedules.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Icon } from '../ui/icon.tsx';
import { PageHeader } from '../ui/page.tsx';
import { BackToConnections } from './back.link.tsx';
import { ConnectionCheckNote } from './connection.check-note.tsx';
import { ConnectionDialogs, type OpenDialog } from './connection.dialogs.tsx';
import { ConnectionFacts } from './connection.facts.tsx';
import { useCheck } from './connection.queries.ts';
import { ConnectionRuns } from './connection.runs.tsx';

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
}

/** One connection: how it is, what runs from it and when, and what can be done with it. */
export function ConnectionView({ connection, connector }: Props) {
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const check = useCheck();
  const mayRun = useMay('sync:write');
  const mayChange = useMay('sync:admin');
  const canRead = connector.entities.some(({ read }) => read);
  return (
    <>
      <BackToConnections />
      <PageHeader
        title={connection.name}
        actions={
          mayRun &&
          canRead && (
            <>
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
        {canRead && <Schedules connection={connection} connector={connector} />}
        <ConnectionRuns connectionId={connection.id} />
        {mayChange && (
          <Card title="Remove">
            <div className="row between">
              <p className="muted">Its credentials are wiped and nothing is synced from or to it any more.</p>
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
