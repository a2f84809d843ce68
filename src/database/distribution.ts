import type { Query } from './fingerprint.ts';

/** Whose shards those of all other tables stand beside, so that an organization is on one node. */
const FIRST = 'public.sync_progress';

/**
 * What a distributed Postgres (Citus) needs to be told of every session: that the organization of a transaction goes along to the workers, that triggers
 * may write to rows of the same organization, and that a statement on a worker may call a function that looks something up there.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  'citus.propagate_set_commands': 'local',
  'citus.enable_unsafe_triggers': 'on',
  'citus.allow_nested_distributed_execution': 'on',
};

/** Null: there is no such extension in the database. */
export async function citusCatalogue(query: Query): Promise<string | null> {
  const [row] = await query<{ name: string | null }>(
    `SELECT to_regclass('pg_catalog.pg_dist_partition')::text AS name`,
  );
  return row?.name ?? null;
}

/** Whether organizations are spread over nodes. */
export async function isDistributed(query: Query): Promise<boolean> {
  if ((await citusCatalogue(query)) === null) return false;
  return (await query(`SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = '${FIRST}'::regclass`)).length > 0;
}

export interface Distribution {
  /** Tables that were distributed now. */
  readonly distributed: readonly string[];
  /** Functions that the worker of an organization runs from now on. */
  readonly delegated: readonly string[];
  /** Settings that the database has now. */
  readonly settings: readonly string[];
  /** Tables that were distributed before. */
  readonly before: number;
}

/** What keeps the tables from being distributed. */
export class NotDistributable extends Error {
  override readonly name = 'NotDistributable';
}

/**
 * Distributes what belongs to organizations by org_id, next to each other; what is looked up before one is known stays where it is. Runs as the
 * owner, in a transaction of the caller. What is done already is left as it is.
 */
export async function distribute(query: Query): Promise<Distribution> {
  const settings = await settle(query);
  const tables = await query<{ name: string; is_distributed: boolean; has_rows: boolean }>(TABLES);
  const missing = tables.filter((table) => !table.is_distributed);
  const full = missing.filter(({ has_rows }) => has_rows).map(({ name }) => name);
  if (full.length > 0)
    throw new NotDistributable(
      `${full.join(', ')} ${full.length === 1 ? 'has' : 'have'} rows already, and rows are not moved under row-level security; distribute a new database right after "npm run migrate".`,
    );
  for (const { name } of missing)
    await query(
      `SELECT create_distributed_table('${name}', 'org_id', colocate_with => '${name === FIRST ? 'none' : FIRST}')`,
    );
  const functions = await query<{ name: string }>(FUNCTIONS);
  for (const { name } of functions)
    await query(`SELECT create_distributed_function('${name}', 'org', colocate_with => '${FIRST}')`);
  return {
    distributed: missing.map(({ name }) => name),
    delegated: functions.map(({ name }) => name),
    settings,
    before: tables.length - missing.length,
  };
}

/** Of the database, and of this session, which goes on without them otherwise. */
async function settle(query: Query): Promise<string[]> {
  const [row] = await query<{ database: string; set: string[] }>(
    `SELECT quote_ident(current_database()) AS database, coalesce((SELECT s.setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
       WHERE d.datname = current_database() AND s.setrole = 0), '{}') AS set`,
  );
  const { database, set } = row as { database: string; set: string[] };
  const wanted = Object.entries(SETTINGS).filter(([name, value]) => !set.includes(`${name}=${value}`));
  for (const [name, value] of wanted) await query(`ALTER DATABASE ${database} SET ${name} = '${value}'`);
  for (const [name, value] of Object.entries(SETTINGS)) await query(`SET LOCAL ${name} = '${value}'`);
  return wanted.map(([name, value]) => `${name} = ${value}`);
}

/** A table with rows of an organization is a tenant's, but those of the schema auth are looked up before one is known. */
const TABLES = `
  SELECT t.name, EXISTS (SELECT FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = t.oid) AS is_distributed,
         pg_relation_size(t.oid) > 0 OR EXISTS (SELECT FROM pg_partition_tree(t.oid) AS part WHERE part.isleaf AND pg_relation_size(part.relid) > 0) AS has_rows
    FROM (SELECT c.oid, 'public.' || c.relname AS name FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
             AND c.relowner = (SELECT relowner FROM pg_class WHERE oid = '${FIRST}'::regclass) AND c.relname !~ '_[0-9]{6,}$') AS t
   ORDER BY t.name <> '${FIRST}', t.name`;

/** Those that the service calls with an organization, and that read nothing that stays on the coordinator. */
const FUNCTIONS = `
  SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
   WHERE p.pronamespace = 'app'::regnamespace AND p.proargnames[1] = 'org' AND p.proargtypes[0] = 'text'::regtype
     AND has_function_privilege('sync_app', p.oid, 'EXECUTE') AND p.prosrc !~ '\\mauth\\.'
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_dist_object o
                      WHERE o.classid = 'pg_proc'::regclass AND o.objid = p.oid AND o.distribution_argument_index IS NOT NULL)
   ORDER BY 1`;
