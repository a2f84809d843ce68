import { listSyncChanges, type PreviewChange, type Run } from '@sync-operations/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { useParameters } from '../app/location.ts';
import { Chip } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ShowMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useNow } from '../ui/time.tsx';
import { CHANGE_KINDS, ChangeRow } from './change.row.tsx';
import { historyOf } from './sync.text.ts';
import './sync.items.css';

const PAGE = 20;
const FILTER = ['change'] as const;

/** How long the service keeps changes after the run was requested. */
const KEPT_HOURS = 48;
const EVERY_MS = 5_000;

/** Each item that a run changed at its destination, or a preview would change, with old and new fields. */
export function SyncChanges({ run }: { readonly run: Run }) {
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
    <Card title={runKind === 'preview' ? 'Changes found' : 'Changes'}>
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
          {isOld
            ? runKind === 'preview'
              ? `Changes of a preview are kept for ${KEPT_HOURS} hours.`
              : 'No changes, or they are not kept any more.'
            : kind
              ? 'No changes of this kind.'
              : 'No changes.'}
        </p>
      )}
      {changes && changes.length > 0 && (
        <ul className="items" aria-label="Changes">
          {changes.map((change: PreviewChange) => (
            <ChangeRow
              key={`${change.kind} ${change.external_id}`}
              change={change}
              isDone={runKind !== 'preview'}
              history={historyOf(run, change.external_id)}
            />
          ))}
        </ul>
      )}
      <ShowMore list={list} />
    </Card>
  );
}
