import { Link } from 'wouter';
import { useParameters } from '../app/location.ts';
import { Card, Empty } from '../ui/card.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { TabLinks } from '../ui/tab-links.tsx';
import { ComputingNote } from './computing.note.tsx';
import { usePreviews } from './preview.queries.ts';
import { PreviewRow } from './preview.row.tsx';
import { guardOf } from './preview.summary.ts';
import '../ui/table.css';
import './previews.css';

const PARAMETERS = ['guard'] as const;

export default function PreviewsPage() {
  const list = usePreviews();
  const { data, error, refetch } = list;
  const [{ guard }] = useParameters(PARAMETERS);
  const isGuarded = guard === 'true';
  const all = data?.pages.flatMap(({ items }) => items);
  const guarded = all?.filter(({ summary }) => guardOf(summary));
  const previews = isGuarded ? guarded : all;
  return (
    <>
      <PageHeader title="Previews">
        What a sync would change, before it changes anything. A preview is kept for a limited time.
      </PageHeader>
      <div className="stack">
        <ComputingNote onDone={() => void refetch()} />
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!previews && !error && <Skeleton lines={6} />}
        {(isGuarded || (guarded && guarded.length > 0)) && (
          <TabLinks
            name="Which previews"
            tabs={[
              { href: '/previews', current: !isGuarded, label: 'All' },
              { href: '/previews?guard=true', current: isGuarded, label: 'Stopped by the delete guard' },
            ]}
          />
        )}
        {isGuarded && previews?.length === 0 && !list.hasNextPage && (
          <Empty title="The delete guard stops none of the previews" />
        )}
        {!isGuarded && previews?.length === 0 && (
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
          </Card>
        )}
        <LoadMore list={list} />
      </div>
    </>
  );
}
