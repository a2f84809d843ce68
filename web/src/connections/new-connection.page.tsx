import type { Connector } from '@sync-operations/client';
import { useState } from 'react';
import { useParameters } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { useConnectors } from './connection.queries.ts';
import { NewConnectionForm } from './new-connection.form.tsx';
import './connections.css';

const CHOICE = ['system'] as const;

export default function NewConnectionPage() {
  const { data, error, refetch } = useConnectors();
  const [{ system }, change] = useParameters(CHOICE);
  // The system of a stored connection cannot change.
  const [isStored, setStored] = useState(false);
  const connector = data?.find((one) => one.system === system);
  return (
    <>
      <PageHeader title="Add connection">
        The credentials are stored encrypted and never shown again. They are checked immediately by a call to the
        system.
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

interface Props {
  readonly connectors: readonly Connector[];
  readonly chosen: string | undefined;
  readonly onChoose: (system: string) => void;
  readonly disabled: boolean;
}

/** The systems of the catalogue, each with its entity types. */
function SystemChoice({ connectors, chosen, onChoose, disabled }: Props) {
  return (
    <fieldset disabled={disabled}>
      <legend className="conn-legend">Which system?</legend>
      <div className="conn-systems">
        {connectors.map(({ system, title, entities }) => (
          <label key={system} className="conn-system">
            <input type="radio" name="system" checked={chosen === system} onChange={() => onChoose(system)} />
            <span>
              <span className="conn-system-title">{title}</span>
              <span className="muted small">{entities.map(({ entity_type }) => `${entity_type}s`).join(', ')}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
