import { ApiError } from '../api/problem.ts';
import { useLastSegment } from '../app/location.ts';
import { Empty } from '../ui/card.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { BackLink, PageHeader } from '../ui/page.tsx';
import { useConnection, useConnectors } from './connection.queries.ts';
import { ConnectionView } from './connection.view.tsx';
import './connections.css';

export default function ConnectionPage() {
  const connection = useConnection(useLastSegment());
  const connectors = useConnectors();
  const connector = connectors.data?.find(({ system }) => system === connection.data?.system);
  if (connection.data && connector)
    return <ConnectionView key={connection.data.id} connection={connection.data} connector={connector} />;
  const error = connection.error ?? connectors.error;
  return (
    <>
      <BackLink href="/connections">Connections</BackLink>
      <PageHeader title="Connection" />
      {isMissing(error) ? (
        <Empty title="There is no such connection in this organization">
          <p className="muted">It may have been removed, or it belongs to another organization.</p>
        </Empty>
      ) : error ? (
        <ErrorNote error={error} onRetry={() => void connection.refetch()} />
      ) : (
        <Skeleton lines={8} />
      )}
    </>
  );
}

/** 422: the id in the address is invalid. */
const isMissing = (error: unknown) => error instanceof ApiError && (error.status === 404 || error.status === 422);
