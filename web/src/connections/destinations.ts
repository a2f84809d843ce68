import type { Connection, Connector, EntityType } from '@sync-operations/client';

/** The other connections whose system can be written such entities. */
export function destinationsFor(
  entity: EntityType,
  source: string,
  connections: readonly Connection[],
  connectors: readonly Connector[],
): readonly Connection[] {
  const takes = new Set(
    connectors
      .filter(({ entities }) => entities.some(({ entity_type, write }) => entity_type === entity && write))
      .map(({ system }) => system),
  );
  return connections.filter(({ id, system }) => id !== source && takes.has(system));
}
