import type { ActivityTrend } from '@sync-operations/client';
import { Field } from '../ui/field.tsx';
import { FilterBar } from '../ui/filter-bar.tsx';
import { capitalized } from '../ui/format.ts';
import { PERIODS } from './chart.scales.ts';

export type OnTrendsChange = (changes: { days?: string | undefined; entity_type?: string | undefined }) => void;

interface Props {
  readonly days: number;
  readonly entityType: string | undefined;
  /** Of all entity types, for the choices. */
  readonly items: readonly ActivityTrend[];
  readonly onChange: OnTrendsChange;
}

/** Period and entity type. */
export function TrendsFilters({ days, entityType, items, onChange }: Props) {
  const types = new Set(items.flatMap(({ entity_type }) => entity_type ?? []));
  if (entityType) types.add(entityType);
  return (
    <FilterBar>
      <Field label="Period">
        <select value={days} onChange={({ target }) => onChange({ days: target.value })}>
          {PERIODS.map((one) => (
            <option key={one} value={one}>
              Last {one} days
            </option>
          ))}
        </select>
      </Field>
      <Field label="Entity type">
        <select
          value={entityType ?? ''}
          onChange={({ target }) => onChange({ entity_type: target.value || undefined })}
        >
          <option value="">All entity types</option>
          {[...types].sort().map((one) => (
            <option key={one} value={one}>
              {capitalized(one)}
            </option>
          ))}
        </select>
      </Field>
    </FilterBar>
  );
}
