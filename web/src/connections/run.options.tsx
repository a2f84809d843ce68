import type { Connection, Connector, EntityType } from '@sync-operations/client';
import type { FieldErrors } from '../api/field.errors.ts';
import { Field } from '../ui/field.tsx';
import { capitalized } from '../ui/format.ts';
import { useConnections, useConnectors } from './connection.queries.ts';

/** What a run or a schedule from a connection syncs, and to where. */
export interface RunOptions {
  readonly entity_type: EntityType;
  /** `records`, or the id of a connection. */
  readonly destination: string;
  readonly mode: 'full' | 'incremental' | 'census';
}

interface Props {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly options: RunOptions;
  readonly onChange: (ends: RunOptions) => void;
  readonly errors: FieldErrors;
}

export const defaultRunOptions = ({ entities }: Connector, mode: RunOptions['mode']): RunOptions => ({
  entity_type: entities.find(({ read }) => read)?.entity_type ?? 'customer',
  destination: 'records',
  mode,
});

/** The options as a request body of the API. */
export const runBody = ({ entity_type, destination, mode }: RunOptions) => ({
  ...{ entity_type, mode },
  destination: destination === 'records' ? ('records' as const) : { connection_id: destination },
});

export function RunOptionsFields({ connection, connector, options, onChange, errors }: Props) {
  const connections = useConnections().data ?? [];
  const connectors = useConnectors().data ?? [];
  const destinationsOf = (entity: EntityType) => destinationsFor(entity, connection.id, connections, connectors);
  const entity = connector.entities.find(({ entity_type }) => entity_type === options.entity_type);
  const choose = (entity_type: EntityType) => {
    const isAvailable = destinationsOf(entity_type).some(({ id }) => id === options.destination);
    onChange({ ...options, entity_type, destination: isAvailable ? options.destination : 'records' });
  };
  return (
    <>
      <Field label="What" error={errors.entity_type}>
        <select value={options.entity_type} onChange={(event) => choose(event.target.value as EntityType)}>
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
        hint="Records are copies that this service keeps for your other services to read."
        error={errors.destination}
      >
        <select
          value={options.destination}
          onChange={(event) => onChange({ ...options, destination: event.target.value })}
        >
          <option value="records">Records</option>
          {destinationsOf(options.entity_type).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <fieldset className="stack-tight">
        <legend className="conn-legend">How much</legend>
        <Mode options={options} onChange={onChange} mode="full" hint="Also detects deletions.">
          Everything
        </Mode>
        <Mode
          options={options}
          onChange={onChange}
          mode="incremental"
          hint={
            entity?.tells_changes === false
              ? 'Reads and compares everything, because this system does not report when items change.'
              : 'Reads only changed items. Does not detect deletions.'
          }
        >
          What changed since the last sync
        </Mode>
        <Mode
          options={options}
          onChange={onChange}
          mode="census"
          hint="Detects deletions, and items that no sync has read. Compares nothing."
        >
          Only the ids
        </Mode>
      </fieldset>
    </>
  );
}

interface ModeProps extends Pick<Props, 'options' | 'onChange'> {
  readonly mode: RunOptions['mode'];
  readonly hint: string;
  readonly children: string;
}

function Mode({ options, onChange, mode, hint, children }: ModeProps) {
  return (
    <label className="field-check">
      <input type="radio" name="mode" checked={options.mode === mode} onChange={() => onChange({ ...options, mode })} />
      <span>
        {children} <span className="muted small conn-mode-hint">{hint}</span>
      </span>
    </label>
  );
}

/** The other connections whose system accepts writes of this entity type. */
function destinationsFor(
  entity: EntityType,
  source: string,
  connections: readonly Connection[],
  connectors: readonly Connector[],
): readonly Connection[] {
  const writable = new Set(
    connectors
      .filter(({ entities }) => entities.some(({ entity_type, write }) => entity_type === entity && write))
      .map(({ system }) => system),
  );
  return connections.filter(({ id, system }) => id !== source && writable.has(system));
}
