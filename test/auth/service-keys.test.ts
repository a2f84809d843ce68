import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

let service: TestService;
let ofOne: string;
let ofAll: string;

beforeAll(async () => {
  service = await startTestService();
  ofOne = await service.createKey({ orgId: 'org-1', name: 'billing' });
  ofAll = await service.createKey({ orgId: null, name: 'platform' });
});
afterAll(() => service.close());

const whoami = (key: string, headers: Record<string, string> = {}, query = '') =>
  send(service, `/api/sync/whoami${query}`, { 'x-api-key': key, ...headers });

describe('a service key', () => {
  it('is its name in its organization', async () => {
    expect(await whoami(ofOne)).toMatchObject({
      status: 200,
      body: { kind: 'key', name: 'billing', user_id: null, org_id: 'org-1', scopes: ['sync:read', 'sync:write'] },
    });
  });

  it.each(['', 'syk_unknown', 'x'.repeat(5000)])('that nobody made lets nobody in: %#', async (key) => {
    expect(await whoami(key)).toMatchObject({ status: 401, problem: 'unauthenticated' });
  });

  it('that was revoked is refused within five seconds, however often it is used meanwhile', async () => {
    const key = await service.createKey({ orgId: 'org-1', name: 'to-revoke' });
    expect((await whoami(key)).status).toBe(200);
    const revokedAt = await KeyAdmin.with(service.database.ownerUrl, async (keys) => {
      const made = (await keys.list()).find(({ name }) => name === 'to-revoke');
      expect(await keys.revoke(made?.id as string)).toBe(true);
      return Date.now();
    });
    await waitFor('the key is refused', async () => (await whoami(key)).status === 401, { withinMs: 8_000 });
    expect(Date.now() - revokedAt).toBeLessThan(6_000);
  });

  it('ends by itself when its time is over, also when it was used a moment before', async () => {
    const key = await service.createKey({ orgId: 'org-1', ttlSeconds: 1 });
    expect((await whoami(key)).status).toBe(200);
    await waitFor('the key is refused', async () => (await whoami(key)).status === 401, { withinMs: 2_500 });
  });

  it('may not do what its scope does not say', async () => {
    const key = await service.createKey({ orgId: 'org-1', scopes: ['sync:read'] });
    const start = { method: 'POST', body: JSON.stringify({ entity_type: 'customer', source_system: 'shop' }) };
    expect((await whoami(key)).status).toBe(200);
    expect(await send(service, '/api/sync/progress', { 'x-api-key': key, ...start })).toMatchObject({
      status: 403,
      problem: 'missing-scope',
    });
  });

  it('is stored as a hash only', async () => {
    const rows = await sql(service.database.superuserUrl, 'SELECT k.*, k::text AS whole FROM auth.api_keys k');
    expect(rows.length).toBeGreaterThanOrEqual(2);
    const stored = JSON.stringify(rows);
    for (const secret of [ofOne, ofAll]) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(secret.slice(4));
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });
});

describe('the organization of a request', () => {
  type Case = [what: string, key: () => string, header: string | undefined, query: string, expected: object];
  const org = (org_id: string) => ({ status: 200, body: expect.objectContaining({ org_id, database_org_id: org_id }) });
  const refused = (status: number, problem: string) => ({ status, problem });
  const one = () => ofOne;
  const all = () => ofAll;

  it.each<Case>([
    ['is the one of the key', one, undefined, '', org('org-1')],
    ['may be said again', one, 'org-1', '?orgId=org-1', org('org-1')],
    ['is no other by header', one, 'org-2', '', refused(403, 'other-organization')],
    ['is no other by query', one, undefined, '?orgId=org-2', refused(403, 'other-organization')],
    ['is no other beside the right one', one, 'org-1', '?orgId=org-2', refused(403, 'other-organization')],
    ['is named in X-Org-Id with a key of every organization', all, 'org-2', '', org('org-2')],
    ['or in orgId', all, undefined, '?orgId=org-3', org('org-3')],
    ['or in both when they agree', all, 'org-2', '?orgId=org-2', org('org-2')],
    ['is not two', all, 'org-2', '?orgId=org-3', refused(403, 'other-organization')],
    ['is not none', all, undefined, '', refused(400, 'organization-required')],
    ['is not empty', all, undefined, '?orgId=', refused(400, 'malformed-request')],
    ['is not a list', all, undefined, '?orgId=org-1&orgId=org-1', refused(400, 'malformed-request')],
  ])('%s', async (_what, key, header, query, expected) => {
    expect(await whoami(key(), header === undefined ? {} : { 'x-org-id': header }, query)).toMatchObject(expected);
  });
});

describe('acting for another user', () => {
  const start = (headers: Record<string, string>, initiated_by?: string) =>
    send(service, '/api/sync/progress', {
      ...headers,
      method: 'POST',
      body: JSON.stringify({ entity_type: 'customer', source_system: 'shop', initiated_by }),
    });

  it('is for service keys, also those of a user', async () => {
    const ofUser = await service.createKey({ orgId: 'org-1', name: 'cli', userId: 'user-3' });
    expect((await start({ 'x-api-key': ofOne }, 'user-7')).body.initiated_by).toBe('user-7');
    expect((await start({ 'x-api-key': ofOne })).body.initiated_by).toBe('billing');
    expect((await start({ 'x-api-key': ofUser })).body.initiated_by).toBe('user-3');
  });

  it('is not for people', async () => {
    const authorization = `Bearer ${await token('org-1', { sub: 'user-1' })}`;
    expect((await start({ authorization }, 'user-1')).body.initiated_by).toBe('user-1');
    const response = await start({ authorization }, 'user-7');
    expect(response).toMatchObject({ status: 422, problem: 'invalid-request' });
    expect(response.body.errors).toEqual([expect.objectContaining({ pointer: '#/initiated_by' })]);
  });
});
