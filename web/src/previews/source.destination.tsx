import { Link } from 'wouter';
import { connectionPath } from '../app/location.ts';
import { useEndName } from '../connections/connection.names.ts';
import { endsOf } from './preview.summary.ts';

interface Props {
  readonly syncType: string;
  /** Whether the ends lead to their pages. */
  readonly linked?: boolean;
}

/** From where to where; of a preview stored by hand what its author called it. */
export function PreviewEnds({ syncType, linked = false }: Props) {
  const nameOf = useEndName();
  const ends = endsOf(syncType);
  if (!ends) return <span className="break">{syncType}</span>;
  const end = (id: string) =>
    linked && id !== 'records' ? <Link href={connectionPath(id)}>{nameOf(id)}</Link> : <span>{nameOf(id)}</span>;
  return (
    <span className="break">
      {end(ends.source)} <span aria-hidden="true">→</span>
      <span className="visually-hidden">to</span> {end(ends.destination)}
    </span>
  );
}
