import { Link } from 'wouter';
import { useMay } from '../api/organization.ts';
import { useParameters } from '../app/location.ts';
import { Card, Empty } from '../ui/card.tsx';
import { Icon } from '../ui/icon.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PageHeader } from '../ui/page.tsx';
import { TabLinks } from '../ui/tab-links.tsx';
import { useConnections } from './connection.queries.ts';
import { ConnectionRow } from './connection.row.tsx';
import '../ui/button.css';
import '../ui/table.css';
import './connections.css';

const PARAMETERS = ['status'] as const;

export default function ConnectionsPage() {
  const { data, error, refetch } = useConnections();
  const [{ status }] = useParameters(PARAMETERS);
  const isFailing = status === 'failing';
  const shown = isFailing ? data?.filter((connection) => connection.status === 'failing') : data;
  const mayAdd = useMay('connections');
  const add = mayAdd && (
    <Link href="/connections/new" className="button button-primary">
      <Icon name="plus" /> Add connection
    </Link>
  );
  return (
    <>
      <PageHeader title="Connections" actions={data && data.length > 0 && add}>
        The shops and other systems that this service reads from and writes to.
      </PageHeader>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton lines={6} />}
      {data?.length === 0 && (
        <Empty title="No connections yet">
          <p className="muted">
            Connect a shop or an ERP with an API key. Then you can sync its customers, products and orders to the
            records of this service, or to another system.
          </p>
          {add || <p>Adding a connection requires the right to connections. Ask the operator of this service.</p>}
        </Empty>
      )}
      {(isFailing || data?.some((connection) => connection.status === 'failing')) && (
        <TabLinks
          name="Connections by status"
          tabs={[
            { href: '/connections', current: !isFailing, label: 'All' },
            { href: '/connections?status=failing', current: isFailing, label: 'Failing' },
          ]}
        />
      )}
      {isFailing && shown?.length === 0 && <Empty title="No connection fails its check" />}
      {shown && shown.length > 0 && (
        <Card>
          <table className="table table-cards">
            <thead>
              <tr>
                <th>Name</th>
                <th>System</th>
                <th>Address</th>
                <th>Status</th>
                <th>Next sync</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((connection) => (
                <ConnectionRow key={connection.id} connection={connection} />
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </>
  );
}
