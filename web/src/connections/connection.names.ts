import { useConnections } from './connection.queries.ts';

/** How people call an end of a sync: a connection's name, or the records. */
export function useEndName(): (destination: string) => string {
  const { data } = useConnections();
  return (id) => {
    if (id === 'records') return 'Records';
    const name = data?.find((connection) => connection.id === id)?.name;
    return name ?? (data ? `a removed connection (${id.slice(0, 8)})` : '…');
  };
}
