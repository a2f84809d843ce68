import type { PreviewChange } from '../../../clients/typescript/src/index.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ChangeItem } from './change.item.tsx';
import { useChanges } from './preview.queries.ts';
import './changes.css';

interface Props {
  readonly cacheKey: string;
  readonly syncId: string;
  readonly kind: PreviewChange['kind'];
}

export function ChangeList({ cacheKey, syncId, kind }: Props) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useChanges(cacheKey, syncId, kind);
  const changes = data?.pages.flatMap(({ items }) => items);
  return (
    <>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!changes && !error && <Skeleton lines={6} />}
      {changes && (
        <ul className="changes" aria-label={`Changes: ${kind}`}>
          {changes.map((change) => (
            <ChangeItem key={change.external_id} change={change} />
          ))}
        </ul>
      )}
      <LoadMore hasMore={hasNextPage} loading={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </>
  );
}
