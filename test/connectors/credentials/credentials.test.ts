import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureRememberedKeys, rememberedKeys } from '../../../src/config/encryption.keys.ts';
import { CredentialCipher } from '../../../src/connectors/credentials/credential.encryption.ts';
import { rotateSecrets } from '../../../src/connectors/credentials/credential.rotation.ts';
import { CONNECTION_SECRETS } from '../../../src/connectors/credentials/credential.sql.ts';
import { send } from '../../support/send.ts';
import { cleanUp, newFolder, ServiceProcess } from '../../support/service-process.ts';
import { sql } from '../../support/test-database.ts';
import { startTestService, TEST_ENCRYPTION_KEY, type TestService } from '../../support/test-service.ts';

const PATH = '/api/sync/connections';
const CREDENTIALS = { consumer_key: 'ck_that-nobody-may-see', consumer_secret: 'cs_that-nobody-may-see' };
const WEBHOOK_SECRET = 'webhook-secret-that-nobody-may-see';
const SECRETS = [...Object.values(CREDENTIALS), WEBHOOK_SECRET];
const NEW_KEY = { id: 'new', key: Buffer.alloc(32, 9).toString('base64') };
const named = ({ id, key }: { id: string; key: string }) => `${id}:${key}`;

let service: TestService;
let apiKey: string;

beforeAll(async () => {
  service = await startTestService();
  apiKey = await service.createKey({ scopes: ['sync:admin'] });
});
afterAll(async () => {
  await cleanUp();
  await service.close();
});

type Reached = Pick<TestService, 'url'>;
const request = (to: Reached, orgId: string, method: string, path: string, body?: unknown) =>
  send(to, path, {
    ...{ method, 'x-api-key': apiKey, 'x-org-id': orgId },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function create(to: Reached, orgId: string, name: string): Promise<string> {
  const body = { name, system: 'woocommerce', base_url: 'https://shop.example.com', credentials: CREDENTIALS };
  const response = await request(to, orgId, 'POST', PATH, { ...body, webhook_secret: WEBHOOK_SECRET });
  expect(response).toMatchObject({ status: 201 });
  return response.body.id as string;
}

const keyIds = async () =>
  (
    await sql<{ ids: string }>(
      service.database.superuserUrl,
      `SELECT DISTINCT credentials_key_id || ' ' || webhook_secret_key_id AS ids FROM sync_connections WHERE removed_at IS NULL`,
    )
  ).map(({ ids }) => ids);

describe('secrets', () => {
  it('are nowhere in the database in plain text', async () => {
    const id = await create(service, 'org-s', 'one');
    await request(service, 'org-s', 'PATCH', `${PATH}/${id}`, { credentials: CREDENTIALS });
    const tables = await sql<{ name: string }>(
      service.database.superuserUrl,
      "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('public', 'auth', 'app', 'pgboss')",
    );
    const all = tables.map(({ name }) => `SELECT t::text AS text FROM ${name} t`).join(' UNION ALL ');
    const rows = await sql<{ text: string }>(service.database.superuserUrl, all);
    expect(rows.some(({ text }) => text.includes(id))).toBe(true);
    const forms = SECRETS.flatMap((secret) => [secret, Buffer.from(secret).toString('hex')]);
    expect(forms.filter((secret) => rows.some(({ text }) => text.includes(secret)))).toEqual([]);
  });

  it('are not logged at any level, nor said, whatever becomes of the request', async () => {
    const logging = await ServiceProcess.start({
      ...{
        DATABASE_URL: service.database.appUrl,
        LOG_LEVEL: 'trace',
        SYNC_ENCRYPTION_KEYS: named(TEST_ENCRYPTION_KEY),
      },
      SYNC_WORKER: 'off',
    });
    const id = await create(logging, 'org-l', 'logged');
    const body = { name: 'logged', system: 'woocommerce', base_url: 'https://x.example', credentials: CREDENTIALS };
    const wrong = { ...body, credentials: { ...CREDENTIALS, [CREDENTIALS.consumer_key]: CREDENTIALS.consumer_secret } };
    const responses = [
      await request(logging, 'org-l', 'POST', PATH, body),
      await request(logging, 'org-l', 'POST', PATH, { ...body, credentials: Object.values(CREDENTIALS) }),
      await request(logging, 'org-l', 'POST', PATH, { ...body, settings: { page: CREDENTIALS } }),
      await request(logging, 'org-l', 'POST', PATH, { ...body, base_url: `https://x.example/?k=${WEBHOOK_SECRET}` }),
      await request(logging, 'org-l', 'GET', `${PATH}/${id}`),
    ];
    const statuses = responses.map(({ status }) => status);
    // Then the database fails under it, with the row in its own words.
    await sql(service.database.ownerUrl, 'ALTER TABLE sync_connections ADD CONSTRAINT never CHECK (false) NOT VALID');
    responses.push(await request(logging, 'org-l', 'POST', PATH, { ...body, name: 'another' }));
    await sql(service.database.ownerUrl, 'ALTER TABLE sync_connections DROP CONSTRAINT never');
    await sql(service.database.ownerUrl, 'REVOKE INSERT ON sync_connections FROM sync_app');
    responses.push(await request(logging, 'org-l', 'POST', PATH, { ...body, name: 'another' }));
    await sql(service.database.ownerUrl, 'GRANT INSERT ON sync_connections TO sync_app');
    // What stands behind the address of a shop is cut off, so that the fourth is the first again.
    expect([statuses, responses.at(-1)?.status]).toEqual([[409, 422, 422, 409, 200], 500]);
    // Named by its own mistake: a member called as the secret is; the pointer says which, to the caller alone.
    await request(logging, 'org-l', 'POST', PATH, wrong);

    const { stdout, stderr } = await logging.stop();
    expect(stdout).toContain('permission denied for table sync_connections');
    const said = stdout + stderr + JSON.stringify(responses);
    expect(SECRETS.filter((secret) => said.includes(secret))).toEqual([]);
  });
});

describe('without the key', () => {
  it('nothing is stored, and the response says what to set', async () => {
    const keyless = await ServiceProcess.start({ DATABASE_URL: service.database.appUrl, SYNC_WORKER: 'off' });
    const body = { name: 'x', system: 'woocommerce', base_url: 'https://shop.example.com', credentials: CREDENTIALS };
    const refused = await request(keyless, 'org-k', 'POST', PATH, body);
    expect(refused).toMatchObject({ status: 503, problem: 'encryption-not-configured' });
    expect(refused.detail).toMatch(/SYNC_ENCRYPTION_KEYS/);
    expect((await request(keyless, 'org-k', 'GET', PATH)).body.items).toEqual([]);
    // One that was stored under a key which this service lacks.
    const id = await create(service, 'org-k', 'x');
    const check = await request(keyless, 'org-k', 'POST', `${PATH}/${id}/check`);
    expect(check).toMatchObject({ problem: 'encryption-not-configured', detail: expect.stringMatching(/"test"/) });
    expect((await request(keyless, 'org-k', 'PATCH', `${PATH}/${id}`, { name: 'y' })).status).toBe(200);
    await keyless.stop();
  });
});

describe('npm run credentials:rotate', () => {
  const rotate = (...keys: string[]) =>
    ServiceProcess.command('rotate-credentials', [], {
      MIGRATION_DATABASE_URL: service.database.ownerUrl,
      ...(keys.length > 0 && { SYNC_ENCRYPTION_KEYS: keys.join(',') }),
    });

  it('encrypts every organization’s connections with the newest key, in batches, once', async () => {
    for (const orgId of ['org-r1', 'org-r2']) for (const name of ['a', 'b', 'c']) await create(service, orgId, name);
    const [{ n: all } = { n: 0 }] = await sql<{ n: number }>(
      service.database.superuserUrl,
      'SELECT count(*)::int AS n FROM sync_connections WHERE removed_at IS NULL',
    );
    const cipher = new CredentialCipher([NEW_KEY, TEST_ENCRYPTION_KEY]);
    const before = await sql(service.database.superuserUrl, 'SELECT id, updated_at FROM sync_connections ORDER BY id');
    expect(await rotateSecrets(service.database.ownerUrl, cipher, CONNECTION_SECRETS, 2)).toEqual({
      changed: all,
      unreadable: [],
    });
    expect(await keyIds()).toEqual(['new new']);
    expect(await rotateSecrets(service.database.ownerUrl, cipher, CONNECTION_SECRETS, 2)).toEqual({
      changed: 0,
      unreadable: [],
    });
    expect(await sql(service.database.superuserUrl, 'SELECT id, updated_at FROM sync_connections ORDER BY id')).toEqual(
      before,
    );
    const [row] = await sql<{ id: string; org_id: string; credentials: Buffer }>(
      service.database.superuserUrl,
      "SELECT id, org_id, credentials FROM sync_connections WHERE org_id = 'org-r2' LIMIT 1",
    );
    const place = { orgId: 'org-r2', connectionId: row?.id as string, purpose: 'credentials' as const };
    const sealed = { keyId: 'new', box: row?.credentials as Buffer };
    expect(JSON.parse(new CredentialCipher([NEW_KEY]).open(sealed, place))).toEqual(CREDENTIALS);
  });

  it('prints how many, names those that no key opens, and says what to set', async () => {
    await create(service, 'org-r3', 'fresh');
    const back = await rotate(named({ ...NEW_KEY, id: 'newest' }), named(NEW_KEY));
    expect(back).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^\d+ connections .* key newest\.\n0 webhook endpoints /),
    });
    expect(back.stderr).toMatch(/^The connection [0-9a-f-]{36} of the organization org-r3 was not changed\. .*"test"/);
    expect((await keyIds()).sort()).toEqual(['newest newest', 'test test']);
    const rest = await rotate(named({ ...NEW_KEY, id: 'newest' }), named(TEST_ENCRYPTION_KEY));
    expect(rest).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 connections are now encrypted with the key newest\.\n/),
    });
    const none = await rotate();
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/^SYNC_ENCRYPTION_KEYS must be set/) });
  });
});

describe('the key of the embedded database', () => {
  it('is made once, for the owner of the folder alone, and one that is spoilt is named', () => {
    const folder = newFolder();
    expect(rememberedKeys(folder)).toEqual([]);
    const keys = ensureRememberedKeys(folder);
    expect(keys).toEqual([{ id: expect.stringMatching(/^local-[0-9a-f]{8}$/), key: expect.stringMatching(/=$/) }]);
    expect([ensureRememberedKeys(folder), rememberedKeys(folder)]).toEqual([keys, keys]);
    const file = join(folder, 'encryption-key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(`${keys.map(named)}\n`);
    writeFileSync(file, 'spoilt');
    expect(() => ensureRememberedKeys(folder)).toThrow(/encryption-key does not hold a key/);
    rmSync(file);
    expect(ensureRememberedKeys(folder)).not.toEqual(keys);
  });

  it('lets connections be made without any variable, and still opens them when one is set', async () => {
    const folder = newFolder();
    const variables = { SYNC_DATA_DIR: folder, SYNC_DEV_API_KEY: 'a-key-for-tests-only', SYNC_WORKER: 'off' };
    const as = (to: Reached, path: string, body?: object) =>
      send(to, path, {
        ...{ method: 'POST', 'x-api-key': variables.SYNC_DEV_API_KEY, 'x-org-id': 'org-1' },
        ...(body && { body: JSON.stringify(body) }),
      });
    const first = await ServiceProcess.start({ ...variables, SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' });
    const body = { name: 'x', system: 'woocommerce', base_url: 'https://127.0.0.1:9', credentials: CREDENTIALS };
    const { id } = (await as(first, PATH, body)).body;
    await first.stop();
    const second = await ServiceProcess.start({ ...variables, SYNC_ENCRYPTION_KEYS: named(NEW_KEY) });
    // It got as far as the address, which this service does not call: the secrets were opened.
    const { body: outcome } = await as(second, `${PATH}/${id}/check`);
    expect(outcome).toMatchObject({ ok: false, error: { kind: 'address-refused' } });
    await second.stop();
  });
});
