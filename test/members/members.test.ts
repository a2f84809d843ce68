import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ SYNC_ORG_KEYS: '3' });
});
afterAll(() => service.close());

const adminOf = (org: string) => service.request(org, { sub: 'boss', scope: 'sync:admin' });
const whoami = (key: string) => send(service, '/api/sync/whoami', { 'x-api-key': key });
const trail = (org: string) =>
  sql<{ activity_type: string; user_id: string; details: Record<string, unknown> }>(
    service.database.superuserUrl,
    'SELECT activity_type, user_id, details FROM sync_activity_log WHERE org_id = $1 ORDER BY created_at, id',
    [org],
  );

describe('A key that an organization makes', () => {
  it('is shown once, gives its scopes for its time, and ends when it is revoked', async () => {
    const admin = await adminOf('org-1');
    const made = await admin
      .post('/api/sync/keys')
      .send({ name: 'billing', scopes: ['sync:view', 'sync:report'], expires_in_days: 90 });
    expect(made.status).toBe(201);
    const { secret, ...key } = made.body;
    expect(key).toMatchObject({
      name: 'billing',
      user_id: null,
      created_by: 'boss',
      scopes: ['sync:view', 'sync:report'],
      revoked_at: null,
    });
    expect(Math.round((Date.parse(key.expires_at) - Date.parse(key.created_at)) / 86_400_000)).toBe(90);
    expect((await whoami(secret)).body).toMatchObject({
      kind: 'key',
      name: 'billing',
      org_id: 'org-1',
      rights: ['view', 'report'],
    });
    const listed = await admin.get('/api/sync/keys');
    expect(listed.body).toEqual({ items: [key], next_cursor: null });
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect((await admin.delete(`/api/sync/keys/${key.id}`)).status).toBe(204);
    expect((await admin.delete(`/api/sync/keys/${key.id}`)).status).toBe(404);
    await waitFor('the key is refused', async () => (await whoami(secret)).status === 401, { withinMs: 8_000 });
    const entries = await trail('org-1');
    expect(entries.map(({ activity_type, user_id }) => [activity_type, user_id])).toEqual([
      ['key_created', 'boss'],
      ['key_revoked', 'boss'],
    ]);
    expect(entries[0]?.details).toMatchObject({
      id: key.id,
      before: null,
      after: { name: 'billing', scopes: ['sync:view', 'sync:report'] },
    });
    expect(entries[1]?.details).toMatchObject({
      before: { revoked_at: null },
      after: { revoked_at: expect.any(String) },
    });
    expect(JSON.stringify(entries)).not.toMatch(/key_hash|syk_/);
  });

  it('gives no more than who makes it may do', async () => {
    const key = await service.createKey({ orgId: 'org-2', scopes: ['sync:members', 'sync:view'] });
    const make = (scopes: string[]) =>
      send(service, '/api/sync/keys', {
        'x-api-key': key,
        method: 'POST',
        body: JSON.stringify({ name: 'more', scopes }),
      });
    for (const scopes of [['sync:admin'], ['sync:view', 'sync:run'], ['sync:read']])
      expect(await make(scopes)).toMatchObject({ status: 403, problem: 'missing-scope' });
    expect((await make(['sync:view'])).status).toBe(201);
    for (const scopes of [[], ['admin'], ['sync:everything'], 'sync:view'])
      expect((await make(scopes as string[])).status).toBe(422);
  });

  it('counts against a quota; those of another organization do not', async () => {
    const make = async (org: string) =>
      (await (await adminOf(org)).post('/api/sync/keys').send({ name: 'k', scopes: ['sync:view'] })).status;
    expect([await make('org-3'), await make('org-3'), await make('org-3'), await make('org-3')]).toEqual([
      201, 201, 201, 409,
    ]);
    expect(await make('org-4')).toBe(201);
  });

  it('is listed page by page', async () => {
    const admin = await adminOf('org-3');
    const first = await admin.get('/api/sync/keys?limit=2');
    const second = await admin.get(`/api/sync/keys?limit=2&cursor=${first.body.next_cursor}`);
    expect([first.body.items.length, second.body.items.length, second.body.next_cursor]).toEqual([2, 1, null]);
  });

  it('another organization cannot see or revoke', async () => {
    const made = await (await adminOf('org-5')).post('/api/sync/keys').send({ name: 'ours', scopes: ['sync:view'] });
    const other = await adminOf('org-6');
    expect((await other.get('/api/sync/keys')).body.items).toEqual([]);
    expect((await other.delete(`/api/sync/keys/${made.body.id}`)).status).toBe(404);
    expect((await whoami(made.body.secret)).status).toBe(200);
  });

  it('that a command makes is in the trail of its organization, too', async () => {
    await KeyAdmin.with(service.database.ownerUrl, async (keys) => {
      await keys.create({
        kind: 'service',
        orgId: 'org-7',
        name: 'cli',
        userId: null,
        scopes: ['sync:view'],
        ttlSeconds: null,
      });
      await keys.revoke((await keys.list()).find(({ name }) => name === 'cli')?.id as string);
    });
    expect((await trail('org-7')).map(({ activity_type, user_id }) => [activity_type, user_id])).toEqual([
      ['key_created', 'sync_owner'],
      ['key_revoked', 'sync_owner'],
    ]);
  });
});

describe('A member', () => {
  const plant = (org: string, id: string, role: string | null, from = 'organization') =>
    sql(
      service.database.superuserUrl,
      'INSERT INTO auth.users_extended (org_id, id, role, role_from) VALUES ($1, $2, $3, $4)',
      [org, id, role, from],
    );

  it('gets another role, which the trail tells with the one before', async () => {
    await plant('org-11', 'ann', 'viewer');
    const admin = await adminOf('org-11');
    const changed = await admin.patch('/api/sync/members/ann').send({ role: 'operator', sees_payloads: true });
    expect(changed.body).toMatchObject({
      user_id: 'ann',
      role: 'operator',
      sees_payloads: true,
      role_from: 'organization',
    });
    expect((await admin.patch('/api/sync/members/ann').send({ role: 'none' })).body).toMatchObject({
      role: null,
      sees_payloads: true,
    });
    const entries = (await trail('org-11')).filter(({ activity_type }) => activity_type === 'member_changed');
    expect(entries).toMatchObject([
      {
        user_id: 'boss',
        details: {
          id: 'ann',
          before: { role: 'viewer', sees_payloads: false },
          after: { role: 'operator', sees_payloads: true },
        },
      },
      { user_id: 'boss', details: { before: { role: 'operator' }, after: { role: null } } },
    ]);
  });

  it('keeps both of two changes that are made at once', async () => {
    for (let n = 0; n < 5; n++) {
      await plant('org-16', `ann-${n}`, 'viewer');
      const admin = await adminOf('org-16');
      const change = (body: object) => admin.patch(`/api/sync/members/ann-${n}`).send(body);
      await Promise.all([change({ role: 'operator' }), change({ sees_payloads: true })]);
      const { body } = await admin.get('/api/sync/members');
      expect(body.items[n]).toMatchObject({ role: 'operator', sees_payloads: true });
    }
  });

  it('does not change their own role, nor one that the identity provider gives', async () => {
    await plant('org-12', 'boss', 'viewer');
    await plant('org-12', 'bob', 'viewer', 'provider');
    const admin = await adminOf('org-12');
    for (const id of ['boss', 'bob'])
      expect((await admin.patch(`/api/sync/members/${id}`).send({ role: 'admin' })).status).toBe(409);
    expect((await admin.get('/api/sync/members')).body.items.map(({ role }: { role: string }) => role)).toEqual([
      'viewer',
      'viewer',
    ]);
  });

  it('is given no more than who gives it may do', async () => {
    await plant('org-13', 'ann', 'viewer');
    const some = await service.request('org-13', { sub: 'some', scope: 'sync:members sync:operator' });
    expect((await some.patch('/api/sync/members/ann').send({ role: 'admin' })).status).toBe(403);
    expect((await some.patch('/api/sync/members/ann').send({ sees_payloads: true })).status).toBe(403);
    expect((await some.patch('/api/sync/members/ann').send({ role: 'operator' })).status).toBe(200);
  });

  it('of another organization is not seen or changed', async () => {
    await plant('org-14', 'ann', 'viewer');
    const other = await adminOf('org-15');
    expect((await other.get('/api/sync/members')).body.items).toEqual([]);
    expect((await other.patch('/api/sync/members/ann').send({ role: 'admin' })).status).toBe(404);
  });
});

describe('The settings of an organization', () => {
  it('are its own, begin with no limit, and each change is in the trail', async () => {
    const admin = await adminOf('org-21');
    const none = { approval_deletes: null, approval_changes: null, approval_hours: 24 };
    expect((await admin.get('/api/sync/settings')).body).toEqual(none);
    expect((await admin.patch('/api/sync/settings').send({ approval_deletes: 50 })).body).toEqual({
      ...none,
      approval_deletes: 50,
    });
    expect((await admin.patch('/api/sync/settings').send({ approval_deletes: -1, approval_hours: 8 })).body).toEqual({
      ...none,
      approval_hours: 8,
    });
    expect((await admin.patch('/api/sync/settings').send({ approval_deletes: -2 })).status).toBe(422);
    expect((await (await adminOf('org-22')).get('/api/sync/settings')).body).toEqual(none);
    expect((await trail('org-21')).map(({ details }) => details)).toEqual([
      { before: { approval_deletes: null }, after: { approval_deletes: 50 } },
      { before: { approval_deletes: 50, approval_hours: 24 }, after: { approval_deletes: null, approval_hours: 8 } },
    ]);
  });
});
