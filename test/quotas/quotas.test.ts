import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    ...{ SYNC_ORG_ACTIVE_SYNCS: '3', SYNC_ORG_CONNECTIONS: '10', SYNC_ORG_STREAMS: '10', SYNC_ORG_PREVIEW_MIB: '1' },
  });
});
afterAll(() => service.close());

const call = async (orgId: string, method: string, path: string, body?: object) =>
  send(service, `/api/sync${path}`, {
    method,
    authorization: `Bearer ${await token(orgId, { scope: 'sync:admin' })}`,
    ...(body && { body: JSON.stringify(body) }),
  });
const start = (orgId: string) =>
  call(orgId, 'POST', '/progress', { entity_type: 'customer', source_system: 'shop', total_items: 9 });
const connect = (orgId: string) =>
  call(orgId, 'POST', '/connections', {
    ...{ name: randomUUID(), system: 'woocommerce', base_url: 'https://shop.example' },
    credentials: { consumer_key: 'ck_1234567890', consumer_secret: 'cs_1234567890' },
  });
const store = (orgId: string, sync_type: string, size: number) =>
  call(orgId, 'PUT', '/previews', { sync_type, delta_data: { text: randomUUID().repeat(size / 36) } });
const usage = async (orgId: string) => {
  const { body } = await call(orgId, 'GET', '/usage');
  return Object.fromEntries(body.items.map((item: { name: string; used: number }) => [item.name, item.used]));
};

describe('An organization that has as many as it may have', () => {
  it.each([
    ['active syncs', start, 3],
    ['connections', connect, 10],
  ])('of %s gets a problem that says so; another does not', async (what, add, limit) => {
    const orgId = `org-${what.replace(' ', '-')}`;
    for (let n = 0; n < limit; n++) expect((await add(orgId)).status).toBe(201);
    const refused = await add(orgId);
    expect(refused).toMatchObject({ status: 409, problem: 'quota-exceeded' });
    expect(refused.detail).toBe(`Your organization may have ${limit} ${what}.`);
    expect((await add(`${orgId}-2`)).status).toBe(201);
  });

  it('may start again when one has ended, within the seconds for which a count is believed', async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push((await start('org-again')).body.sync_id);
    expect((await start('org-again')).status).toBe(409);
    expect((await call('org-again', 'POST', `/progress/${ids[0]}/complete`)).status).toBe(200);
    expect(await usage('org-again')).toMatchObject({ active_syncs: 2 });
    expect((await start('org-again')).status).toBe(201);
  });

  it('stores no preview above its megabytes', async () => {
    for (const type of ['a', 'b', 'c', 'd', 'e']) expect((await store('org-previews', type, 200_000)).status).toBe(200);
    expect(await store('org-previews', 'f', 200_000)).toMatchObject({ status: 409, problem: 'quota-exceeded' });
  });

  it('opens no more streams; one that is closed makes room', async () => {
    const authorization = `Bearer ${await token('org-streams')}`;
    const open = async () => {
      const end = new AbortController();
      const response = await fetch(`${service.url}/api/sync/progress/stream`, {
        headers: { authorization },
        signal: end.signal,
      });
      return { status: response.status, end };
    };
    const streams = await Promise.all(Array.from({ length: 10 }, open));
    expect(streams.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const { status } = await open();
    expect(status).toBe(409);
    expect(await usage('org-streams')).toMatchObject({ streams: 10 });
    streams[0]?.end.abort();
    await expect.poll(() => usage('org-streams')).toMatchObject({ streams: 9 });
    const again = await open();
    expect(again.status).toBe(200);
    for (const { end } of [...streams, again]) end.abort();
  });
});

describe('GET /usage', () => {
  it('says what is used of what, of the own organization only', async () => {
    await start('org-used');
    const { body, status } = await call('org-used', 'GET', '/usage');
    expect(status).toBe(200);
    expect(body.items).toContainEqual({ name: 'active_syncs', used: 1, limit: 3 });
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual([
      ...[
        'active_syncs',
        'connections',
        'schedules',
        'webhook_endpoints',
        'alert_rules',
        'keys',
        'members',
        'erasures',
        'preview_bytes',
        'checkpoint_bytes',
        'records',
        'found_bytes',
        'change_bytes',
        'item_bytes',
        'streams',
      ],
    ]);
    expect(await usage('org-nobody')).toEqual({
      ...{
        active_syncs: 0,
        connections: 0,
        schedules: 0,
        webhook_endpoints: 0,
        alert_rules: 0,
        keys: 0,
        members: 0,
        erasures: 0,
        preview_bytes: 0,
        checkpoint_bytes: 0,
        records: 0,
        found_bytes: 0,
        change_bytes: 0,
        item_bytes: 0,
        streams: 0,
      },
    });
  });

  it('counts keys, those that were revoked included, and members', async () => {
    const made = await call('org-keys', 'POST', '/keys', { name: 'billing', scopes: ['sync:read'] });
    expect(made.status).toBe(201);
    await call('org-keys', 'POST', '/keys', { name: 'reports', scopes: ['sync:read'] });
    expect((await call('org-keys', 'DELETE', `/keys/${made.body.id}`)).status).toBe(204);
    await sql(
      service.database.superuserUrl,
      `INSERT INTO auth.users_extended (org_id, id) VALUES ('org-keys', 'maria'), ('org-keys-2', 'jan')`,
    );
    expect(await usage('org-keys')).toMatchObject({ keys: 2, members: 1 });
    expect(await usage('org-keys-2')).toMatchObject({ keys: 0, members: 1 });
  });

  it('counts what plain SQL has stored, too', async () => {
    await sql(
      service.database.superuserUrl,
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, checkpoint)
       VALUES ('org-sql', 'a', 'customer', 'shop', '{"page": 1}')`,
    );
    expect(await usage('org-sql')).toMatchObject({ active_syncs: 1, checkpoint_bytes: expect.any(Number) });
  });
});

describe('A checkpoint', () => {
  it('has at most 64 KiB', async () => {
    const { body } = await start('org-checkpoint');
    const refused = await call('org-checkpoint', 'PATCH', '/progress', {
      items: [{ sync_id: body.sync_id, checkpoint: { at: 'x'.repeat(65_536) } }],
    });
    expect(refused.body.items[0]).toMatchObject({ status: 422, problem: { errors: [{ pointer: '#/checkpoint' }] } });
  });
});
