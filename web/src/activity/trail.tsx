import { useMemo } from 'react';
import { Link } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { type ActivityParameters, activityQuery, isFiltered, type OnChange, periodOf } from './activity.filters.ts';
import { useNewer, useTrail } from './activity.queries.ts';
import { ExportLinks } from './export.links.tsx';
import { NO_FILTERS, TrailFilters } from './trail.filters.tsx';
import { TrailTable } from './trail.table.tsx';

interface Props {
  readonly parameters: ActivityParameters;
  readonly onChange: OnChange;
}

/** Failures of a request before the user sees an error. */
const FAILURES_BEFORE_ERROR = 2;

/** The filtered trail, as far as it is loaded. */
export function Trail({ parameters, onChange }: Props) {
  const { orgId } = useOrganization();
  const query = useMemo(() => activityQuery(parameters), [parameters]);
  const { trail, restart } = useTrail(query);
  const pages = trail.data?.pages;
  const newer = useNewer(query, pages && (pages[0]?.items[0] ?? null));
  const isEmpty = pages?.[0]?.items.length === 0;
  const isFailing = trail.isError || trail.failureCount >= FAILURES_BEFORE_ERROR;
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
      {trail.isPending && !isFailing && <Skeleton lines={10} />}
      {isFailing && (
        <ErrorNote
          error={trail.error ?? trail.failureReason}
          onRetry={trail.isError ? () => void trail.refetch() : undefined}
        />
      )}
      <LoadMore list={trail} isFailing={isFailing} />
      {pages && !isEmpty && !trail.hasNextPage && <p className="activity-end muted small">No more entries.</p>}
    </>
  );
}

const SHOWN_UP_TO = 99;

/** Shows that there are newer entries, over the list. They are loaded when the user asks for them. */
function NewEntries({ many, onShow }: { readonly many: number; readonly onShow: () => Promise<void> }) {
  const show = () => {
    window.scrollTo(0, 0);
    void onShow();
  };
  const label = many > SHOWN_UP_TO ? `More than ${SHOWN_UP_TO}` : count(many);
  return (
    <div className="activity-newer" role="status">
      {many > 0 && (
        <Button size="small" variant="primary" onClick={show}>
          {label} new {many === 1 ? 'entry' : 'entries'}, show
        </Button>
      )}
    </div>
  );
}

interface TrailEmptyProps {
  readonly parameters: ActivityParameters;
  readonly onChange: OnChange;
}

/** Nothing matches, or nothing has happened yet, with what to do next. */
function TrailEmpty({ parameters, onChange }: TrailEmptyProps) {
  const isAll = periodOf(parameters).kind === 'all';
  if (!isFiltered(parameters) && isAll)
    return (
      <Empty title="Nothing has happened yet">
        <p>
          Every sync that ends is listed here. <Link href="/connections">Add a connection and run a sync</Link>, or
          report one of your own over the <a href="/docs">API</a>.
        </p>
      </Empty>
    );
  return (
    <Empty title={isFiltered(parameters) ? 'Nothing matches these filters' : 'Nothing happened in this period'}>
      <p>The entry may be older, or have another name.</p>
      <div className="row">
        {isFiltered(parameters) && <Button onClick={() => onChange(NO_FILTERS)}>Clear the filters</Button>}
        {!isAll && (
          <Button onClick={() => onChange({ days: 'all', from: undefined, to: undefined })}>Show all time</Button>
        )}
      </div>
    </Empty>
  );
}
