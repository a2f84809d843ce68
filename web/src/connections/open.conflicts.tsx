import { Link } from 'wouter';
import { useOverview } from '../overview/overview.queries.ts';
import { count } from '../ui/format.ts';

/** How many items from or to a connection wait for a decision, with the way to them. Nothing while there are none. */
export function OpenConflicts({ connectionId }: { readonly connectionId: string }) {
  const overview = useOverview().data;
  const entities = overview?.connections.find(({ id }) => id === connectionId)?.entities ?? [];
  const many = entities.reduce((sum, { conflict_count }) => sum + conflict_count, 0);
  if (many === 0) return null;
  return (
    <Link href={`/conflicts?${new URLSearchParams({ connection_id: connectionId })}`} className="warn">
      {many === 1 ? '1 open conflict' : `${count(many)} open conflicts`}
    </Link>
  );
}
