import { Link } from 'wouter';
import { Card } from '../ui/card.tsx';
import { Empty } from '../ui/empty.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { PageHeader } from '../ui/page.tsx';
import { ComputingNote } from './computing.note.tsx';
import { usePreviews } from './preview.queries.ts';
import { PreviewRow } from './preview.row.tsx';
import '../ui/table.css';
import './previews.css';

export default function PreviewsPage() {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = usePreviews();
  const previews = data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title="Previews">
        What syncs would change, before anything is changed. Each is kept for a while after it was computed.
      </PageHeader>
      <div className="stack">
        <ComputingNote onDone={() => void refetch()} />
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!previews && !error && <Skeleton lines={6} />}
        {previews?.length === 0 && (
          <Empty title="No preview is kept now">
            <p className="muted">
              Open a <Link href="/connections">connection</Link> and press Preview: what a sync from it would create,
              update and delete stands here then, and can be applied exactly as shown.
            </p>
          </Empty>
        )}
        {previews && previews.length > 0 && (
          <Card>
            <table className="table table-cards">
              <thead>
                <tr>
                  <th>Preview</th>
                  <th>Would change</th>
                  <th>Computed</th>
                  <th>Kept until</th>
                </tr>
              </thead>
              <tbody>
                {previews.map((preview) => (
                  <PreviewRow key={`${preview.sync_type} ${preview.entity_type}`} preview={preview} />
                ))}
              </tbody>
            </table>
            <LoadMore hasMore={hasNextPage} loading={isFetchingNextPage} onMore={() => void fetchNextPage()} />
          </Card>
        )}
      </div>
    </>
  );
}
