import { statusText } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { FilterBar, TextFilter } from '../ui/filter-bar.tsx';
import { capitalized } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { type ActivityParameters, type OnChange, STATUSES } from './activity.filters.ts';
import { useEntityTypes } from './activity.queries.ts';
import { PeriodFilter } from './period.filter.tsx';

interface Props {
  readonly parameters: ActivityParameters;
  readonly onChange: OnChange;
}

export const NO_FILTERS = {
  q: undefined,
  status: undefined,
  failed: undefined,
  entity_type: undefined,
  user_id: undefined,
  sync_id: undefined,
  error_message: undefined,
} as const;

/** The filters of the trail. */
export function TrailFilters({ parameters, onChange }: Props) {
  const { q, status, failed, entity_type, user_id, sync_id, error_message } = parameters;
  const entityTypes = useEntityTypes();
  return (
    <>
      <FilterBar>
        <TextFilter
          label="Search"
          value={q}
          onChange={(value) => onChange({ q: value })}
          placeholder="Part of an id, user or message"
        />
        <PeriodFilter parameters={parameters} onChange={onChange} />
        <Field label="Status">
          <select
            value={failed === 'true' ? 'any-failure' : (status ?? '')}
            onChange={({ target: { value } }) =>
              onChange(
                value === 'any-failure'
                  ? { status: undefined, failed: 'true' }
                  : { status: value || undefined, failed: undefined },
              )
            }
          >
            <option value="">Any status</option>
            <option value="any-failure">Failed only</option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {capitalized(statusText(one))}
              </option>
            ))}
          </select>
        </Field>
        <TextFilter
          label="Entity type"
          value={entity_type}
          suggestions={entityTypes}
          onChange={(value) => onChange({ entity_type: value })}
          placeholder="Any"
        />
        <TextFilter
          label="User"
          value={user_id}
          onChange={(value) => onChange({ user_id: value })}
          placeholder="Anybody"
        />
        <TextFilter
          label="Sync id"
          value={sync_id}
          onChange={(value) => onChange({ sync_id: value })}
          placeholder="Any"
        />
      </FilterBar>
      {error_message && (
        <p className="activity-message row">
          <span className="break">
            Only with the message <q>{error_message}</q>
          </span>
          <Button size="small" onClick={() => onChange({ error_message: undefined })}>
            <Icon name="close" /> Any message
          </Button>
        </p>
      )}
    </>
  );
}
