import type { Connection, Connector, EntityType } from '../../../clients/typescript/src/index.ts';
import type { FieldErrors } from '../api/field.errors.ts';
import { Field } from '../ui/field.tsx';
import { capitalized } from '../ui/format.ts';
import { useConnections, useConnectors } from './connection.queries.ts';
import { destinationsFor } from './destinations.ts';

/** From this connection: what, to where, and how much of it. */
export interface Ends {
  readonly entity_type: EntityType;
  /** `records`, or the id of a connection. */
  readonly destination: string;
  readonly mode: 'full' | 'incremental';
}

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly ends: Ends;
  readonly onChange: (ends: Ends) => void;
  readonly errors: FieldErrors;
}

export const firstEnds = ({ entities }: Connector, mode: Ends['mode']): Ends => ({
  entity_type: entities.find(({ read }) => read)?.entity_type ?? 'customer',
  destination: 'records',
  mode,
});

/** As the API takes them. */
export const bodyOf = ({ entity_type, destination, mode }: Ends) => ({
  ...{ entity_type, mode },
  destination: destination === 'records' ? ('records' as const) : { connection_id: destination },
});

export function EndsFields({ connection, connector, ends, onChange, errors }: Props) {
  const connections = useConnections().data ?? [];
  const connectors = useConnectors().data ?? [];
  const to = (entity: EntityType) => destinationsFor(entity, connection.id, connections, connectors);
  const entity = connector.entities.find(({ entity_type }) => entity_type === ends.entity_type);
  const choose = (entity_type: EntityType) => {
    const still = to(entity_type).some(({ id }) => id === ends.destination);
    onChange({ ...ends, entity_type, destination: still ? ends.destination : 'records' });
  };
  return (
    <>
      <Field label="What" error={errors.entity_type}>
        <select value={ends.entity_type} onChange={(event) => choose(event.target.value as EntityType)}>
          {connector.entities
            .filter(({ read }) => read)
            .map(({ entity_type }) => (
              <option key={entity_type} value={entity_type}>
                {capitalized(entity_type)}s
              </option>
            ))}
        </select>
      </Field>
      <Field
        label="To"
        hint="The records are copies that this service keeps and your other services read."
        error={errors.destination}
      >
        <select value={ends.destination} onChange={(event) => onChange({ ...ends, destination: event.target.value })}>
          <option value="records">Records</option>
          {to(ends.entity_type).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <fieldset className="stack-tight">
        <legend className="conn-legend">How much</legend>
        <Mode ends={ends} onChange={onChange} mode="full" hint="Finds what was deleted, too.">
          Everything
        </Mode>
        <Mode
          ends={ends}
          onChange={onChange}
          mode="incremental"
          hint={
            entity?.tells_changes === false
              ? 'All is read and compared, since this system does not tell when something changed.'
              : 'Reads only that; finds no deletions.'
          }
        >
          What changed since the last sync
        </Mode>
      </fieldset>
    </>
  );
}

interface ModeProps extends Pick<Props, 'ends' | 'onChange'> {
  readonly mode: Ends['mode'];
  readonly hint: string;
  readonly children: string;
}

function Mode({ ends, onChange, mode, hint, children }: ModeProps) {
  return (
    <label className="field-check">
      <input type="radio" name="mode" checked={ends.mode === mode} onChange={() => onChange({ ...ends, mode })} />
      <span>
        {children} <span className="muted small conn-mode-hint">{hint}</span>
      </span>
    </label>
  );
}
