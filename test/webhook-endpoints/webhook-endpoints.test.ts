import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CredentialCipher } from '../../src/connectors/credentials/credential.encryption.ts';
import { rotateSecrets } from '../../src/connectors/credentials/credential.rotation.ts';
import { DeliveryWorker } from '../../src/webhook-endpoints/delivery.worker.ts';
import { ENDPOINT_SECRETS } from '../../src/webhook-endpoints/endpoint.sql.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, TEST_ENCRYPTION_KEY, type TestService, token } from '../support/test-service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ SYNC_ORG_WEBHOOK_ENDPOINTS: '3' });
});
afterAll(() => service.close());

const HOOK = { url: 'https://hooks.example.com/a', events: ['sync.*'] };
const call = async (org: string, method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  send(service, `/api/sync/webhook-endpoints${path}`, {
    ...{ method, authorization: `Bearer ${await token(org, { scope: 'sync:admin' })}`, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });

describe('A webhook endpoint', () => {
  it('is added with a secret that is shown once, listed, changed and removed, each with an entry in the trail', async () => {
    const org = 'org-hooks';
    const made = await call(org, 'POST', '', { ...HOOK, description: 'desk' });
    expect(made.body).toMatchObject({
      ...HOOK,
      enabled: true,
      format: 'standard',
      secret: expect.stringMatching(/^whsec_.{44}$/),
    });
    const { secret: _, ...shown } = made.body;
    const path = `/${shown.id}`;
    expect((await call(org, 'GET', path)).body).toEqual(shown);
    expect((await call(org, 'GET', '')).body).toEqual({ items: [shown], next_cursor: null });
    const changed = await call(org, 'PATCH', path, { events: ['item.failed'], enabled: false });
    expect(changed.body).toMatchObject({ url: HOOK.url, description: 'desk', events: ['item.failed'], enabled: false });
    expect((await call(org, 'DELETE', path)).status).toBe(204);
    expect((await call(org, 'GET', path)).status).toBe(404);
    const rows = await sql<{ activity_type: string; text: string }>(
      service.database.superuserUrl,
      'SELECT activity_type, details::text AS text FROM sync_activity_log WHERE org_id = $1 ORDER BY created_at',
      [org],
    );
    expect(rows.map(({ activity_type }) => activity_type.replace('webhook_endpoint_', ''))).toEqual([
      'created',
      'changed',
      'removed',
    ]);
    // The path of an address may be a secret.
    expect(rows.map(({ text }) => text).join()).not.toContain('/a"');
  });

  it('answers a repeated request with the same secret, which is stored nowhere as plain text', async () => {
    const org = 'org-repeated';
    const headers = { 'idempotency-key': 'one' };
    const [first, again] = [await call(org, 'POST', '', HOOK, headers), await call(org, 'POST', '', HOOK, headers)];
    expect(again.body).toEqual(first.body);
    const [row] = await sql<{ text: string }>(
      service.database.superuserUrl,
      `SELECT (SELECT string_agg(to_jsonb(e)::text, '') FROM sync_webhook_endpoints e)
           || (SELECT string_agg(to_jsonb(k)::text, '') FROM idempotency_keys k) AS text`,
    );
    expect(row?.text).not.toContain(first.body.secret.slice('whsec_'.length));
  });

  it('keeps its secret when the encryption key is rotated', async () => {
    const newest = { id: 'newest', key: Buffer.alloc(32, 9).toString('base64') };
    const made = await call('org-rotated', 'POST', '', HOOK);
    const cipher = new CredentialCipher([newest, TEST_ENCRYPTION_KEY]);
    expect((await rotateSecrets(service.database.ownerUrl, cipher, ENDPOINT_SECRETS)).unreadable).toEqual([]);
    const [row] = await sql<{ secret: Buffer; secret_key_id: string }>(
      service.database.superuserUrl,
      'SELECT secret, secret_key_id FROM sync_webhook_endpoints WHERE id = $1',
      [made.body.id],
    );
    const place = { orgId: 'org-rotated', connectionId: made.body.id, purpose: 'endpoint_secret' as const };
    const sealed = { keyId: row?.secret_key_id as string, box: row?.secret as Buffer };
    expect(new CredentialCipher([newest]).open(sealed, place)).toBe(made.body.secret);
  });

  it.each([
    ['http://hooks.example.com/', /not https/],
    ['https://127.0.0.1/', /not on the public internet/],
    ['https://[::ffff:169.254.169.254]/', /not on the public internet/],
    ['https://user:password@hooks.example.com/', /credentials/],
    ['hooks', /not a URL/],
  ])('is not added for %s', async (url, detail) => {
    const refused = await call('org-addresses', 'POST', '', { ...HOOK, url });
    expect(refused).toMatchObject({ status: 422, problem: 'invalid-request' });
    expect(refused.body.errors).toEqual([{ pointer: '#/url', detail: expect.stringMatching(detail) }]);
  });

  it('whose name leads to a private address is not called', async () => {
    const org = 'org-private-name';
    const { body } = await call(org, 'POST', '', { ...HOOK, url: 'https://localhost:1/' });
    await call(org, 'POST', `/${body.id}/test`);
    const worker = service.app.get(DeliveryWorker);
    await worker.wake();
    await worker.settled();
    const [delivery] = (await call(org, 'GET', `/${body.id}/deliveries`)).body.items;
    expect(delivery).toMatchObject({
      attempts: 1,
      response_status: null,
      error_message: expect.stringMatching(/public internet/),
    });
  });

  it.each([
    [{ events: [] }, '#/events'],
    [{ events: ['nothing'] }, '#/events'],
    [{ events: ['*', '*'] }, '#/events'],
    [{ format: 'xml' }, '#/format'],
  ])('with %j is refused', async (wrong, pointer) => {
    const { status, body } = await call('org-wrong', 'POST', '', { ...HOOK, ...wrong });
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
  });

  it('is one of a limited number', async () => {
    for (let n = 0; n < 3; n += 1) expect((await call('org-many', 'POST', '', HOOK)).status).toBe(201);
    expect(await call('org-many', 'POST', '', HOOK)).toMatchObject({ status: 409, problem: 'quota-exceeded' });
  });
});
