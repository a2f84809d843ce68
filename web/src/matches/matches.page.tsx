import { Link } from 'wouter';
import { connectionPath, useParameters } from '../app/location.ts';
import { useConnectionName, useConnections, useConnectors } from '../connections/connection.queries.ts';
import { Card, Empty } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { FilterBar } from '../ui/filter-bar.tsx';
import { capitalized } from '../ui/format.ts';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { MatchRow } from './match.row.tsx';
import { type MatchPair, useMatches } from './matches.queries.ts';
import './matches.css';

const PARAMETERS = ['connection_id', 'with', 'entity_type'] as const;

/** Before the first sync: which items a sync takes for which entries of another system, and which a person has to decide. */
export default function MatchesPage() {
  const [{ connection_id = '', with: other, entity_type }, change] = useParameters(PARAMETERS);
  const nameOf = useConnectionName();
  const pair = other && entity_type ? ({ connection_id, with: other, entity_type } as MatchPair) : undefined;
  return (
    <>
      <PageHeader title="What would match">
        {connection_id && (
          <>
            <Link href={connectionPath(connection_id)}>{nameOf(connection_id)}</Link>:{' '}
          </>
        )}
        what a sync would take for the same, create, or leave for you to decide. Nothing is written.
      </PageHeader>
      <Choice connectionId={connection_id} other={other} entity={entity_type} onChange={change} />
      {pair ? (
        <Matches key={JSON.stringify(pair)} pair={pair} />
      ) : (
        <Empty title="Choose what to compare">
          <p className="muted">Both systems are read from their first items on, 25 at a time.</p>
        </Empty>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly connectionId: string;
  readonly other: string | undefined;
  readonly entity: string | undefined;
  readonly onChange: (changes: Partial<Record<(typeof PARAMETERS)[number], string | undefined>>) => void;
}

function Choice({ connectionId, other, entity, onChange }: ChoiceProps) {
  const connections = useConnections().data ?? [];
  const connectors = useConnectors().data ?? [];
  const entitiesOf = (id: string) => {
    const system = connections.find((one) => one.id === id)?.system;
    return connectors.find((one) => one.system === system)?.entities.map(({ entity_type }) => entity_type) ?? [];
  };
  return (
    <FilterBar>
      <Field label="What">
        <select value={entity ?? ''} onChange={({ target }) => onChange({ entity_type: target.value || undefined })}>
          <option value="">Choose …</option>
          {entitiesOf(connectionId).map((one) => (
            <option key={one} value={one}>
              {capitalized(one)}s
            </option>
          ))}
        </select>
      </Field>
      <Field label="Looked for in">
        <select value={other ?? ''} onChange={({ target }) => onChange({ with: target.value || undefined })}>
          <option value="">Choose …</option>
          {connections
            .filter(({ id }) => id !== connectionId)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </select>
      </Field>
    </FilterBar>
  );
}

function Matches({ pair }: { readonly pair: MatchPair }) {
  const list = useMatches(pair);
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <Card title="Items" region>
      {list.isPending && <Skeleton lines={8} />}
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {items?.length === 0 && <p className="muted">The source has no such items.</p>}
      {items && items.length > 0 && (
        <ul className="matches" aria-label="Items">
          {items.map((item) => (
            <MatchRow key={item.external_id} item={item} pair={pair} />
          ))}
        </ul>
      )}
      <ShowMore list={list} />
    </Card>
  );
}
