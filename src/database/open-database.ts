import type { EmbeddedPostgres } from '@sync-operations/embedded-postgres';
import type pg from 'pg';
import { ensureRememberedKeys, rememberedKeys } from '../config/encryption.keys.ts';
import { ConfigurationError, type Environment } from '../config/environment.ts';
import { differenceSinceMigrated } from './fingerprint.ts';
import { createSettledPool } from './pool.ts';
import { provisionAppRole } from './provision.ts';
import { assertDatabaseReady, queryOf, schemaState } from './readiness.ts';

export interface OpenDatabase {
  /** With the URLs that are meant, also where the embedded Postgres chose them. */
  readonly environment: Environment;
  /** Undefined with a database of your own. */
  readonly embedded: EmbeddedPostgres | undefined;
}

/** A start waits this long for the database's word. */
const START_RUN_MS = 10_000;

type Log = (line: string) => void;

/**
 * The database the service runs on: yours, or the embedded one, started and migrated. `meanwhile` is called, when the
 * embedded one is on its way: time for other work that may block. Throws what printableError prints.
 */
export async function openDatabase(environment: Environment, log: Log, meanwhile: () => void): Promise<OpenDatabase> {
  const opened = environment.databaseUrl
    ? { environment, embedded: undefined }
    : await openEmbedded(environment, log, meanwhile);
  try {
    await withPool(opened.environment.databaseUrl as string, assertDatabaseReady);
    return opened;
  } catch (error) {
    await opened.embedded?.stop();
    throw error;
  }
}

async function openEmbedded(environment: Environment, log: Log, meanwhile: () => void): Promise<OpenDatabase> {
  const embedded = await startEmbedded(environment, log, meanwhile, true);
  try {
    const { SYNC_ENCRYPTION_KEYS: given, SYNC_DATA_DIR: dataDir } = environment;
    // The one made before there was a variable still opens what it sealed.
    const keys = given ? [...given, ...rememberedKeys(dataDir)] : ensureRememberedKeys(dataDir);
    await migrateUnlessCurrent(embedded.ownerUrl, log);
    await provisionAppRole(embedded.ownerUrl, new URL(embedded.appUrl).password);
    const urls = { databaseUrl: embedded.appUrl, MIGRATION_DATABASE_URL: embedded.ownerUrl };
    return { environment: Object.freeze({ ...environment, ...urls, SYNC_ENCRYPTION_KEYS: keys }), embedded };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** Loaded here, so that a service with a database of its own neither needs the package nor waits for it. */
async function startEmbedded(
  { SYNC_DATA_DIR: dataDir }: Environment,
  log?: Log,
  meanwhile?: () => void,
  supervise = false,
): Promise<EmbeddedPostgres> {
  const { startEmbeddedPostgres } = await import('@sync-operations/embedded-postgres');
  return startEmbeddedPostgres({ dataDir, log, meanwhile, supervise });
}

/** TypeORM is loaded only where there is something to migrate: that takes as long as all the rest of a start. */
async function migrateUnlessCurrent(ownerUrl: string, log: Log): Promise<void> {
  const isCurrent = async (pool: pg.Pool) =>
    (await schemaState(pool)) === 'current' && !(await differenceSinceMigrated(queryOf(pool)));
  if (await withPool(ownerUrl, isCurrent)) return;
  const { migrate } = await import('./migrate.ts');
  const { migrations } = await migrate(ownerUrl);
  if (migrations.length > 0) log(`Ran ${migrations.length} migrations`);
}

async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = createSettledPool(url, { max: 1, runMs: START_RUN_MS });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Runs a command with the owner's URL: MIGRATION_DATABASE_URL, or the embedded Postgres, started for the while if need be. */
export async function withOwnerUrl<T>(environment: Environment, work: (ownerUrl: string) => Promise<T>): Promise<T> {
  if (environment.MIGRATION_DATABASE_URL) return work(environment.MIGRATION_DATABASE_URL);
  if (environment.databaseUrl)
    throw new ConfigurationError(
      `MIGRATION_DATABASE_URL must be set to the owner's URL for this; ${environment.databaseVariable} is the service's.`,
    );
  const embedded = await startEmbedded(environment);
  try {
    return await work(embedded.ownerUrl);
  } finally {
    await embedded.stop();
  }
}
