import { useState } from 'react';
import { useParameters } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { PageHeader } from '../ui/page.tsx';
import { useConnectors } from './connection.queries.ts';
import { NewConnectionForm } from './new-connection.form.tsx';
import { SystemChoice } from './system.choice.tsx';
import './connections.css';

const CHOICE = ['system'] as const;

export default function NewConnectionPage() {
  const { data, error, refetch } = useConnectors();
  const [{ system }, change] = useParameters(CHOICE);
  // What is stored is of one system for good.
  const [isStored, setStored] = useState(false);
  const connector = data?.find((one) => one.system === system);
  return (
    <>
      <PageHeader title="Add connection">
        The credentials are stored encrypted and never shown again. The system is called at once, to see whether they
        work.
      </PageHeader>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={5} />}
      {data && (
        <Card className="conn-new">
          <SystemChoice
            connectors={data}
            chosen={connector?.system}
            onChoose={(one) => change({ system: one })}
            disabled={isStored}
          />
          {connector && (
            <NewConnectionForm key={connector.system} connector={connector} onStored={() => setStored(true)} />
          )}
        </Card>
      )}
    </>
  );
}
