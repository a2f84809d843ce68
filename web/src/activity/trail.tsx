import { useMemo } from 'react';
import { useOrganization } from '../api/organization.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Icon } from '../ui/icon.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { type ActivityParameters, activityQuery, isFiltered, type OnChange } from './activity.filters.ts';
import { useNewer, useTrail } from './activity.queries.ts';
import { ExportLinks } from './export.links.tsx';
import { NewEntries } from './new.entries.tsx';
import { TrailEmpty } from './trail.empty.tsx';
import { NO_FILTERS, TrailFilters } from './trail.filters.tsx';
import { TrailTable } from './trail.table.tsx';

interface Props {
  readonly parameters: ActivityParameters;
  readonly onChange: OnChange;
}

/** Before this many tries nobody needs to hear of them. */
const QUIET_TRIES = 2;

/** The filtered trail, as far as it was scrolled. */
export function Trail({ parameters, onChange }: Props) {
  const { orgId } = useOrganization();
  const query = useMemo(() => activityQuery(parameters), [parameters]);
  const { trail, restart } = useTrail(query);
  const pages = trail.data?.pages;
  const newer = useNewer(query, pages && (pages[0]?.items[0] ?? null));
  const isEmpty = pages?.[0]?.items.length === 0;
  const troubled = trail.isError || trail.failureCount >= QUIET_TRIES;
  return (
    <>
      <TrailFilters parameters={parameters} onChange={onChange} />
      <div className="activity-bar row between">
        {isFiltered(parameters) && (
          <Button size="small" variant="ghost" onClick={() => onChange(NO_FILTERS)}>
            <Icon name="close" /> Clear the filters
          </Button>
        )}
        <ExportLinks orgId={orgId} query={query} />
      </div>
      <NewEntries many={newer} onShow={restart} />
      {pages && !isEmpty && <TrailTable pages={pages} />}
      {isEmpty && <TrailEmpty parameters={parameters} onChange={onChange} />}
      {trail.isPending && !troubled && <Skeleton lines={10} />}
      {troubled && (
        <ErrorNote
          error={trail.error ?? trail.failureReason}
          onRetry={trail.isError ? () => void trail.refetch() : undefined}
        />
      )}
      <LoadMore
        hasMore={trail.hasNextPage && !troubled}
        loading={trail.isFetchingNextPage}
        onMore={() => void trail.fetchNextPage()}
      />
      {pages && !isEmpty && !trail.hasNextPage && <p className="activity-end muted small">That is all of it.</p>}
    </>
  );
}
