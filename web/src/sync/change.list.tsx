import { useInfiniteQuery } from '@tanstack/react-query';
import { listPreviewChanges, type PreviewChange } from '../../../clients/typescript/src/index.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { useParameters } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { Chip } from '../ui/chip.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ChangeRow } from './change.row.tsx';
import { CHANGE_KINDS } from './change.words.ts';
import { ShowMore } from './show-more.tsx';
import './sync.items.css';

const PAGE = 20;
const FILTER = ['change'] as const;

/** Each change of the preview that a run computed or applied, old and new by field. */
export function ChangeList({ cacheKey, title }: { readonly cacheKey: string; readonly title: string }) {
  const { orgId, client } = useOrganization();
  const [{ change: wanted }, set] = useParameters(FILTER);
  const kind = CHANGE_KINDS.find(({ name }) => name === wanted)?.name;
  const list = useInfiniteQuery({
    queryKey: [orgId, 'changes', cacheKey, kind],
    queryFn: ({ pageParam }) =>
      unwrap(
        listPreviewChanges({
          client,
          path: { cache_key: cacheKey },
          query: { limit: PAGE, ...(kind && { kind }), ...(pageParam && { cursor: pageParam }) },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: (previous) => previous,
  });
  const changes = list.data?.pages.flatMap(({ items }) => items);
  return (
    <Card title={title}>
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
      {changes?.length === 0 && <p className="muted">{kind ? 'None of this kind.' : 'No change.'}</p>}
      {changes && changes.length > 0 && (
        <ul className="items" aria-label="Changes">
          {changes.map((change: PreviewChange) => (
            <ChangeRow key={`${change.kind} ${change.external_id}`} change={change} />
          ))}
        </ul>
      )}
      <ShowMore hasMore={list.hasNextPage} loading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </Card>
  );
}
