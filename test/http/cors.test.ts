import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

const ORIGIN = 'https://app.example';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ SYNC_CORS_ORIGINS: `${ORIGIN},http://localhost:5173` });
});
afterAll(() => service.close());

const preflight = (origin: string, path = '/api/sync/progress') =>
  send(service, path, {
    method: 'OPTIONS',
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,idempotency-key',
  });

describe('A page of another origin', () => {
  it('may call when it is named, with a token and without a cookie', async () => {
    const { status, headers } = await preflight(ORIGIN);
    expect([status, headers['access-control-allow-origin']]).toEqual([204, ORIGIN]);
    expect(headers['access-control-allow-headers']).toContain('authorization');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    const authorization = `Bearer ${await token('org-1')}`;
    const listed = await send(service, '/api/sync/progress', { origin: ORIGIN, authorization });
    expect([listed.status, listed.headers['access-control-allow-origin']]).toEqual([200, ORIGIN]);
    expect(listed.headers['access-control-expose-headers']).toContain('retry-after');
    // Whoever is refused can read why.
    const refused = await send(service, '/api/sync/progress', { origin: ORIGIN });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, ORIGIN]);
  });

  it('may not when it is not named, nor read a page of the service', async () => {
    for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'null'])
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined();
    const page = await send(service, '/sign-in', { origin: ORIGIN });
    expect(page.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may not by default, whatever it is', async () => {
    const closed = await startTestService();
    const authorization = `Bearer ${await token('org-1')}`;
    const { status, headers } = await send(closed, '/api/sync/progress', { origin: ORIGIN, authorization });
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([200, undefined, undefined]);
    await closed.close();
  });
});
