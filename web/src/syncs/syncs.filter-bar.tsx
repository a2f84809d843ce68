import { useConnections } from '../connections/connection.queries.ts';
import { statusText } from '../ui/badge.tsx';
import { Field } from '../ui/field.tsx';
import { FilterBar, TextFilter } from '../ui/filter-bar.tsx';
import { capitalized } from '../ui/format.ts';
import { KINDS, type OnChange, STATUSES, type SyncsParameters } from './syncs.filters.ts';

interface Props {
  readonly parameters: SyncsParameters;
  readonly onChange: OnChange;
}

const ENTITY_TYPES = ['customer', 'product', 'order'];

/** The filters of the list of syncs. */
export function SyncsFilterBar({ parameters, onChange }: Props) {
  const { q, status, active, failed, conflicts, entity_type, kind, source_system } = parameters;
  const { connection_id, user_id, from, to } = parameters;
  const { data: connections = [] } = useConnections();
  const flags = { 'any-failure': failed, 'any-conflict': conflicts, 'any-active': active };
  const state = Object.entries(flags).find(([, flag]) => flag === 'true')?.[0] ?? status ?? '';
  const none = { status: undefined, active: undefined, failed: undefined, conflicts: undefined };
  return (
    <FilterBar>
      <TextFilter
        label="Search"
        value={q}
        onChange={(value) => onChange({ q: value })}
        placeholder="Part of an id, user, connection; an item"
      />
      <Field label="Status">
        <select
          value={state}
          onChange={({ target: { value } }) => {
            if (value === 'any-failure') onChange({ ...none, failed: 'true' });
            else if (value === 'any-conflict') onChange({ ...none, conflicts: 'true' });
            else if (value === 'any-active') onChange({ ...none, active: 'true' });
            else onChange({ ...none, status: value || undefined });
          }}
        >
          <option value="">Any status</option>
          <option value="any-active">Active only</option>
          <option value="any-failure">Failed only</option>
          <option value="any-conflict">With conflicts only</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {capitalized(statusText(one))}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Connection">
        <select
          value={connection_id ?? ''}
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
        label="Entity type"
        value={entity_type}
        suggestions={ENTITY_TYPES}
        onChange={(value) => onChange({ entity_type: value })}
        placeholder="Any"
      />
      <Field label="Kind">
        <select value={kind ?? ''} onChange={({ target }) => onChange({ kind: target.value || undefined })}>
          <option value="">Any kind</option>
          {Object.entries(KINDS).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      <TextFilter
        label="Source"
        value={source_system}
        onChange={(value) => onChange({ source_system: value })}
        placeholder="Any"
      />
      <TextFilter
        label="User"
        value={user_id}
        onChange={(value) => onChange({ user_id: value })}
        placeholder="Anybody"
      />
      <Field label="From">
        <input
          type="date"
          value={from?.slice(0, 10) ?? ''}
          onChange={({ target }) => onChange({ from: target.value || undefined })}
        />
      </Field>
      <Field label="Before">
        <input
          type="date"
          value={to?.slice(0, 10) ?? ''}
          onChange={({ target }) => onChange({ to: target.value || undefined })}
        />
      </Field>
    </FilterBar>
  );
}
