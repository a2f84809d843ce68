import type pg from 'pg';
import { migrations } from '../../migrations/index.ts';
import { type Difference, differenceSinceMigrated, type Query } from './fingerprint.ts';
import { sqlFiles } from './sql.files.ts';

/** The database cannot be used as it is. The message is one sentence that says what to run. */
export class DatabaseNotReadyError extends Error {
  override readonly name = 'DatabaseNotReadyError';
}

interface RoleView {
  readonly role: string;
  /** Names the way in which the role could bypass row-level security, itself or as a member of another role. */
  readonly bypass: string | null;
}

const ROLE_VIEW = `
  SELECT current_user AS role,
         (SELECT CASE WHEN r.rolsuper THEN 'is a superuser' WHEN r.rolbypassrls THEN 'has BYPASSRLS' ELSE 'owns the tables' END
                 || CASE WHEN r.rolname = current_user THEN '' ELSE ' (through ' || r.rolname || ')' END
            FROM pg_roles r
           WHERE pg_has_role(current_user, r.oid, 'MEMBER')
             AND (r.rolsuper OR r.rolbypassrls
               OR r.oid = (SELECT relowner FROM pg_class WHERE oid = to_regclass('public.sync_progress')))
           ORDER BY r.rolname <> current_user LIMIT 1) AS bypass`;

/** Throws DatabaseNotReadyError when the role could bypass row-level security or the schema is not this version's. */
export async function assertDatabaseReady(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<RoleView>(ROLE_VIEW);
  const view = rows[0] as RoleView;
  if (view.bypass)
    throw new DatabaseNotReadyError(
      `The role "${view.role}" ${view.bypass} and could bypass row-level security; run "npm run db:provision" with MIGRATION_DATABASE_URL set to the owner's URL and use the URL it prints.`,
    );
  if ((await schemaState(pool)) !== 'current')
    throw new DatabaseNotReadyError(
      'The database is not migrated to this version; run "npm run migrate" with MIGRATION_DATABASE_URL set to the owner\'s URL.',
    );
  const difference = await differenceSinceMigrated(queryOf(pool));
  if (difference) throw notAsMigrated(difference);
}

/** `query` of a pool, as rows. */
export const queryOf =
  (pool: pg.Pool): Query =>
  async (text) =>
    (await pool.query(text)).rows;

export function notAsMigrated({ kinds, isMendable }: Difference): DatabaseNotReadyError {
  const what = kinds.join(', ').replace(/, ([^,]*)$/, ' and $1');
  const remedy = isMendable
    ? 'run "npm run migrate" with MIGRATION_DATABASE_URL set to the owner\'s URL'
    : 'migrate a new database and restore the rows into it, or undo the change, then run "npm run migrate"';
  return new DatabaseNotReadyError(
    `The ${what} of the database ${kinds.length > 1 || what.endsWith('s') ? 'are' : 'is'} not as migrated, as after a restore or a change by hand; ${remedy}.`,
  );
}

/** Throws what a write throws on a database that takes none, such as a standby that was a primary. */
export async function assertWritable(pool: pg.Pool): Promise<void> {
  await pool.query('SELECT FROM app.scheduled_tasks WHERE false FOR UPDATE');
}

/**
 * behind: a migration or an SQL file of this version was never applied; different: an SQL file was applied with another content. A
 * service that runs finds the second when a newer version has just been migrated to: it continues to run, but would not start.
 */
export type SchemaState = 'current' | 'behind' | 'different';

export async function schemaState(pool: pg.Pool): Promise<SchemaState> {
  const tables = await pool.query<{ found: boolean }>(
    `SELECT to_regclass('public.sync_migrations') IS NOT NULL AND to_regclass('app.sql_files') IS NOT NULL AS found`,
  );
  if (!tables.rows[0]?.found) return 'behind';
  const { rows } = await pool.query<{ name: string; sha256: string | null }>(
    'SELECT name, NULL AS sha256 FROM public.sync_migrations UNION ALL SELECT name, sha256 FROM app.sql_files',
  );
  const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
  const needed = [...migrations.map((migration) => new migration().name), ...sqlFiles.map(({ name }) => name)];
  if (needed.some((name) => !applied.has(name))) return 'behind';
  return sqlFiles.every(({ name, sha256 }) => applied.get(name) === sha256) ? 'current' : 'different';
}
