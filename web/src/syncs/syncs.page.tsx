import { useCallback, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../api/organization.ts';
import { useParameters } from '../app/location.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/card.tsx';
import { Icon } from '../ui/icon.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { BulkBar } from './bulk.bar.tsx';
import { SyncsFilterBar } from './syncs.filter-bar.tsx';
import { isFiltered, NO_FILTERS, SYNCS_PARAMETERS, syncsQuery } from './syncs.filters.ts';
import { useSyncs } from './syncs.queries.ts';
import { SyncsTable } from './syncs.table.tsx';
import { useBulk } from './use-bulk.ts';
import { ViewBar } from './view.bar.tsx';
import '../ui/button.css';
import './syncs.css';

/** Failures of a request before the user sees an error. */
const FAILURES_BEFORE_ERROR = 2;

/** All syncs, active and ended, reported and run by the service. */
export default function SyncsPage() {
  const [parameters, change] = useParameters(SYNCS_PARAMETERS);
  const query = useMemo(() => syncsQuery(parameters), [parameters]);
  const { list, rows: known } = useSyncs(query);
  const { request, withAsked } = useBulk(known, () => void list.refetch());
  const rows = useMemo(() => known?.map(withAsked), [known, withAsked]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const may = useMay('control');
  const isFailing = list.isError || list.failureCount >= FAILURES_BEFORE_ERROR;
  const select = useCallback(
    (syncIds: readonly string[], isSelected: boolean) =>
      setSelected((before) => {
        const after = new Set(before);
        for (const syncId of syncIds) {
          if (isSelected) after.add(syncId);
          else after.delete(syncId);
        }
        return after;
      }),
    [],
  );
  const clear = () => setSelected(new Set());
  return (
    <>
      <PageHeader title="Syncs" actions={<Link href="/live">Watch live</Link>}>
        Every sync, active and ended, whoever ran it.
      </PageHeader>
      <ViewBar />
      <SyncsFilterBar parameters={parameters} onChange={change} />
      {isFiltered(parameters) && (
        <Button size="small" variant="ghost" onClick={() => change(NO_FILTERS)}>
          <Icon name="close" /> Clear the filters
        </Button>
      )}
      {rows && rows.length > 0 && (
        <SyncsTable
          rows={rows}
          sort={query.sort ?? '-started_at'}
          onChange={change}
          selected={may ? selected : undefined}
          onSelect={select}
        />
      )}
      {rows?.length === 0 && !list.hasNextPage && <NoSyncs filtered={isFiltered(parameters)} />}
      {list.isPending && !isFailing && <Skeleton lines={10} />}
      {isFailing && (
        <ErrorNote
          error={list.error ?? list.failureReason}
          onRetry={list.isError ? () => void list.refetch() : undefined}
        />
      )}
      <LoadMore list={list} isFailing={isFailing} />
      <BulkBar
        selected={(rows ?? []).filter(({ sync_id }) => selected.has(sync_id))}
        onClear={clear}
        onRequest={(action, syncs) => {
          clear();
          void request(action, syncs);
        }}
      />
    </>
  );
}

function NoSyncs({ filtered }: { readonly filtered: boolean }) {
  return filtered ? (
    <Empty title="No sync matches these filters">
      <p>It may have another name, or be of another time.</p>
    </Empty>
  ) : (
    <Empty title="No sync has run yet">
      <p>
        <Link href="/connections">Add a connection and run one</Link>, or report one of your own over the{' '}
        <a href="/docs">API</a>.
      </p>
    </Empty>
  );
}
