import 'reflect-metadata';
import { DataSource, type Logger, MigrationExecutor, type QueryRunner } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import { differenceSinceMigrated, migratedFingerprint, type Query, rememberFingerprint } from './fingerprint.ts';
import { DatabaseNotReadyError, notAsMigrated } from './readiness.ts';
import { type AppliedSql, applySqlFiles, dropSqlObjects } from './sql.apply.ts';
import { sqlFiles } from './sql.files.ts';

/** For the first migration, when there is no table yet that could be locked, and no other login either. */
const FIRST_MIGRATION_LOCK = 7_210_011;

export interface Migrated extends AppliedSql {
  /** The names of the migrations that ran. */
  readonly migrations: string[];
}

/**
 * Runs the migrations that are pending, then applies the SQL files that changed, all in one transaction. A second caller
 * waits, then finds nothing to do.
 */
export function migrate(
  ownerUrl: string,
  { files = sqlFiles, logger }: { files?: typeof sqlFiles; logger?: Logger } = {},
): Promise<Migrated> {
  return inMigration(ownerUrl, logger, async (db, executor) => {
    await refuseUnknownMigrations(db);
    const query = asTheServiceSees(db);
    const isRestored = await isNotAsMigrated(query);
    const ran = await executor.executePendingMigrations();
    const applied = await applySqlFiles(db, files, { again: isRestored });
    await rememberFingerprint(query);
    return { migrations: ran.map(({ name }) => name), ...applied };
  });
}

/** Postgres writes names with or without their schema, as the search path has it. */
const asTheServiceSees =
  (db: QueryRunner): Query =>
  async (text) => {
    const setPath = (path: string) => db.query(`SELECT set_config('search_path', $1, true)`, [path]);
    const [{ path }] = await db.query(`SELECT current_setting('search_path') AS path`);
    await setPath('pg_catalog, pg_temp');
    const rows = await db.query(text);
    await setPath(path);
    return rows;
  };

/**
 * True when the functions or triggers were changed since the last migration: all SQL files are applied again. What only the migrations make,
 * policies, grants and roles, is not made again, and must not be remembered as right.
 */
async function isNotAsMigrated(query: Query): Promise<boolean> {
  if (!(await migratedFingerprint(query))) return false;
  const difference = await differenceSinceMigrated(query);
  if (difference && !difference.isMendable) throw notAsMigrated(difference);
  return difference !== undefined;
}

/**
 * Reverts the newest migration, or all of them; returns the names that were reverted, newest first. The functions, triggers and
 * views go first, since they need the tables as they are: the version to go back to makes its own by `migrate`.
 */
export function revert(ownerUrl: string, options: { all?: boolean } = {}): Promise<string[]> {
  return inMigration(ownerUrl, undefined, async (db, executor) => {
    await refuseUnknownMigrations(db);
    const names = (await executedMigrations(db)).reverse().slice(0, options.all ? undefined : 1);
    if (names.length > 0) {
      await dropSqlObjects(db);
      await db.query('COMMENT ON SCHEMA app IS NULL');
    }
    for (const _name of names) await executor.undoLastMigration();
    return names;
  });
}

/** A database of another line of versions would be half migrated: neither what it was nor what this version needs. */
async function refuseUnknownMigrations(db: QueryRunner): Promise<void> {
  const known = new Set(migrations.map((migration) => new migration().name));
  const unknown = (await executedMigrations(db)).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new DatabaseNotReadyError(
      `The database was made by another version, whose migration "${unknown}" this one does not know; use that version, or an empty database.`,
    );
}

/** In the order they ran. */
async function executedMigrations(db: QueryRunner): Promise<string[]> {
  const [table] = await db.query(`SELECT to_regclass('public.sync_migrations') AS name`);
  if (!table.name) return [];
  const rows: { name: string }[] = await db.query('SELECT name FROM public.sync_migrations ORDER BY timestamp');
  return rows.map(({ name }) => name);
}

async function inMigration<T>(
  ownerUrl: string,
  logger: Logger | undefined,
  work: (db: QueryRunner, executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  const source = migrationDataSource(ownerUrl, logger);
  try {
    await source.initialize();
    const db = source.createQueryRunner();
    const executor = new MigrationExecutor(source, db);
    await db.startTransaction();
    await lockMigrations(db);
    const result = await work(db, executor);
    await db.commitTransaction();
    return result;
  } finally {
    // Without COMMIT the connection's end rolls back.
    if (source.isInitialized) await source.destroy();
  }
}

/**
 * Two starting replicas must not migrate at once; TypeORM has no lock of its own. A table, since any login of the database could hold
 * an advisory lock.
 */
async function lockMigrations(db: QueryRunner): Promise<void> {
  const [table] = await db.query(`SELECT to_regclass('public.sync_migrations') AS name`);
  if (table.name) await db.query('LOCK TABLE public.sync_migrations IN SHARE ROW EXCLUSIVE MODE');
  else await db.query('SELECT pg_advisory_xact_lock($1)', [FIRST_MIGRATION_LOCK]);
}

/** TypeORM runs the migrations and nothing else: its transactions await every statement, one round trip each. */
export function migrationDataSource(ownerUrl: string, logger?: Logger): DataSource {
  return new DataSource({
    type: 'postgres',
    url: ownerUrl,
    applicationName: 'sync-operations-migrate',
    migrations,
    migrationsTableName: 'sync_migrations',
    schema: 'public',
    logging: logger !== undefined,
    logger,
  });
}
