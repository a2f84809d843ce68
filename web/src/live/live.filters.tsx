import { capitalized } from '../ui/format.ts';
import type { LiveChoices, LiveFilters } from './live.syncs.ts';

interface Props {
  readonly choices: LiveChoices;
  readonly filters: LiveFilters;
  readonly onChange: (change: { [Name in keyof LiveFilters]: string | undefined }) => void;
}

/** Which of many syncs to show. */
export function LiveChoicesBar({ choices, filters, onChange }: Props) {
  return (
    <div className="live-choices">
      <select
        aria-label="Entity type"
        value={filters.entity_type ?? ''}
        onChange={({ target }) => onChange({ entity_type: target.value || undefined })}
      >
        <option value="">All entity types</option>
        {choices.entity_type.map((one) => (
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
        {choices.source.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  );
}
