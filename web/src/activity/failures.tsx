import { listActivityErrors } from '@sync-operations/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/card.tsx';
import { FilterBar, TextFilter } from '../ui/filter-bar.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { type ActivityParameters, activityQuery, type OnChange, periodOf } from './activity.filters.ts';
import { useEntityTypes } from './activity.queries.ts';
import { FailuresTable } from './failures.table.tsx';
import { PeriodFilter } from './period.filter.tsx';

interface Props {
  readonly parameters: ActivityParameters;
  readonly onChange: OnChange;
}

const EVERY_MS = 30_000;
/** The limit of the API. */
const LIMIT = 200;

/** The failures of the period, grouped by message. */
export function Failures({ parameters, onChange }: Props) {
  const { orgId, client } = useOrganization();
  const { days, from, to, entity_type } = parameters;
  const query = activityQuery({ days, from, to, entity_type });
  const groups = useQuery({
    queryKey: [orgId, 'failures', query],
    queryFn: () => unwrap(listActivityErrors({ client, query })),
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
  const items = groups.data?.items;
  return (
    <>
      <FilterBar>
        <PeriodFilter parameters={parameters} onChange={onChange} />
        <TextFilter
          label="Entity type"
          value={entity_type}
          suggestions={useEntityTypes()}
          onChange={(value) => onChange({ entity_type: value })}
          placeholder="Any"
        />
      </FilterBar>
      {groups.isPending && <Skeleton lines={8} />}
      {groups.isError && <ErrorNote error={groups.error} onRetry={() => void groups.refetch()} />}
      {items && items.length > 0 && <FailuresTable items={items} parameters={parameters} />}
      {items?.length === 0 && (
        <Empty title="Nothing failed">
          <p>
            No sync{entity_type && ` of ${entity_type}`} failed or had failed items{' '}
            {periodOf(parameters).kind === 'all' ? 'so far' : 'in this period'}.
          </p>
          {periodOf(parameters).kind !== 'all' && (
            <Button onClick={() => onChange({ days: 'all', from: undefined, to: undefined })}>Show all time</Button>
          )}
        </Empty>
      )}
      {items?.length === LIMIT && (
        <p className="activity-end muted small">
          Only the {LIMIT} most frequent messages are shown. Choose an entity type to see others.
        </p>
      )}
    </>
  );
}
