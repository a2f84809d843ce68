import { Link } from 'wouter';
import { connectionPath } from '../app/location.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import { parseSyncType } from './preview.summary.ts';

interface Props {
  readonly syncType: string;
  /** Whether the names link to the pages of the connections. */
  readonly linked?: boolean;
}

/** “Shop → ERP”; for a preview that another service stored, its sync_type. */
export function SourceAndDestination({ syncType, linked = false }: Props) {
  const nameOf = useConnectionName();
  const connections = parseSyncType(syncType);
  if (!connections) return <span className="break">{syncType}</span>;
  const name = (id: string) =>
    linked && id !== 'records' ? <Link href={connectionPath(id)}>{nameOf(id)}</Link> : <span>{nameOf(id)}</span>;
  return (
    <span className="break">
      {name(connections.source)} <span aria-hidden="true">→</span>
      <span className="visually-hidden">to</span> {name(connections.destination)}
    </span>
  );
}
