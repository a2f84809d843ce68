import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieOf, followLink, send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const link = (ttlSeconds = 3600) =>
  service.createKey({ kind: 'link', orgId: 'org-1', name: 'support', userId: 'user-9', ttlSeconds });

const follow = (token: string, headers = {}) => followLink(service, token, headers);

async function signIn(): Promise<string> {
  return cookieOf(await follow(await link()));
}

const start = (cookie: string, headers: Record<string, string>) =>
  send(service, '/api/sync/progress', {
    cookie,
    ...headers,
    method: 'POST',
    body: JSON.stringify({ entity_type: 'customer', source_system: 'shop' }),
  });

describe('a one-time link', () => {
  it.each([
    ['HEAD', {}],
    ['GET', { 'sec-purpose': 'prefetch' }],
    ['GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }],
    ['GET', { accept: 'text/html' }],
  ])('A look at a one-time link does not use it up: %s %j', async (method, headers) => {
    const token = await link();
    const look = await send(service, `/sign-in?token=${token}&to=/o/org-1/live`, { method, ...headers });
    expect([look.status, look.cookies, look.headers['cache-control']]).toEqual([200, [], 'no-store']);
    if (method === 'GET')
      expect(look.text).toMatch(new RegExp(`<form method="post" action="/sign-in">.*${token}.*<button`));
    expect((await follow(token)).status).toBe(303);
  });

  it('is used by the form of its page', async () => {
    const response = await fetch(`${service.url}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: service.url },
      body: new URLSearchParams({ token: await link(), to: '/o/org-1/live' }),
    });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/o/org-1/live']);
    expect(response.headers.get('set-cookie')).toContain('sync_session=');
  });

  it.each<Record<string, string>>([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'OTHER-SCHEME' },
    { origin: 'OTHER-PORT' },
    {},
  ])('A page of another site cannot sign a visitor in: %j', async (headers) => {
    const token = await link();
    const { host } = new URL(service.url);
    const origin = { 'OTHER-SCHEME': `https://${host}`, 'OTHER-PORT': 'http://127.0.0.1:1' }[headers.origin ?? ''];
    const refused = await send(service, '/sign-in', {
      method: 'POST',
      ...headers,
      ...(origin && { origin }),
      body: JSON.stringify({ token }),
    });
    expect(refused).toMatchObject({ status: 403, problem: 'cross-site-request', cookies: [] });
    expect((await follow(token)).status).toBe(303);
  });

  it.each(['https', 'https,http', 'HTTPS', ' Https , http'])(
    'The session cookie is Secure however the proxies spell https: %j',
    async (forwarded) => {
      const headers = { 'x-forwarded-proto': forwarded, 'sec-fetch-site': 'same-origin' };
      const { cookies } = await follow(await link(), headers);
      expect(cookies).toHaveLength(1);
      expect(cookies[0]).toMatch(/^__Host-sync_session=sys_[\w-]{43};/);
      const flags = cookies[0]?.split('; ').slice(1).sort();
      expect(flags).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Lax', 'Secure']);
      const cookie = cookies[0]?.split(';')[0] as string;
      const whoami = (more = {}) => send(service, '/api/sync/whoami', { cookie, ...more });
      expect((await whoami({ 'x-forwarded-proto': forwarded })).status).toBe(200);
      const signedOut = await send(service, '/sign-out', { method: 'POST', cookie, ...headers });
      expect(signedOut.cookies[0]).toMatch(/^__Host-sync_session=;.*Secure/);
      expect((await whoami({ 'x-forwarded-proto': forwarded })).status).toBe(401);
    },
  );

  it('becomes a session whose cookie no script and no other site can use', async () => {
    const { status, headers, cookies } = await follow(await link());
    expect({ status, location: headers.location }).toEqual({ status: 303, location: '/' });
    expect(headers['cache-control']).toBe('no-store');
    const [cookie, ...more] = cookies;
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^sync_session=sys_[\w-]{43};/);
    const flags = cookie?.split('; ').slice(1).sort();
    expect(flags).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Lax']);
  });

  it('works once', async () => {
    const token = await link();
    expect((await follow(token)).status).toBe(303);
    const again = await follow(token);
    expect(again).toMatchObject({ status: 401, problem: 'unauthenticated' });
    expect(again.cookies).toEqual([]);
  });

  it('that was used leads a browser to a page that says so', async () => {
    const token = await link();
    await follow(token);
    const again = await follow(token, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([again.status, again.headers.location]).toEqual([303, '/?sign-in=used']);
    expect([again.cookies, again.headers['cache-control']]).toEqual([[], 'no-store']);
  });

  it('leads to the page it names, and to none of another site', async () => {
    const to = '/o/org%2F1/live?a=b';
    const response = await follow(await link(), { to });
    expect([response.status, response.headers.location]).toEqual([303, to]);
    for (const elsewhere of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '/o/a\r\nX: y',
      '/o/a\\b',
      '/docs',
    ]) {
      const token = await link();
      const refused = await follow(token, { to: elsewhere });
      expect([elsewhere, refused.status, refused.cookies]).toEqual([elsewhere, 422, []]);
      expect((await follow(token)).status).toBe(303);
    }
  });

  it('works for one of two who follow it at the same time', async () => {
    const token = await link();
    const responses = await Promise.all([1, 2, 3, 4].map(() => follow(token)));
    expect(responses.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401]);
  });

  it('works neither when its time is over nor when nobody made it', async () => {
    const token = await link();
    await sql(service.database.superuserUrl, "UPDATE auth.api_keys SET expires_at = now() WHERE kind = 'link'");
    for (const wrong of [token, 'syl_unknown', await service.createKey({ orgId: 'org-1' })])
      expect((await follow(wrong)).status).toBe(401);
    expect((await follow('')).status).toBe(422);
  });

  it('is no key, neither before nor after', async () => {
    const token = await link();
    expect((await send(service, '/api/sync/whoami', { 'x-api-key': token })).status).toBe(401);
    await follow(token);
    expect((await send(service, '/api/sync/whoami', { 'x-api-key': token })).status).toBe(401);
  });
});

describe('a session', () => {
  it('reads, as the user of the link', async () => {
    const response = await send(service, '/api/sync/whoami', { cookie: await signIn() });
    expect(response.body).toMatchObject({ kind: 'session', user_id: 'user-9', org_id: 'org-1' });
    expect((await send(service, '/api/sync/progress?orgId=org-2', { cookie: await signIn() })).status).toBe(403);
  });

  it('writes from a page of our own', async () => {
    const cookie = await signIn();
    expect((await start(cookie, { origin: service.url })).body.initiated_by).toBe('user-9');
    expect((await start(cookie, { 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  it.each<[from: string, headers: Record<string, string>]>([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['another subdomain', { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' }],
    ['a page without an origin', { origin: 'null' }],
    ['what is no browser', {}],
  ])('does not write from %s', async (_from, headers) => {
    expect(await start(await signIn(), headers)).toMatchObject({ status: 403, problem: 'cross-site-request' });
  });

  it('does not act for another user', async () => {
    const response = await send(service, '/api/sync/progress', {
      cookie: await signIn(),
      origin: service.url,
      method: 'POST',
      body: JSON.stringify({ entity_type: 'customer', source_system: 'shop', initiated_by: 'user-1' }),
    });
    expect(response.status).toBe(422);
  });

  it('ends when it is signed out, at once, and not by another site', async () => {
    const cookie = await signIn();
    expect((await send(service, '/api/sync/whoami', { cookie })).status).toBe(200);
    expect((await send(service, '/sign-out', { cookie, method: 'POST' })).status).toBe(403);

    const response = await send(service, '/sign-out', { cookie, origin: service.url, method: 'POST' });
    expect(response.status).toBe(204);
    expect(response.cookies[0]).toMatch(/^sync_session=;.*Expires=Thu, 01 Jan 1970/);
    expect(await send(service, '/api/sync/whoami', { cookie })).toMatchObject({
      status: 401,
      detail: 'The session has ended; sign in again.',
    });
  });

  it('can be asked for by anybody, who learns of their own only', async () => {
    const cookie = await signIn();
    const signedIn = async (headers: Record<string, string>) => {
      const response = await send(service, '/session', headers);
      expect([response.status, response.headers['cache-control']]).toEqual([200, 'no-store']);
      return response.body;
    };
    expect(await signedIn({ cookie })).toEqual({ signed_in: true });
    for (const nobody of [{}, { cookie: 'sync_session=sys_guess' }, { cookie: `sync_session=${await link()}` }])
      expect(await signedIn(nobody as Record<string, string>)).toEqual({ signed_in: false });
    await send(service, '/sign-out', { cookie, origin: service.url, method: 'POST' });
    expect(await signedIn({ cookie })).toEqual({ signed_in: false });
  });

  it('is stored as a hash only', async () => {
    const secret = (await signIn()).split('=')[1] as string;
    const stored = JSON.stringify(await sql(service.database.superuserUrl, 'SELECT k::text FROM auth.api_keys k'));
    expect(stored).toContain('session');
    expect(stored).not.toContain(secret);
  });
});
