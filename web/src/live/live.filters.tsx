import { capitalized } from '../ui/format.ts';
import type { FilterOptions, LiveFilters } from './live.syncs.ts';

interface Props {
  readonly options: FilterOptions;
  readonly filters: LiveFilters;
  readonly onChange: (change: { [Name in keyof LiveFilters]: string | undefined }) => void;
}

/** Selects which syncs are shown, when there are many. */
export function LiveFilterBar({ options, filters, onChange }: Props) {
  return (
    <div className="live-choices">
      <select
        aria-label="Entity type"
        value={filters.entity_type ?? ''}
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
        value={filters.source ?? ''}
        onChange={({ target }) => onChange({ source: target.value || undefined })}
      >
        <option value="">All sources</option>
        {options.source.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  );
}
