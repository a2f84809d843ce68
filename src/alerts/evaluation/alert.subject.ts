import { OF_CONNECTIONS, type RuleRow } from '../alert.types.ts';

/** A kind of sync: what runs again and again from one place to another, or what others report under the same names. */
export interface SyncNames {
  readonly connection_id: string | null;
  readonly destination_connection_id: string | null;
  readonly entity_type: string;
  readonly source_system: string;
}

/** The key of a kind of sync. Syncs of a connection are told apart by their destination, reported ones by their names. */
export function subjectOf({ connection_id, destination_connection_id, entity_type, source_system }: SyncNames): string {
  if (connection_id === null) return `reported:${source_system}:${entity_type}`;
  return `connection:${connection_id}:${entity_type}:${destination_connection_id ?? 'records'}`;
}

export const subjectOfConnection = (connectionId: string): string => `connection:${connectionId}`;

export const subjectOfSync = (syncId: string): string => `sync:${syncId}`;

/** Whether a rule is about a sync of this kind. `syncId` null: about the kind, and not about one of them. */
export function isAbout(rule: RuleRow, names: SyncNames, syncId: string | null): boolean {
  if (OF_CONNECTIONS.has(rule.kind)) return false;
  const { connection_id: named } = rule;
  return (
    (rule.sync_id === null || rule.sync_id === syncId) &&
    (named === null || named === names.connection_id || named === names.destination_connection_id) &&
    (rule.entity_type === null || rule.entity_type === names.entity_type) &&
    (rule.source_system === null || rule.source_system === names.source_system)
  );
}
