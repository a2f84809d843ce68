import { capitalized } from '../ui/format.ts';
import { type FilterOptions, type LiveParameters, SORTS, STATES } from './live.syncs.ts';

interface Props {
  readonly options: FilterOptions;
  readonly parameters: LiveParameters;
  readonly view: 'cards' | 'table';
  readonly onChange: (change: { [Name in keyof LiveParameters]: string | undefined }) => void;
}

/** Selects which syncs are shown and how, when there are many. */
export function LiveFilterBar({ options, parameters, view, onChange }: Props) {
  return (
    <search className="live-choices">
      <input
        type="search"
        aria-label="Search the running syncs"
        placeholder="Id, user or connection"
        defaultValue={parameters.q}
        maxLength={200}
        onChange={({ target }) => onChange({ q: target.value.trim() || undefined })}
      />
      <select
        aria-label="Entity type"
        value={parameters.entity_type ?? ''}
        onChange={({ target }) => onChange({ entity_type: target.value || undefined })}
      >
        <option value="">All entity types</option>
        {options.entity_type.map((one) => (
          <option key={one} value={one}>
            {capitalized(one)}
          </option>
        ))}
      </select>
      <select
        aria-label="Source"
        value={parameters.source ?? ''}
        onChange={({ target }) => onChange({ source: target.value || undefined })}
      >
        <option value="">All sources</option>
        {options.source.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <select
        aria-label="State"
        value={parameters.state ?? ''}
        onChange={({ target }) => onChange({ state: target.value || undefined })}
      >
        <option value="">Any state</option>
        {Object.entries(STATES).map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <select
        aria-label="Order"
        value={parameters.sort ?? 'trouble'}
        onChange={({ target }) => onChange({ sort: target.value === 'trouble' ? undefined : target.value })}
      >
        {Object.entries(SORTS).map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <select aria-label="View" value={view} onChange={({ target }) => onChange({ view: target.value })}>
        <option value="cards">Cards</option>
        <option value="table">Table</option>
      </select>
    </search>
  );
}
