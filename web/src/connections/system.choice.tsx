import type { Connector } from '@sync-operations/client';

interface Props {
  readonly connectors: readonly Connector[];
  readonly chosen: string | undefined;
  readonly onChoose: (system: string) => void;
  readonly disabled: boolean;
}

/** The systems of the catalogue, each with what can be synced with it. */
export function SystemChoice({ connectors, chosen, onChoose, disabled }: Props) {
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
