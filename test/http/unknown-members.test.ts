import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

let service: TestService;
let authorization: string;
beforeAll(async () => {
  service = await startTestService();
  authorization = `Bearer ${await token('org-1', { scope: 'sync:admin' })}`;
});
afterAll(() => service.close());

const members = (count: number, name = 'k') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, 1]));
const post = (path: string, body: object, method = 'POST') =>
  send(service, path, { method, authorization, 'sec-fetch-site': 'same-origin', body: JSON.stringify(body) });

describe('A body of unknown members costs no more than its length: members that an operation does not know', () => {
  it.each([
    ['POST', '/api/sync/progress', 4_000],
    ['POST', '/api/sync/runs', 4_000],
    ['POST', '/api/sync/connections', 4_000],
    ['POST', '/api/sync/activity', 40_000],
    ['PUT', '/api/sync/previews', 40_000],
    ['PATCH', '/api/sync/progress', 40_000],
    ['POST', '/sign-in', 300],
  ])('of %s %s: twenty are named and the rest is a number', async (method, path, count) => {
    const refused = await post(path, members(count), method);
    expect(refused).toMatchObject({ status: 422, problem: 'invalid-request' });
    expect(refused.body.errors).toHaveLength(21);
    expect(refused.body.errors[0]).toEqual({ pointer: '#/k0', detail: 'is not a known field' });
    expect(refused.body.errors[20]).toEqual({ detail: `and ${count - 20} more` });
    expect(refused.text.length).toBeLessThan(8 * 1024);
  });

  it('of a nested object are named by their pointer', async () => {
    const refused = await post('/api/sync/runs', { override_guard: { reason: 'why', 'a/b': 1, ...members(30) } });
    expect(refused.body.errors[0]).toEqual({ pointer: '#/override_guard/a~1b', detail: 'is not a known field' });
    expect(refused.body.errors.at(-1)).toEqual({ detail: 'and 11 more' });
  });

  it('with very long names are cut', async () => {
    const refused = await post('/api/sync/activity', members(1_000, 'x'.repeat(5_000)));
    expect(refused.text.length).toBeLessThan(16 * 1024);
  });

  it('of a query are named, too', async () => {
    const query = new URLSearchParams(Object.entries(members(30)).map(([name, value]) => [name, String(value)]));
    const refused = await send(service, `/api/sync/progress?${query}`, { authorization });
    expect(refused.body.errors[0]).toEqual({ parameter: 'k0', detail: 'is not a known parameter' });
    expect(refused.body.errors.at(-1)).toEqual({ detail: 'and 10 more' });
  });

  // Parsing and comparing them blocks everybody, so there is an end to their number.
  it.each([
    ['unknown members', (count: number) => members(count)],
    ['members of free JSON', (count: number) => ({ activity_type: 'a', status: 'failed', details: members(count) })],
  ])('are at most 50,000 an object: %s', async (_, body) => {
    expect((await post('/api/sync/activity', body(50_001))).problem).toBe('malformed-request');
    expect((await post('/api/sync/activity', body(49_999))).problem).not.toBe('malformed-request');
  });
});

describe('Answers with personal data are not kept by caches: every response of the API', () => {
  it.each([
    ['/api/sync/whoami', 200],
    ['/api/sync/progress', 200],
    ['/api/sync/activity', 200],
    ['/api/sync/connections', 200],
    ['/api/sync/runs', 200],
    ['/api/sync/nowhere', 404],
    ['/api/sync/progress/none', 404],
    ['/api/sync/progress?limit=x', 422],
  ])('is kept by no cache: %s', async (path, status) => {
    const response = await send(service, path, { authorization });
    expect([response.status, response.headers['cache-control']]).toEqual([status, 'no-store']);
  });

  it('of a preview may be kept by the browser that asked, which must ask again', async () => {
    const stored = await post('/api/sync/previews', { sync_type: 'odoo', delta_data: {} }, 'PUT');
    const preview = await send(service, `/api/sync/previews/${stored.body.cache_key}`, { authorization });
    expect([preview.status, preview.headers['cache-control']]).toEqual([200, 'private, no-cache']);
  });
});

describe('A claim that is too long is a bad token, not a 500: a claim', () => {
  it.each<[string, { orgId?: string; sub?: string }]>([
    ['org_id', { orgId: 'o'.repeat(3_000) }],
    ['sub', { sub: 'f'.repeat(5_000) }],
    ['org_id', { orgId: 'org-b\n' }],
    ['org_id', { orgId: ' org-b' }],
    ['org_id', { orgId: 'org-b\0' }],
    ['org_id', { orgId: 'org-b\ud800' }],
    ['org_id', { orgId: 'ｏｒｇ-b' }],
    ['sub', { sub: 'user\u200b' }],
  ])('%s that is no id is 401 and named: %j', async (claim, { orgId = 'org-b', sub }) => {
    const wrong = `Bearer ${await token(orgId, sub ? { sub } : {})}`;
    for (const [method, path] of [
      ['GET', '/api/sync/whoami'],
      ['POST', '/api/sync/progress'],
      ['POST', '/api/sync/activity'],
    ] as const) {
      const body: Record<string, string> = method === 'POST' ? { body: '{}' } : {};
      const refused = await send(service, path, { method, authorization: wrong, ...body });
      expect(refused).toMatchObject({ status: 401, problem: 'unauthenticated' });
      expect(refused.detail).toMatch(
        new RegExp(`"${claim}" must (be text of 1 to 200|have neither|neither begin|be in)`),
      );
    }
  });
});
