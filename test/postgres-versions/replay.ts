/**
 * The migrations up, down to nothing and up again, a smoke test, and a backup restored into the embedded version and back again, on every
 * PostgreSQL that package.json beside this names.
 * `npm run test:versions`; prints one line a version and ends with 1 when one of them fails.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { migrate, revert } from '../../src/database/migrate.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { addDatabase, fill, startServer } from '../commands/backup.support.ts';
import { takeFolderInMemory } from '../support/folder-in-memory.ts';
import { schemaSnapshot } from '../support/schema-snapshot.ts';
import { cleanUp } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { binariesOf, namedVersions } from './installed.versions.ts';
import { smoke } from './version.smoke.ts';
import { transfer } from './version.transfer.ts';

/** Returns what the server says of itself. */
async function replay(major: number): Promise<string> {
  // Made by the start itself: mkdtemp's folder is closed to the user that runs the server when we are root.
  const dataDir = path.join(tmpdir(), `sync-operations-postgres-${major}-${randomUUID()}`);
  try {
    const server = await startEmbeddedPostgres({
      dataDir,
      settings: { fsync: 'off' },
      binaries: await binariesOf(major),
    });
    try {
      const empty = new Set(await schemaSnapshot(server.ownerUrl));
      const ran = await migrate(server.ownerUrl);
      const migrated = await schemaSnapshot(server.ownerUrl);
      await revert(server.ownerUrl, { all: true });
      // TypeORM keeps its own table of what ran.
      const isOurs = (line: string) => !empty.has(line) && !line.includes('sync_migrations');
      const left = (await schemaSnapshot(server.ownerUrl)).filter(isOurs);
      assert.deepEqual(left, [], 'reverting left something behind');
      assert.deepEqual(await migrate(server.ownerUrl), ran);
      assert.deepEqual(await schemaSnapshot(server.ownerUrl), migrated, 'the second time made another schema');
      await provisionAppRole(server.ownerUrl, new URL(server.appUrl).password);
      await smoke(server.appUrl);
      const rows = await moveAndReturn(server);
      const [row] = await sql<{ server_version: string }>(server.appUrl, 'SHOW server_version');
      return `${row?.server_version}, ${ran.migrations.length} migrations and ${ran.applied.length} SQL files up, down, up, ${migrated.length} objects, ${rows} rows to the embedded version and back`;
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A backup of each version suits the other: what is there is moved to a new cluster of the embedded version, and from there back. */
async function moveAndReturn(server: EmbeddedPostgres): Promise<number> {
  await fill(server);
  const embedded = await startServer();
  try {
    const database = new URL(server.ownerUrl).pathname.slice(1);
    const moved = { server: embedded, database };
    const rows = await transfer({ server, database }, moved);
    await addDatabase(server, 'returned');
    await transfer(moved, { server, database: 'returned' });
    return rows;
  } finally {
    await embedded.stop();
  }
}

const removeFolder = takeFolderInMemory();
await Promise.all(
  namedVersions().map(async (major) => {
    const started = performance.now();
    try {
      const said = await replay(major);
      console.log(`ok      PostgreSQL ${said}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
    } catch (error) {
      console.error(`FAILED  PostgreSQL ${major}:`, error);
      process.exitCode = 1;
    }
  }),
);
await cleanUp();
removeFolder();
