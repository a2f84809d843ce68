import { Link } from 'wouter';
import { useMay } from '../api/organization.ts';
import { Card } from '../ui/card.tsx';
import { Empty } from '../ui/empty.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Icon } from '../ui/icon.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { PageHeader } from '../ui/page.tsx';
import { useConnections } from './connection.queries.ts';
import { ConnectionRow } from './connection.row.tsx';
import '../ui/button.css';
import '../ui/table.css';
import './connections.css';

/** Each row asks for its schedules; with more rows than this they are left to the connection's own page. */
const WITH_SCHEDULES = 50;

export default function ConnectionsPage() {
  const { data, error, refetch } = useConnections();
  const mayAdd = useMay('sync:admin');
  const add = mayAdd && (
    <Link href="/connections/new" className="button button-primary">
      <Icon name="plus" /> Add connection
    </Link>
  );
  return (
    <>
      <PageHeader title="Connections" actions={data && data.length > 0 && add}>
        The shops and systems that this service reads from and writes to.
      </PageHeader>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={6} />}
      {data?.length === 0 && (
        <Empty title="Nothing is connected yet">
          <p className="muted">
            Connect a shop or an ERP with a key of it. Then its customers, products and orders can be synced: into the
            records here, or into another system.
          </p>
          {add || <p>Adding a connection needs the scope sync:admin; ask whoever runs this service.</p>}
        </Empty>
      )}
      {data && data.length > 0 && (
        <Card>
          <table className="table table-cards">
            <thead>
              <tr>
                <th>Name</th>
                <th>System</th>
                <th>Address</th>
                <th>Status</th>
                {data.length <= WITH_SCHEDULES && <th>Next sync</th>}
              </tr>
            </thead>
            <tbody>
              {data.map((connection) => (
                <ConnectionRow
                  key={connection.id}
                  connection={connection}
                  withSchedules={data.length <= WITH_SCHEDULES}
                />
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </>
  );
}
