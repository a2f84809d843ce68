import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { takeFolderInMemory } from './folder-in-memory.ts';
import { PGBOUNCER, type Pooler, startPooler } from './pgbouncer.ts';
import { sql } from './test-database.ts';

/** One real Postgres for the run; its migrated database is the template that each test file clones. */
export default async function setUp(): Promise<() => Promise<void>> {
  const removeFolder = takeFolderInMemory();
  const dataDir = await mkdtemp(join(tmpdir(), 'sync-operations-test-'));
  const server = await startEmbeddedPostgres({
    dataDir,
    // Nothing here outlives the run.
    settings: {
      fsync: 'off',
      full_page_writes: 'off',
      wal_level: 'minimal',
      max_wal_senders: '0',
      max_connections: '300',
    },
  });
  await migrate(server.ownerUrl);
  await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
  // What plpgsql's own checks can only find at run time is an error in every test.
  await sql(server.superuserUrl, `ALTER ROLE sync_app SET plpgsql.extra_errors = 'all'`);
  // The workers inherit the environment.
  process.env.TEST_SUPERUSER_URL = server.superuserUrl;
  process.env.TEST_OWNER_URL = server.ownerUrl;
  process.env.TEST_SESSION_URL = server.appUrl;
  const pooler = process.env.TEST_THROUGH_PGBOUNCER ? await poolerOf(server.superuserUrl) : undefined;
  process.env.TEST_APP_URL = pooler?.url(server.appUrl) ?? server.appUrl;
  return async () => {
    await pooler?.stop();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
    removeFolder();
  };
}

/** Fewer connections than a process of the service would take, so that it shares them. */
function poolerOf(superuserUrl: string): Promise<Pooler> {
  if (!PGBOUNCER)
    throw new Error('TEST_THROUGH_PGBOUNCER is set, and there is no PgBouncer: name one by TEST_PGBOUNCER');
  return startPooler(superuserUrl, 15);
}
