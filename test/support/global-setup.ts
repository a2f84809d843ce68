import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { migrate } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { sql } from './test-database.ts';

declare global {
  var testPostgres: { server: EmbeddedPostgres; dataDir: string } | undefined;
}

/** One real Postgres for the run; its migrated database is the template that each test file clones. */
export default async function setUp(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sync-operations-test-'));
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off', max_connections: '300' } });
  globalThis.testPostgres = { server, dataDir };
  await migrate(server.ownerUrl);
  await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
  // What plpgsql's own checks can only find at run time is an error in every test.
  await sql(server.superuserUrl, `ALTER ROLE sync_app SET plpgsql.extra_errors = 'all'`);
  // The workers of jest inherit the environment.
  process.env.TEST_SUPERUSER_URL = server.superuserUrl;
  process.env.TEST_OWNER_URL = server.ownerUrl;
  process.env.TEST_APP_URL = server.appUrl;
}

export async function tearDown(): Promise<void> {
  await globalThis.testPostgres?.server.stop();
  if (globalThis.testPostgres) await rm(globalThis.testPostgres.dataDir, { recursive: true, force: true });
}
