import type { Item, SyncStatus } from '../../../clients/typescript/src/index.ts';
import { useParameters } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ItemClasses } from './item.classes.tsx';
import { ItemRow } from './item.row.tsx';
import { ITEM_FILTERS, useItemSample, useItems } from './items.queries.ts';
import { RetryFailed } from './retry-failed.tsx';
import { ShowMore } from './show-more.tsx';
import type { SyncAndRun } from './sync.queries.ts';
import './sync.items.css';

/** What failed or was skipped, why, and the way to try just that again. */
export function SyncItems({ sync, run }: SyncAndRun) {
  const [filters, change] = useParameters(ITEM_FILTERS);
  const sample = useItemSample(sync);
  const list = useItems(sync, filters);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const canRetry = run && run.kind !== 'preview' && sync.completed_at && sample.data && sample.data.items.length > 0;
  return (
    <Card title="Failed and skipped items" actions={canRetry && <RetryFailed syncId={sync.sync_id} />}>
      {sample.data && <ItemClasses sample={sample.data} filters={filters} onChange={change} />}
      {list.isPending && <Skeleton lines={4} />}
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && items.length === 0 && <None sync={sync} run={run} filtered={Object.keys(filters).length > 0} />}
      {items.length > 0 && (
        <ul className="items" aria-label="Items">
          {items.map((item: Item) => (
            <ItemRow key={item.external_id} item={item} />
          ))}
        </ul>
      )}
      <ShowMore hasMore={list.hasNextPage} loading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </Card>
  );
}

const NONE: Readonly<Partial<Record<SyncStatus, string>>> = {
  completed: 'None: every item went through.',
  failed: 'None: it was the sync itself that failed.',
};

function None({
  sync,
  run,
  filtered,
}: { readonly filtered: boolean } & Partial<SyncAndRun> & Pick<SyncAndRun, 'sync'>) {
  if (filtered) return <p className="muted">No item matches. Choose “All” to see every one.</p>;
  if (run || sync.failed_count === 0)
    return <p className="muted">{sync.completed_at ? (NONE[sync.status] ?? 'None.') : 'None until now.'}</p>;
  return (
    <p className="muted">
      {sync.failed_count} failed, but which is not known here: a service that reports a sync keeps its items itself. It
      can write each one into the trail with <code>POST /api/sync/activity</code>.
    </p>
  );
}
