import { useConnections } from '../connections/connection.queries.ts';
import { Field } from '../ui/field.tsx';
import { FilterBar, TextFilter } from '../ui/filter-bar.tsx';
import { capitalized } from '../ui/format.ts';

/** The query parameters of the page, named as in the API. */
export const CONFLICT_PARAMETERS = ['kind', 'q', 'entity_type', 'connection_id', 'error_class'] as const;
export type ConflictParameters = Readonly<Partial<Record<(typeof CONFLICT_PARAMETERS)[number], string>>>;

interface Props {
  readonly parameters: ConflictParameters;
  readonly onChange: (changes: Partial<Record<(typeof CONFLICT_PARAMETERS)[number], string | undefined>>) => void;
}

const ENTITY_TYPES = ['customer', 'product', 'order'];

export function ConflictFilters({ parameters, onChange }: Props) {
  const { data: connections = [] } = useConnections();
  return (
    <FilterBar>
      <TextFilter
        label="Search"
        value={parameters.q}
        onChange={(value) => onChange({ q: value })}
        placeholder="Part of an id or message"
      />
      <Field label="Entity type">
        <select
          value={parameters.entity_type ?? ''}
          onChange={({ target }) => onChange({ entity_type: target.value || undefined })}
        >
          <option value="">Any entity type</option>
          {ENTITY_TYPES.map((one) => (
            <option key={one} value={one}>
              {capitalized(one)}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Connection">
        <select
          value={parameters.connection_id ?? ''}
          onChange={({ target }) => onChange({ connection_id: target.value || undefined })}
        >
          <option value="">Any connection</option>
          {connections.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <TextFilter
        label="Reason"
        value={parameters.error_class}
        suggestions={
          parameters.kind === 'failure'
            ? []
            : ['changed_on_both_sides', 'ambiguous_match', 'deleted_at_destination', 'archived_at_destination']
        }
        onChange={(value) => onChange({ error_class: value })}
        placeholder="Any"
      />
    </FilterBar>
  );
}
