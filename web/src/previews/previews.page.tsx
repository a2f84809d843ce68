import { Link } from 'wouter';
import { Card, Empty } from '../ui/card.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { ComputingNote } from './computing.note.tsx';
import { usePreviews } from './preview.queries.ts';
import { PreviewRow } from './preview.row.tsx';
import '../ui/table.css';
import './previews.css';

export default function PreviewsPage() {
  const list = usePreviews();
  const { data, error, refetch } = list;
  const previews = data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title="Previews">
        What a sync would change, before it changes anything. A preview is kept for a limited time.
      </PageHeader>
      <div className="stack">
        <ComputingNote onDone={() => void refetch()} />
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!previews && !error && <Skeleton lines={6} />}
        {previews?.length === 0 && (
          <Empty title="There are no previews">
            <p className="muted">
              Open a <Link href="/connections">connection</Link> and press Preview. The preview shows what a sync would
              create, update and delete, and you can apply it exactly as shown.
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
            <LoadMore list={list} />
          </Card>
        )}
      </div>
    </>
  );
}
