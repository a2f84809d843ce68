import type pg from 'pg';
import { migrations } from '../../migrations/index.ts';

/** The database cannot be used as it is. The message is one sentence that says what to run. */
export class DatabaseNotReadyError extends Error {
  override readonly name = 'DatabaseNotReadyError';
}

interface RoleView {
  readonly role: string;
  /** Names the way in which the role could bypass row-level security, itself or as a member of another role. */
  readonly bypass: string | null;
  readonly migrated: boolean;
}

const ROLE_VIEW = `
  SELECT current_user AS role, to_regclass('public.sync_migrations') IS NOT NULL AS migrated,
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
  if (!view.migrated || (await pendingMigrations(pool)) > 0)
    throw new DatabaseNotReadyError(
      'The database is not migrated to this version; run "npm run migrate" with MIGRATION_DATABASE_URL set to the owner\'s URL.',
    );
}

/** How many of this version's migrations the database lacks. */
export async function pendingMigrations(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM public.sync_migrations');
  const done = new Set(rows.map(({ name }) => name));
  return migrations.filter((migration) => !done.has(new migration().name)).length;
}
