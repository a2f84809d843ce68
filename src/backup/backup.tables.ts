import type pg from 'pg';
import { type ArchivedMonth, type ArchivedTable, BackupError } from './backup.manifest.ts';

/** A table whose rows are backed up, as the database knows it; partitions are reached through their parent. */
export interface BackupTable extends ArchivedTable {
  /** Has row-level security. */
  readonly secured: boolean;
  /** sync_backup reads every row of it. */
  readonly open: boolean;
  /** Has triggers of ours. */
  readonly triggers: boolean;
  readonly by_organization: boolean;
  /** What its foreign keys point to. */
  readonly needs: readonly string[];
}

/** What belongs to the schema, which a restore makes by migrating, and what pg-boss notes about its own processes. */
const LEFT_OUT = [
  ...['public.sync_migrations', 'app.sql_files', 'pgboss.version', 'pgboss.bam'],
  ...['pgboss.instance', 'pgboss.queue_stats'],
];

/**
 * The schema public may hold somebody else's tables: ours are named sync_, or were opened to sync_backup. One with row-level security
 * counts, too, so that none of ours is left out because its policy was forgotten.
 */
const TABLES = `
  WITH tables AS (
    SELECT c.oid, c.relrowsecurity, format('%I.%I', n.nspname, c.relname) AS name, n.nspname, c.relname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('app', 'auth', 'public', 'pgboss') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
  SELECT t.name, t.relrowsecurity AS secured,
         has_table_privilege('sync_backup', t.oid, 'SELECT') AND (NOT t.relrowsecurity OR (
           EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive AND p.polcmd IN ('r', '*')
                      AND 'sync_backup'::regrole = ANY (p.polroles) AND pg_get_expr(p.polqual, p.polrelid) = 'true')
           AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND NOT p.polpermissive AND p.polcmd IN ('r', '*')
                      AND ('sync_backup'::regrole = ANY (p.polroles) OR 0 = ANY (p.polroles))))) AS open,
         EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal) AS triggers,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'org_id' AND NOT a.attisdropped) AS by_organization,
         ARRAY(SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
         ARRAY(SELECT DISTINCT format('%I.%I', rn.nspname, r.relname)
                 FROM pg_constraint f JOIN pg_class r ON r.oid = coalesce(pg_partition_root(f.confrelid), f.confrelid)
                 JOIN pg_namespace rn ON rn.oid = r.relnamespace
                WHERE f.contype = 'f' AND coalesce(pg_partition_root(f.conrelid), f.conrelid) = t.oid AND r.oid <> t.oid) AS needs
    FROM tables t
   WHERE t.name <> ALL ($1)
     AND (t.nspname <> 'public' OR t.relrowsecurity OR t.relname LIKE 'sync\\_%' OR has_table_privilege('sync_backup', t.oid, 'SELECT'))
   ORDER BY t.name COLLATE "C"`;

/** Months of the audit trail, attached or detached; each is named as partitions.sql names it. */
const MONTHS = `
  SELECT c.relname::text AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
     AND (i.inhparent = 'public.sync_activity_log'::regclass OR i.inhparent IS NULL AND c.relname ~ '^sync_activity_log_\\d{4}_\\d{2}$')
   ORDER BY c.relname`;

/** Those that others point to come first. */
export async function readTables(client: pg.Client): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable>(TABLES, [LEFT_OUT]);
  const waiting = new Map(rows.map((table) => [table.name, table]));
  const ordered: BackupTable[] = [];
  while (waiting.size > 0) {
    const next = [...waiting.values()].filter(({ needs }) => !needs.some((name) => waiting.has(name)));
    if (next.length === 0)
      throw new BackupError(`The foreign keys of ${[...waiting.keys()].join(', ')} form a circle.`);
    for (const table of next) waiting.delete(table.name);
    ordered.push(...next);
  }
  return ordered;
}

export async function readMonths(client: pg.Client): Promise<ArchivedMonth[]> {
  const { rows } = await client.query<ArchivedMonth>(MONTHS);
  return rows;
}

/** How values are written in an archive, whatever the servers are set to; and a backup takes as long as it takes. */
export async function useArchiveSettings(client: pg.Client): Promise<void> {
  await client.query(`
    SET client_encoding TO 'UTF8'; SET timezone TO 'UTC'; SET datestyle TO 'ISO, MDY'; SET intervalstyle TO 'postgres';
    SET extra_float_digits TO 1; SET bytea_output TO 'hex'; SET search_path TO pg_catalog;
    SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0; SET lock_timeout TO '10s'`);
}

/** How many rows there are, in all and of each organization; '' stands for those of none. */
export async function countRows(
  client: pg.Client,
  { name, by_organization }: BackupTable,
): Promise<{ rows: number; organizations: Record<string, number> }> {
  const { rows } = await client.query<{ org_id: string; rows: string }>(
    by_organization
      ? `SELECT coalesce(org_id, '') AS org_id, count(*) AS rows FROM ${name} GROUP BY 1 ORDER BY 1`
      : `SELECT '' AS org_id, count(*) AS rows FROM ${name}`,
  );
  const counted = rows.map((row) => [row.org_id, Number(row.rows)] as const).filter(([, count]) => count > 0);
  return {
    rows: counted.reduce((sum, [, count]) => sum + count, 0),
    organizations: Object.fromEntries(by_organization ? counted : []),
  };
}
