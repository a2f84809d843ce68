import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Client, createSyncClient } from '@sync-operations/client';
import supertest, { type Agent } from 'supertest';
import { KeyAdmin, type NewKey } from '../../src/auth/key.admin.ts';
import { parseEnvironment } from '../../src/config/environment.ts';
import { createApp } from '../../src/create-app.ts';
import { NO_RATES } from './no.rates.ts';
import { createTestDatabase, sql, type TestDatabase } from './test-database.ts';
import { JWT_SECRET, type TokenClaims, token } from './token.ts';

export { type TokenClaims, token };

/** The key that a test service encrypts with by default. */
export const TEST_ENCRYPTION_KEY = { id: 'test', key: Buffer.alloc(32, 7).toString('base64') };

const KEY_ENTRIES = `DELETE FROM sync_activity_log WHERE org_id = $1 AND activity_type = 'key_created'`;

/** The application on a database and a port of its own, reached over real HTTP. */
export interface TestService {
  readonly app: NestFastifyApplication;
  readonly database: TestDatabase;
  readonly url: string;
  /** A client of the organization's user, by default with sync:write. */
  client(orgId: string, claims?: TokenClaims): Promise<Client>;
  /** supertest with that user's token: for tests that look at statuses, headers and problem bodies. */
  request(orgId: string, claims?: TokenClaims): Promise<Agent>;
  createKey(key: Partial<NewKey>): Promise<string>;
  close(): Promise<void>;
}

export async function startTestService(variables: Record<string, string> = {}): Promise<TestService> {
  const database = await createTestDatabase();
  const app = await createApp(
    parseEnvironment({
      DATABASE_URL: withoutSearchPath(database.appUrl),
      MIGRATION_DATABASE_URL: database.ownerUrl,
      SYNC_JWT_SECRET: JWT_SECRET,
      SYNC_ENCRYPTION_KEYS: `${TEST_ENCRYPTION_KEY.id}:${TEST_ENCRYPTION_KEY.key}`,
      // Maintenance runs where a test says so, not in the middle of another.
      SYNC_WORKER: 'off',
      LOG_LEVEL: 'silent',
      // No sandbox works longer on a request whose client has left, unless a test makes it.
      SYNC_LATE_WRITE_SECONDS: '2',
      // No run follows a sync that a test did not start.
      SYNC_RECONCILE_SAMPLE: '0',
      // Tests hurry; what is limited is tested in test/rates.
      ...NO_RATES,
      ...variables,
    }),
  );
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    database,
    url,
    client: async (orgId, claims) => createSyncClient({ baseUrl: url, token: await token(orgId, claims) }),
    request: async (orgId, claims) =>
      supertest.agent(app.getHttpServer()).set('authorization', `Bearer ${await token(orgId, claims)}`),
    createKey: async (key) => {
      const secret = await KeyAdmin.with(database.ownerUrl, (keys) =>
        keys.create({
          kind: 'service',
          orgId: null,
          name: 'test',
          userId: null,
          scopes: ['sync:write'],
          ttlSeconds: null,
          ...key,
        }),
      );
      // The trail of an organization begins with what its test does.
      if (key.orgId) await sql(database.superuserUrl, KEY_ENTRIES, [key.orgId]);
      return secret;
    },
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}

/** As a client of the same pooler leaves its connections behind: no statement of the service may lean on the search path. */
function withoutSearchPath(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c search_path=');
  return url.toString();
}
