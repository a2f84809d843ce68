import { Link } from 'wouter';
import { ApiError } from '../api/problem.ts';
import { useLastSegment } from '../app/location.ts';
import { Empty } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { BackLink, PageHeader } from '../ui/page.tsx';
import { ComputingNote } from './computing.note.tsx';
import { usePreview } from './preview.queries.ts';
import { PreviewView } from './preview.view.tsx';
import './previews.css';

export default function PreviewPage() {
  const preview = usePreview(useLastSegment());
  return (
    <>
      <BackLink href="/previews">Previews</BackLink>
      {preview.data ? (
        <PreviewView preview={preview.data} />
      ) : (
        <>
          <PageHeader title="Preview" />
          {!preview.error && <Skeleton lines={8} />}
          {isMissing(preview.error) && <Missing onLook={() => void preview.refetch()} />}
          {preview.error && !isMissing(preview.error) && (
            <ErrorNote error={preview.error} onRetry={() => void preview.refetch()} />
          )}
        </>
      )}
    </>
  );
}

/** The preview appears automatically once it has been computed. */
function Missing({ onLook }: { readonly onLook: () => void }) {
  return (
    <div className="stack">
      <ComputingNote onDone={onLook} />
      <Empty title="There is no such preview in this organization">
        <p className="muted">
          It may not be computed yet, or it has expired. Compute a new one from its{' '}
          <Link href="/connections">connection</Link>.
        </p>
      </Empty>
    </div>
  );
}

const isMissing = (error: unknown) => error instanceof ApiError && (error.status === 404 || error.status === 422);
