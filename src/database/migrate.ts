import pg from 'pg';
import { migrationDataSource } from './data-source.ts';

// Two starting replicas must not migrate at once; TypeORM has no lock of its own.
const MIGRATION_LOCK = 7_210_011;

/** Runs what is pending and returns the names that ran. A second caller waits, then finds nothing to do. */
export function migrate(ownerUrl: string): Promise<string[]> {
  return withMigrationLock(ownerUrl, async (source) =>
    (await source.runMigrations()).map((migration) => migration.name),
  );
}

/** Reverts the newest migration, or all of them; returns the names that were reverted, newest first. */
export function revert(ownerUrl: string, options: { all?: boolean } = {}): Promise<string[]> {
  return withMigrationLock(ownerUrl, async (source) => {
    const reverted: string[] = [];
    const [table] = await source.query<{ name: string | null }[]>(
      `SELECT to_regclass('public.sync_migrations') AS name`,
    );
    if (!table?.name) return reverted;
    do {
      const [newest] = await source.query<{ name: string }[]>(
        'SELECT name FROM public.sync_migrations ORDER BY timestamp DESC LIMIT 1',
      );
      if (!newest) break;
      await source.undoLastMigration();
      reverted.push(newest.name);
    } while (options.all);
    return reverted;
  });
}

async function withMigrationLock<T>(
  ownerUrl: string,
  work: (source: ReturnType<typeof migrationDataSource>) => Promise<T>,
): Promise<T> {
  const lock = new pg.Client({ connectionString: ownerUrl, application_name: 'sync-operations-migrate' });
  await lock.connect();
  const source = migrationDataSource(ownerUrl);
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.initialize();
    return await work(source);
  } finally {
    if (source.isInitialized) await source.destroy();
    await lock.end();
  }
}
