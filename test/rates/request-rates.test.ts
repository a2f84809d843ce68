import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

const SECONDS = 5;
let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    SYNC_ORG_REQUESTS_PER_SECOND: '12',
    SYNC_PRINCIPAL_REQUESTS_PER_SECOND: '6',
  });
});
afterAll(() => service.close());

const whoami = async (orgId: string, sub = 'user-1') =>
  send(service, '/api/sync/whoami', { authorization: `Bearer ${await token(orgId, { sub })}` });
const times = async (count: number, ask: () => Promise<{ status: number }>) => {
  const statuses = [];
  for (let n = 0; n < count; n++) statuses.push((await ask()).status);
  return statuses;
};
const count = (statuses: readonly number[], status: number) => statuses.filter((one) => one === status).length;

describe('Who calls too often gets 429 with Retry-After: requests of an organization', () => {
  it('beyond its bucket are 429 with Retry-After, and another organization is never', async () => {
    const noisy = await times(6 * SECONDS + 5, () => whoami('org-noisy'));
    expect(count(noisy, 200)).toBeGreaterThanOrEqual(6 * SECONDS);
    const refused = await whoami('org-noisy');
    expect(refused).toMatchObject({ status: 429, problem: 'too-many-requests' });
    const retryAfter = Number(refused.headers['retry-after']);
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(SECONDS);
    expect(await times(5, () => whoami('org-quiet'))).toEqual([200, 200, 200, 200, 200]);
  });

  it('of one user leave something for the others of the organization', async () => {
    const one = await times(6 * SECONDS + 3, () => whoami('org-shared', 'eager'));
    expect(count(one, 429)).toBeGreaterThan(0);
    expect((await whoami('org-shared', 'patient')).status).toBe(200);
  });

  it('are told how many are left, and of how many', async () => {
    const first = await whoami('org-told');
    expect(first.headers['ratelimit-policy']).toBe('"organization";q=60;w=5, "principal";q=30;w=5');
    expect(first.headers.ratelimit).toMatch(/^"principal";r=29;t=[1-5]$/);
    const second = await whoami('org-told');
    expect(second.headers.ratelimit).toMatch(/^"principal";r=28;t=[1-5]$/);
  });

  it('are counted for the organization that a key of every organization names', async () => {
    const key = await service.createKey({ orgId: null });
    const ask = (orgId: string) => send(service, '/api/sync/whoami', { 'x-api-key': key, 'x-org-id': orgId });
    expect((await ask('org-named')).headers.ratelimit).toMatch(/^"principal";r=29/);
    expect((await ask('a b\u00a0')).status).toBe(400);
  });

  it('refused for their rate had no body read', async () => {
    await times(6 * SECONDS + 3, () => whoami('org-bulky'));
    const authorization = `Bearer ${await token('org-bulky')}`;
    const body = JSON.stringify({ items: [] });
    const refused = await send(service, '/api/sync/progress', { method: 'PATCH', authorization, body });
    expect([refused.status, refused.headers.connection]).toEqual([429, 'close']);
  });

  it('beyond the bucket are answered a little later, so that who asks on at once takes nothing from others', async () => {
    await times(6 * SECONDS + 3, () => whoami('org-eager'));
    const answered: string[] = [];
    const refused = whoami('org-eager').then(() => answered.push('eager'));
    await whoami('org-patient').then(() => answered.push('patient'));
    await refused;
    expect(answered).toEqual(['patient', 'eager']);
  });

  it('with large bodies count as several, and as no more than a bucket holds', async () => {
    const patch = async (orgId: string, bytes: number, headers = {}) =>
      send(service, '/api/sync/progress', {
        method: 'PATCH',
        authorization: `Bearer ${await token(orgId)}`,
        body: JSON.stringify({ items: [], more: 'x'.repeat(bytes) }),
        ...headers,
      });
    expect((await patch('org-large', 200_000)).headers.ratelimit).toMatch(/^"principal";r=26;/);
    expect((await patch('org-huge', 4_000_000)).headers.ratelimit).toMatch(/^"principal";r=0;/);
    expect(await patch('org-huge', 10)).toMatchObject({ status: 429, problem: 'too-many-requests' });
  });
});
