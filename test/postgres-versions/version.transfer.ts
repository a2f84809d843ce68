import assert from 'node:assert/strict';
import path from 'node:path';
import type { EmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { SignJWT } from 'jose';
import pg from 'pg';
import { backUp } from '../../src/backup/backup.dump.ts';
import { restore } from '../../src/backup/backup.restore.ts';
import { provisionAppRole } from '../../src/database/provision.ts';
import { contentOf, inDatabase, ORGANIZATIONS } from '../commands/backup.support.ts';
import { schemaSnapshot } from '../support/schema-snapshot.ts';
import { newFolder, ServiceProcess } from '../support/service-process.ts';
import { departuresFromMatrix } from '../tenancy/rls.matrix.ts';

const JWT_SECRET = 'a-secret-of-at-least-32-characters-for-tests';

/** A database of a server, which may be of any version. */
export interface Place {
  readonly server: EmbeddedPostgres;
  readonly database: string;
}

const urlsOf = ({ server, database }: Place) => ({
  owner: inDatabase(server.ownerUrl, database),
  app: inDatabase(server.appUrl, database),
  superuser: inDatabase(server.superuserUrl, database),
});

/**
 * Backs up one database and restores it into another, which is empty: the rows, the schema with its owners, policies and grants, and what
 * each role may do are the same, and the service starts. Returns how many rows came over.
 */
export async function transfer(from: Place, to: Place): Promise<number> {
  const [source, target] = [urlsOf(from), urlsOf(to)];
  const file = path.join(newFolder(), 'transferred.backup');
  const written = await backUp(source.owner, file);
  const restored = await restore(target.owner, file);
  assert.equal(restored.rows, written.rows);
  assert.deepEqual(await contentOf(target.superuser), await contentOf(source.superuser), 'the rows differ');
  const schemas = await Promise.all([target, source].map(async ({ owner }) => comparable(await schemaSnapshot(owner))));
  assert.deepEqual(schemas[0], schemas[1], 'the schemas differ');
  const admin = new pg.Client({ connectionString: target.superuser });
  await admin.connect();
  assert.deepEqual(await departuresFromMatrix(admin).finally(() => admin.end()), [], 'the roles may do something else');
  await provisionAppRole(target.owner, new URL(target.app).password);
  await serve(target.app);
  return restored.rows;
}

/** What every version has: NOT NULL is a constraint with a name since 18, and MAINTAIN a right since 17. */
const comparable = (lines: readonly string[]): string[] =>
  lines
    .filter((line) => !/^constraint \S+: NOT NULL /.test(line))
    .map((line) => line.replaceAll(/,?\w+:MAINTAIN/g, ''));

async function serve(appUrl: string): Promise<void> {
  const service = await ServiceProcess.start({
    ...{ DATABASE_URL: appUrl, SYNC_JWT_SECRET: JWT_SECRET, SYNC_WORKER: 'off', LOG_LEVEL: 'silent' },
  });
  try {
    for (const org of ORGANIZATIONS) {
      const claims = new SignJWT({ org_id: org, scope: 'sync:read', sub: 'user-1' });
      const token = await claims
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(Buffer.from(JWT_SECRET));
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${service.url}/api/sync/progress`, { headers });
      const items = (await answer.json()) as { org_id: string }[];
      assert.deepEqual([answer.status, [...new Set(items.map(({ org_id }) => org_id))]], [200, [org]]);
    }
  } finally {
    await service.stop();
  }
}
