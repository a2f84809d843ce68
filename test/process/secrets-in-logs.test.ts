import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { followLink, send } from '../support/send.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';

const JWT_SECRET = 'a-shared-secret-that-must-not-be-logged';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

const create = (kind: 'service' | 'link') =>
  KeyAdmin.with(database.ownerUrl, (keys) =>
    keys.create({ kind, orgId: 'org-1', name: 'test', userId: null, scopes: ['sync:read'], ttlSeconds: 3600 }),
  );

it('no secret is logged at any level, whatever becomes of the request that carries it', async () => {
  const service = await ServiceProcess.start({
    DATABASE_URL: database.appUrl,
    SYNC_JWT_SECRET: JWT_SECRET,
    LOG_LEVEL: 'trace',
  });
  const [key, link, jwt] = [await create('service'), await create('link'), await token('org-1', {}, JWT_SECRET)];
  const secrets = {
    ...{ key, link, jwt, secret: JWT_SECRET, password: new URL(database.appUrl).password },
    ...{ unknownKey: 'syk_not-known-here', unknownLink: 'syl_not-known-here', brokenJwt: 'not.a.token-at-all' },
    ...{ basic: 'dXNlcjpub3QtYS10b2tlbg==', consumer: 'cs_of-a-shop' },
  };
  const path = '/api/sync/whoami';
  const paste = (pasted: string) => ({
    method: 'POST',
    body: JSON.stringify({ key: pasted }),
    origin: service.url,
  });
  const signedIn = await followLink(service, link);
  const session = signedIn.cookies[0]?.match(/sync_session=([^;]+)/)?.[1] as string;

  const sendAll = async () => [
    await send(service, path, { 'x-api-key': key }),
    await send(service, path, { authorization: `Bearer ${jwt}` }),
    await send(service, path, { cookie: `sync_session=${session}` }),
    await send(service, path, { 'x-api-key': secrets.unknownKey }),
    await send(service, path, { authorization: `Bearer ${secrets.brokenJwt}` }),
    await send(service, path, { authorization: `Basic ${secrets.basic}` }),
    await send(service, `/sign-in?token=${secrets.unknownLink}`),
    await send(service, `/sign-in?token=${secrets.unknownLink}&token=${link}`),
    await followLink(service, secrets.unknownLink),
    await send(service, '/sign-in', paste(key)),
    await send(service, '/sign-in', paste(secrets.unknownKey)),
    await send(service, '/sign-in', { ...paste(key), body: `{"key": "${key}` }),
    await send(service, `/nowhere/%zz?token=${link}&consumer_secret=${secrets.consumer}`),
    await send(service, `${path}?consumer_key=${secrets.consumer}`, { cookie: `other=1; sync_session=${session}` }),
  ];
  const statuses = async () => (await sendAll()).map(({ status }) => status);
  expect(await statuses()).toEqual([200, 200, 200, 401, 401, 401, 200, 422, 401, 204, 401, 400, 400, 200]);

  // Nor when the database fails under it, with the key among the statement's parameters; first by an error, then as a whole.
  await sql(database.ownerUrl, 'REVOKE EXECUTE ON FUNCTION app.find_key(bytea) FROM sync_app');
  expect((await send(service, path, { 'x-api-key': `${key}2` })).status).toBe(500);
  await database.drop();
  expect((await statuses())[1]).toBeGreaterThanOrEqual(500);

  const { stdout, stderr } = await service.stop();
  // What it did say, so that silence does not pass for discretion.
  for (const said of ['/sign-in?token=[redacted]', 'permission denied for function find_key'])
    expect({ said, times: stdout.split(said).length - 1 }).not.toEqual({ said, times: 0 });
  const logged = Object.entries({ ...secrets, session }).filter(([, secret]) => (stdout + stderr).includes(secret));
  expect(logged).toEqual([]);
});
