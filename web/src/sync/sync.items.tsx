import { type Item, type ItemPage, type SyncStatus } from '@sync-operations/client';
import { useParameters } from '../app/location.ts';
import { Chip } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { ItemRow } from './item.row.tsx';
import { ITEM_FILTERS, type ItemFilters, useItemSample, useItems } from './items.queries.ts';
import { ReportedItems } from './reported.items.tsx';
import { RetryFailed } from './retry-failed.tsx';
import { itemClasses } from './sync.counts.ts';
import { type SyncAndRun } from './sync.queries.ts';
import { historyOf } from './sync.text.ts';
import './sync.items.css';

/** The failed and skipped items with their errors, and the button that retries them. */
export function SyncItems({ sync, run }: SyncAndRun) {
  const [filters, change] = useParameters(ITEM_FILTERS);
  const sample = useItemSample(sync);
  const list = useItems(sync, filters);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const canRetry =
    run &&
    run.kind !== 'preview' &&
    run.kind !== 'reconcile' &&
    sync.completed_at &&
    sample.data &&
    sample.data.items.length > 0;
  return (
    <Card title="Failed and skipped items" actions={canRetry && <RetryFailed syncId={sync.sync_id} />}>
      {sample.data && <ItemClasses sample={sample.data} filters={filters} onChange={change} />}
      {list.isPending && <Skeleton lines={4} />}
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && items.length === 0 && <None sync={sync} run={run} filtered={Object.keys(filters).length > 0} />}
      {items.length > 0 && (
        <ul className="items" aria-label="Items">
          {items.map((item: Item) => (
            <ItemRow key={item.external_id} item={item} history={run && historyOf(run, item.external_id)} />
          ))}
        </ul>
      )}
      <ShowMore list={list} />
    </Card>
  );
}

/** Nothing in the list of the service: why, or what the reporter of the sync told. */
const NONE: Readonly<Partial<Record<SyncStatus, string>>> = {
  completed: 'None. Every item succeeded.',
  failed: 'None. The sync itself failed.',
};

function None({
  sync,
  run,
  filtered,
}: { readonly filtered: boolean } & Partial<SyncAndRun> & Pick<SyncAndRun, 'sync'>) {
  if (filtered) return <p className="muted">No item matches this filter. Choose “All” to see all items.</p>;
  // What a comparison found stands in its own list.
  if (run?.kind === 'reconcile' && sync.status === 'completed')
    return <p className="muted">None. Every item was read.</p>;
  if (run || sync.failed_count === 0)
    return <p className="muted">{sync.completed_at ? (NONE[sync.status] ?? 'None.') : 'None so far.'}</p>;
  return <ReportedItems sync={sync} />;
}

interface Props {
  readonly sample: ItemPage;
  readonly filters: ItemFilters;
  readonly onChange: (filters: { outcome: string | undefined; error_class: string | undefined }) => void;
}

/** The error classes with their numbers of items, as filters. */
function ItemClasses({ sample, filters, onChange }: Props) {
  const classes = itemClasses(sample);
  if (classes.length === 0) return null;
  const more = sample.next_cursor === null ? '' : '+';
  const isAll = !filters.outcome && !filters.error_class;
  return (
    <fieldset className="row item-classes">
      <legend className="visually-hidden">Show only</legend>
      <Chip pressed={isAll} onPress={() => onChange({ outcome: undefined, error_class: undefined })}>
        All <span className="muted">{count(sample.items.length) + more}</span>
      </Chip>
      {classes.map(({ error_class, outcome, many }) => (
        <Chip
          key={`${outcome} ${error_class}`}
          pressed={filters.error_class === error_class && (filters.outcome ?? outcome) === outcome}
          onPress={() => onChange({ outcome, error_class })}
        >
          <span className={outcome === 'failed' ? 'bad' : 'warn'}>{outcome}</span> {error_class}{' '}
          <span className="muted">{count(many) + more}</span>
        </Chip>
      ))}
    </fieldset>
  );
}
