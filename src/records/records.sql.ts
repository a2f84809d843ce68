import { type CanonicalData, ENTITY_TYPES, type EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Statement } from '../database/database.ts';
import type { SyncRecordDto } from './dto/record.dto.ts';
import type { RecordParam, RecordsQuery } from './dto/requests.dto.ts';

export interface FoundRecords {
  /** The change_seq of the organization's last change, in the same snapshot as the page. */
  readonly last_seq: string;
  readonly items: readonly SyncRecordDto[];
}

const COLUMNS =
  'connection_id, entity_type, external_id, data, content_hash, change_seq, created_at, updated_at, deleted_at';

/**
 * The changes after a change_seq, in order, in one row. With a connection, its changes are read for each entity type from the index in
 * migrations/0009-records.ts and merged, so that no record of another connection is scanned. Without a connection, all changes of the
 * organization are read.
 */
export function recordsPage(orgId: string, filter: RecordsQuery, after: string, limit: number): Statement {
  const { connection_id, entity_type, external_id, deleted } = filter;
  const values: unknown[] = [orgId, after, limit];
  const conditions = ['org_id = $1', 'change_seq > $2'];
  const where = (column: string, value: unknown) => {
    values.push(value);
    conditions.push(`${column} = $${values.length}`);
  };
  if (connection_id !== undefined) where('connection_id', connection_id);
  if (external_id !== undefined) where('external_id', external_id);
  if (deleted !== undefined) conditions.push(`deleted_at IS ${deleted ? 'NOT NULL' : 'NULL'}`);
  const ofEachType = connection_id !== undefined && entity_type === undefined;
  if (ofEachType) conditions.push('entity_type = e.entity');
  else if (entity_type !== undefined) where('entity_type', entity_type);
  const page = `SELECT ${COLUMNS} FROM public.sync_records WHERE ${conditions.join(' AND ')} ORDER BY change_seq LIMIT $3`;
  if (ofEachType) values.push(ENTITY_TYPES);
  const merged = `
    SELECT p.* FROM unnest($${values.length}::text[]) AS e (entity) CROSS JOIN LATERAL (${page}) AS p
     ORDER BY p.change_seq LIMIT $3`;
  return {
    text: `
      SELECT coalesce((SELECT last_seq FROM public.sync_change_counters WHERE org_id = $1), 0)::text AS last_seq,
             (SELECT coalesce(json_agg(r), '[]') FROM (${ofEachType ? merged : page}) AS r) AS items`,
    values,
  };
}

/** Looks the record up by a range of one id, for the reason in src/records/sql/save_records.sql. */
export const findRecord = (orgId: string, { connection_id, entity_type, external_id }: RecordParam): Statement => ({
  text: `
    SELECT ${COLUMNS} FROM public.sync_records
     WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND external_id >= $4 AND external_id <= $4
     ORDER BY external_id LIMIT 1`,
  values: [orgId, connection_id, entity_type, external_id],
});

/** The existing records of these ids, without deleted ones. They are looked up one by one, for the reason in src/records/sql/save_records.sql. */
export const findRecords = (
  orgId: string,
  connectionId: string,
  entity: EntityType,
  externalIds: readonly string[],
): Statement => ({
  text: `
    SELECT r.external_id, r.content_hash, r.data FROM unnest($4::text[]) AS g (id) CROSS JOIN LATERAL (
      SELECT external_id, content_hash, data, deleted_at FROM public.sync_records
       WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND external_id >= g.id AND external_id <= g.id
       ORDER BY external_id LIMIT 1) AS r
     WHERE r.deleted_at IS NULL`,
  values: [orgId, connectionId, entity, externalIds],
});

export interface FoundRecord {
  readonly external_id: string;
  readonly content_hash: string;
  readonly data: CanonicalData;
}

/** The records of these ids, those that were deleted with what they held. */
export const findEveryRecord = (
  orgId: string,
  connectionId: string,
  entity: EntityType,
  externalIds: readonly string[],
): Statement => ({
  text: `
    SELECT r.external_id, r.content_hash, r.data, r.deleted_at IS NOT NULL AS is_deleted
      FROM unnest($4::text[]) AS g (id) CROSS JOIN LATERAL (
        SELECT external_id, content_hash, data, deleted_at FROM public.sync_records
         WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND external_id >= g.id AND external_id <= g.id
         ORDER BY external_id LIMIT 1) AS r`,
  values: [orgId, connectionId, entity, externalIds],
});

export interface StoredRecord extends FoundRecord {
  readonly is_deleted: boolean;
}

/** How many records are marked in one statement. */
const FORGOTTEN_AT_ONCE = 1000;

/** Marks the next records after an id as deleted. `last` is the id to go on after; null when none is left. */
export const forgetRecords = (orgId: string, connectionId: string, entity: EntityType, after: string): Statement => ({
  text: `
    WITH next AS MATERIALIZED (
      SELECT external_id FROM public.sync_records
       WHERE org_id = $1 AND connection_id = $2 AND entity_type = $3 AND external_id > $4 AND deleted_at IS NULL
       ORDER BY external_id LIMIT ${FORGOTTEN_AT_ONCE}
    ), forgotten AS (
      SELECT count(*) AS n FROM (
        SELECT jsonb_agg(jsonb_build_object('external_id', n.external_id, 'deleted', true)) AS given FROM next n) AS g
       CROSS JOIN LATERAL app.save_records($1, $2, $3, g.given, NULL, NULL))
    SELECT (SELECT max(external_id) FROM next) AS last, (SELECT n FROM forgotten) AS forgotten`,
  values: [orgId, connectionId, entity, after],
});
