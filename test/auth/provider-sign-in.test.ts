import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { CLIENT, startProvider, TestBrowser, type TestProvider } from './provider.support.ts';

const PUBLIC = 'https://sync.example';
const SESSION = '__Host-sync_session';
const FLOW = '__Host-sync_sign_in';

let provider: TestProvider;
let service: TestService;

const settingsFor = (issuer: string) => ({
  ...{ SYNC_PUBLIC_URL: PUBLIC, SYNC_OIDC_ISSUER: issuer, SYNC_OIDC_NAME: 'Example' },
  ...{ SYNC_OIDC_CLIENT_ID: CLIENT.id, SYNC_OIDC_CLIENT_SECRET: CLIENT.secret, SYNC_OIDC_ROLE_CLAIM: 'groups' },
  SYNC_OIDC_ROLES: 'sync-ops=operator, sync-audit=auditor, sync-integrators=integrator+payloads',
});

beforeAll(async () => {
  provider = await startProvider(PUBLIC);
  service = await startTestService(settingsFor(provider.issuer));
});
afterAll(async () => {
  await service.close();
  await provider.close();
});

const newBrowser = () => new TestBrowser(PUBLIC, service.url);
const isCallback = (url: string) => url.startsWith(`${PUBLIC}/sign-in/provider/callback`);
const whoami = async (browser: TestBrowser) => {
  const response = await browser.request('/api/sync/whoami');
  return { status: response.status, body: await response.json() };
};
async function signIn(sub: string, claims: Record<string, unknown>, browser = newBrowser()) {
  provider.people[sub] = claims;
  provider.current = sub;
  const at = await browser.open('/sign-in/provider?to=/o/org-1/live');
  return { browser, at };
}
const sessions = (userId: string) =>
  sql(service.database.superuserUrl, `SELECT * FROM auth.api_keys WHERE kind = 'session' AND user_id = $1`, [userId]);

describe('Signing in with the identity provider', () => {
  it('opens the page that was asked for, as the user, in their organization, with the rights of their role', async () => {
    const { browser, at } = await signIn('ann', {
      org_id: 'org-1',
      groups: ['sync-ops', 'others'],
      name: 'Ann Example',
    });
    expect(at).toBe(`${PUBLIC}/o/org-1/live`);
    expect(await whoami(browser)).toMatchObject({
      status: 200,
      body: {
        ...{ kind: 'session', name: 'Ann Example', user_id: 'ann', org_id: 'org-1', registered_org_id: 'org-1' },
        ...{ scopes: ['sync:operator'], rights: ['view', 'trail', 'control', 'run'] },
      },
    });
    const trail = await sql(
      service.database.superuserUrl,
      `SELECT user_id, activity_type, details FROM sync_activity_log WHERE org_id = 'org-1' AND activity_type = 'member_created'`,
    );
    expect(trail).toEqual([
      {
        ...{ user_id: 'ann', activity_type: 'member_created' },
        details: {
          ...{ id: 'ann', email: null, before: null },
          after: { role: 'operator', sees_payloads: false, role_from: 'provider' },
        },
      },
    ]);
  });

  it('asks with PKCE, a state and a nonce, and keeps a session of an hour in a cookie that no script reads', async () => {
    provider.people.bea = { org_id: 'org-1', groups: ['sync-ops'] };
    provider.current = 'bea';
    const browser = newBrowser();
    const callback = await browser.open('/sign-in/provider', isCallback);
    const asked = new URL(browser.opened.find((url) => url.startsWith(`${provider.issuer}/auth?`)) as string)
      .searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', scope: 'openid profile email' },
      ...{ state: expect.stringMatching(/^.{40,}$/), nonce: expect.stringMatching(/^.{40,}$/) },
    });
    const response = await browser.request(callback);
    const cookies = response.headers.getSetCookie();
    expect(response.headers.get('cache-control')).toBe('no-store');
    const session = cookies.find((cookie) => cookie.startsWith(`${SESSION}=syp_`));
    expect(session?.split('; ').slice(1).sort()).toEqual([
      'HttpOnly',
      'Max-Age=3600',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ]);
    expect(cookies.find((cookie) => cookie.startsWith(`${FLOW}=;`))).toContain('Expires=Thu, 01 Jan 1970');
  });

  it('gives payloads where the group does, and the strongest of several roles', async () => {
    const { browser } = await signIn('ida', { org_id: 'org-1', groups: ['sync-ops', 'sync-integrators'] });
    expect((await whoami(browser)).body.scopes).toEqual(['sync:integrator', 'sync:payloads']);
  });

  it('is told to the sign-in page', async () => {
    expect((await send(service, '/session')).body).toEqual({ signed_in: false, provider: 'Example' });
  });

  it('leads to no page of another site', async () => {
    for (const to of ['//evil.example', 'https://evil.example', '/docs'])
      expect((await send(service, `/sign-in/provider?to=${encodeURIComponent(to)}`)).status).toBe(422);
  });
});

describe('An answer of the identity provider signs nobody in', () => {
  const begun = async (sub: string) => {
    provider.people[sub] = { org_id: 'org-1', groups: ['sync-ops'] };
    provider.current = sub;
    const browser = newBrowser();
    return {
      browser,
      callback: await browser.open('/sign-in/provider', isCallback),
      flow: browser.cookie(FLOW) as string,
    };
  };
  const refused = async (browser: TestBrowser, callback: string) => {
    const response = await browser.request(callback);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/?sign-in=failed']);
    expect(response.headers.getSetCookie().filter((cookie) => cookie.startsWith(SESSION))).toEqual([]);
  };

  it('with another state', async () => {
    const { browser, callback } = await begun('carl-1');
    await refused(browser, callback.replace(/state=[^&]*/, 'state=another'));
    expect(await sessions('carl-1')).toEqual([]);
  });

  it('with another nonce', async () => {
    const { browser, callback, flow } = await begun('carl-2');
    const kept = JSON.parse(Buffer.from(flow, 'base64url').toString());
    browser.setCookie(FLOW, Buffer.from(JSON.stringify({ ...kept, nonce: 'another' })).toString('base64url'));
    await refused(browser, callback);
    expect(await sessions('carl-2')).toEqual([]);
  });

  it('with another proof of PKCE', async () => {
    const { browser, callback, flow } = await begun('carl-3');
    const kept = JSON.parse(Buffer.from(flow, 'base64url').toString());
    browser.setCookie(FLOW, Buffer.from(JSON.stringify({ ...kept, verifier: 'v'.repeat(43) })).toString('base64url'));
    await refused(browser, callback);
    expect(await sessions('carl-3')).toEqual([]);
  });

  it('in another browser than the one that began', async () => {
    const { callback } = await begun('carl-4');
    await refused(newBrowser(), callback);
    expect(await sessions('carl-4')).toEqual([]);
  });

  it('twice', async () => {
    const { browser, callback, flow } = await begun('carl-5');
    expect((await browser.request(callback)).headers.get('location')).toBe('/');
    expect(await sessions('carl-5')).toHaveLength(1);
    await refused(browser, callback);
    const copied = newBrowser();
    copied.setCookie(FLOW, flow);
    await refused(copied, callback);
    expect(await sessions('carl-5')).toHaveLength(1);
  });

  it('when it says no, or nothing', async () => {
    for (const query of [
      'error=access_denied&state=STATE',
      'state=STATE',
      '',
      'code=&state=STATE',
      'code=guess&state=STATE',
    ]) {
      const { browser, flow } = await begun('carl-6');
      const { state } = JSON.parse(Buffer.from(flow, 'base64url').toString());
      await refused(browser, `/sign-in/provider/callback?${query.replace('STATE', state)}`);
    }
    const { browser, callback } = await begun('carl-6');
    for (const junk of [
      '',
      'x',
      Buffer.from('[]').toString('base64url'),
      Buffer.from('{"state":1}').toString('base64url'),
    ]) {
      browser.setCookie(FLOW, junk);
      await refused(browser, callback);
    }
  });

  it('and who is no browser gets a problem', async () => {
    const response = await send(service, '/sign-in/provider/callback?code=a&state=b');
    expect(response).toMatchObject({
      status: 401,
      problem: 'unauthenticated',
      cookies: [expect.stringContaining('sync_sign_in=;')],
    });
  });
});

describe('Who belongs to no organization, or has no role', () => {
  it.each([[undefined], [['org-1', 'org-2']], [' ']])('is not signed in: organization %j', async (org_id) => {
    const { browser, at } = await signIn('dora', { org_id, groups: ['sync-ops'] });
    expect(at).toBe(`${PUBLIC}/?sign-in=no-organization`);
    expect([browser.cookie(SESSION), await sessions('dora')]).toEqual([undefined, []]);
  });

  it('waits for a role that an admin gives, and signs in then', async () => {
    const { at } = await signIn('emil', { org_id: 'org-2', groups: ['others'] });
    expect(at).toBe(`${PUBLIC}/?sign-in=no-role`);
    const admin = await service.request('org-2', { sub: 'boss', scope: 'sync:admin' });
    expect((await admin.get('/api/sync/members')).body.items).toMatchObject([{ user_id: 'emil', role: null }]);
    expect((await admin.patch('/api/sync/members/emil').send({ role: 'viewer' })).status).toBe(200);
    const { browser } = await signIn('emil', { org_id: 'org-2', groups: ['others'] });
    expect((await whoami(browser)).body.scopes).toEqual(['sync:viewer']);
  });

  it('does not push out others: an organization has so many members at most', async () => {
    const full = await startTestService({ ...settingsFor(provider.issuer), SYNC_ORG_MEMBERS: '1' });
    const open = async (sub: string) => {
      provider.people[sub] = { org_id: 'org-full', groups: ['sync-ops'] };
      provider.current = sub;
      return new TestBrowser(PUBLIC, full.url).open('/sign-in/provider');
    };
    expect([await open('first'), await open('second'), await open('first')]).toEqual([
      `${PUBLIC}/`,
      `${PUBLIC}/?sign-in=too-many`,
      `${PUBLIC}/`,
    ]);
    await full.close();
  });
});

describe('A session of the identity provider', () => {
  it('ends when its time is over', async () => {
    const { browser } = await signIn('finn', { org_id: 'org-1', groups: ['sync-ops'] });
    expect((await whoami(browser)).status).toBe(200);
    await sql(service.database.superuserUrl, `UPDATE auth.api_keys SET expires_at = now() WHERE user_id = 'finn'`);
    await waitFor('the session has ended', async () => (await whoami(browser)).status === 401, { withinMs: 8_000 });
  });

  it('ends when the provider gives another role, and the next one has that', async () => {
    const { browser } = await signIn('gina', { org_id: 'org-1', groups: ['sync-integrators'] });
    expect((await whoami(browser)).body.rights).toContain('connections');
    const { browser: later } = await signIn('gina', { org_id: 'org-1', groups: ['sync-audit'] });
    expect((await whoami(later)).body.scopes).toEqual(['sync:auditor']);
    await waitFor('the first session has ended', async () => (await whoami(browser)).status === 401, {
      withinMs: 8_000,
    });
    await signIn('gina', { org_id: 'org-1', groups: [] });
    await waitFor('without a role there is none', async () => (await whoami(later)).status === 401, {
      withinMs: 8_000,
    });
    expect(await sessions('gina')).toEqual([]);
  });

  it('is signed out of the service at once, and goes on to be signed out of the provider', async () => {
    const { browser } = await signIn('hugo', { org_id: 'org-1', groups: ['sync-ops'] });
    const response = await browser.request('/sign-out', { method: 'POST' });
    expect(response.status).toBe(200);
    const { continue_at } = (await response.json()) as { continue_at: string };
    const end = new URL(continue_at);
    expect([end.origin, end.searchParams.get('post_logout_redirect_uri')]).toEqual([provider.issuer, `${PUBLIC}/`]);
    expect((await fetch(continue_at)).status).toBe(200);
    expect([await sessions('hugo'), browser.cookie(SESSION), (await whoami(browser)).status]).toEqual([
      [],
      undefined,
      401,
    ]);
  });

  it('is one of twenty at most', async () => {
    for (let n = 0; n < 22; n++) await signIn('iris', { org_id: 'org-1', groups: ['sync-ops'] });
    expect(await sessions('iris')).toHaveLength(20);
  });
});

describe('An identity provider that', () => {
  const withIssuer = async (handle: Parameters<typeof createServer>[1]) => {
    const server = createServer(handle as never);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const broken = await startTestService(settingsFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    const problem = await send(broken, '/sign-in/provider');
    const page = await send(broken, '/sign-in/provider', { accept: 'text/html' });
    await broken.close();
    server.closeAllConnections();
    server.close();
    return { problem, page };
  };

  it('sends without end is not read without end', async () => {
    const { problem, page } = await withIssuer((_request, response) => {
      const more = () => void (response.write('x'.repeat(65_536)) ? setImmediate(more) : response.once('drain', more));
      response.on('close', () => response.destroy());
      more();
    });
    expect(problem).toMatchObject({ status: 503, problem: 'unavailable' });
    expect([page.status, page.headers.location]).toEqual([303, '/?sign-in=unavailable']);
  });

  it('does not answer is not waited for without end', async () => {
    const { problem } = await withIssuer(() => undefined);
    expect(problem).toMatchObject({ status: 503, problem: 'unavailable' });
  }, 60_000);

  it('redirects is not followed', async () => {
    const { problem } = await withIssuer((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(problem).toMatchObject({ status: 503, problem: 'unavailable' });
  });

  it('is not configured is no page', async () => {
    const plain = await startTestService();
    for (const path of ['/sign-in/provider', '/sign-in/provider/callback?code=a'])
      expect((await send(plain, path)).status).toBe(404);
    expect((await send(plain, '/session')).body).toEqual({ signed_in: false });
    await plain.close();
  });
});
