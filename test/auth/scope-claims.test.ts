import { afterEach, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { claims, sendWithToken } from './auth.support.ts';

const SECRET = new TextEncoder().encode('a-secret-of-at-least-32-characters-for-tests');

let service: TestService;
afterEach(() => service.close());

const signed = (overrides: Record<string, unknown>) =>
  claims({ scope: undefined, ...overrides })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(SECRET);

describe('The scopes of a token', () => {
  it.each<[variable: string, claims: Record<string, unknown>, status: number]>([
    ['', { scope: 'sync:write' }, 200],
    ['', { scp: 'sync:write' }, 403],
    ['scp', { scp: 'openid sync:write' }, 200],
    ['scp', { scp: ['openid', 'sync:write'] }, 200],
    ['scp', { scope: 'sync:write' }, 403],
    ['roles', { roles: ['sync:admin'] }, 200],
    ['scp,roles', { roles: ['sync:write'] }, 200],
    ['scp,roles', { scp: 'sync:write' }, 200],
    ['scp,roles', { scp: 'openid', roles: ['other'] }, 403],
    ['realm_access.roles', { realm_access: { roles: ['sync:write'] } }, 200],
    ['https://a.example/roles', { 'https://a.example/roles': ['sync:write'] }, 200],
    ['constructor.name', {}, 403],
    ['scp', { scp: 5 }, 403],
    ['scp', { scp: null }, 403],
    ['scp', { scp: { 'sync:write': true } }, 403],
  ])('are read from the claims that SYNC_JWT_SCOPE_CLAIM=%s names: %j', async (variable, given, status) => {
    service = await startTestService({ SYNC_JWT_SCOPE_CLAIM: variable });
    expect((await sendWithToken(service, await signed(given))).status).toBe(status);
  });
});

it('A token over 16 KiB gets a problem that says so', async () => {
  service = await startTestService();
  const token = await signed({ scope: 'sync:read', groups: 'g'.repeat(17 * 1024) });
  for (const path of ['/api/sync/whoami', '/api/sync/progress']) {
    const refused = await send(service, path, { authorization: `Bearer ${token}` });
    expect(refused).toMatchObject({ status: 431, problem: 'headers-too-large' });
    expect(refused.detail).toMatch(/token in Authorization is too long/);
  }
});
