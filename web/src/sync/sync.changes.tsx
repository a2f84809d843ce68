import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { listSyncChanges, type PreviewChange, type Run } from '../../../clients/typescript/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { useParameters } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { Chip } from '../ui/chip.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { useNow } from '../ui/use-now.ts';
import { ChangeRow } from './change.row.tsx';
import { CHANGE_KINDS } from './change.words.ts';
import { ShowMore } from './show-more.tsx';
import './sync.items.css';

const PAGE = 20;
const FILTER = ['change'] as const;

/** The service keeps them so long from when the run was asked for. */
const KEPT_HOURS = 48;
const EVERY_MS = 5_000;

/** Each item that a run changed at its destination, or its preview would change, old and new by field. */
export function ChangeList({ run }: { readonly run: Run }) {
  const { orgId, client } = useOrganization();
  const { sync_id, kind: runKind, progress } = run;
  const isOld = useNow(null) - Date.parse(run.created_at) > KEPT_HOURS * 3_600_000;
  const [{ change: wanted }, set] = useParameters(FILTER);
  const kind = CHANGE_KINDS.find(({ name }) => name === wanted)?.name;
  const list = useInfiniteQuery({
    queryKey: [orgId, 'changes', sync_id, progress.completed_at, kind],
    queryFn: ({ pageParam }) =>
      unwrap(
        listSyncChanges({
          client,
          path: { sync_id },
          query: { limit: PAGE, ...(kind && { kind }), ...(pageParam && { cursor: pageParam }) },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: progress.completed_at ? false : EVERY_MS,
    placeholderData: keepPreviousData,
  });
  const changes = list.data?.pages.flatMap(({ items }) => items);
  return (
    <Card title={runKind === 'preview' ? 'Each change it found' : 'Each change'}>
      <fieldset className="row item-classes">
        <legend className="visually-hidden">Show only</legend>
        <Chip pressed={!kind} onPress={() => set({ change: undefined })}>
          All
        </Chip>
        {CHANGE_KINDS.map(({ name, plural }) => (
          <Chip key={name} pressed={kind === name} onPress={() => set({ change: name })}>
            {plural}
          </Chip>
        ))}
      </fieldset>
      {list.isPending && <Skeleton lines={4} />}
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {changes?.length === 0 && (
        <p className="muted">
          {isOld ? `Changes are kept for ${KEPT_HOURS} hours.` : kind ? 'None of this kind.' : 'No change.'}
        </p>
      )}
      {changes && changes.length > 0 && (
        <ul className="items" aria-label="Changes">
          {changes.map((change: PreviewChange) => (
            <ChangeRow key={`${change.kind} ${change.external_id}`} change={change} isDone={runKind !== 'preview'} />
          ))}
        </ul>
      )}
      <ShowMore hasMore={list.hasNextPage} loading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </Card>
  );
}
