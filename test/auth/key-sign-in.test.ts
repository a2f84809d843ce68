import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyAdmin } from '../../src/auth/key.admin.ts';
import { hashSecret } from '../../src/auth/key.hash.ts';
import { cookieOf, send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const paste = (key: unknown, headers: Record<string, string> = { origin: service.url }) =>
  send(service, '/sign-in', { method: 'POST', body: JSON.stringify({ key }), ...headers });

const whoami = (cookie: string, headers: Record<string, string> = {}) =>
  send(service, '/api/sync/whoami', { cookie, ...headers });

const sessionsOf = (key: string) =>
  sql(
    service.database.superuserUrl,
    `SELECT s.* FROM auth.api_keys s JOIN auth.api_keys k ON k.id = s.opened_by WHERE k.key_hash = $1`,
    [hashSecret(key)],
  );

const changeKey = (key: string, change: string) =>
  sql(service.database.ownerUrl, `UPDATE auth.api_keys SET ${change} WHERE key_hash = $1`, [hashSecret(key)]);

const REFUSED = {
  status: 401,
  problem: 'unauthenticated',
  detail: 'That key is unknown, revoked or expired.',
};

describe('a pasted key', () => {
  it('becomes a session with its organization, name, user and scopes, in a cookie that no script can read', async () => {
    const key = await service.createKey({ orgId: 'org-1', name: 'ops', userId: 'user-4', scopes: ['sync:admin'] });
    const response = await paste(` ${key}\n`);
    expect(response.status).toBe(204);
    const [cookie, ...more] = response.cookies;
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^sync_session=sys_[\w-]{43}; Max-Age=43(199|200); Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await whoami(cookieOf(response))).body).toMatchObject({
      ...{ kind: 'session', name: 'ops', user_id: 'user-4', org_id: 'org-1' },
      scopes: ['sync:read', 'sync:write', 'sync:admin'],
    });
  });

  it('of every organization opens a session that names one per request', async () => {
    const cookie = cookieOf(await paste(await service.createKey({ orgId: null })));
    expect((await whoami(cookie, { 'x-org-id': 'org-9' })).body).toMatchObject({ kind: 'session', org_id: 'org-9' });
    expect((await whoami(cookie)).problem).toBe('organization-required');
  });

  it('is still a key, and may be pasted again', async () => {
    const key = await service.createKey({ orgId: 'org-1' });
    const [one, other] = [cookieOf(await paste(key)), cookieOf(await paste(key))];
    expect(one).not.toBe(other);
    const credentials: Record<string, string>[] = [{ cookie: one }, { cookie: other }, { 'x-api-key': key }];
    for (const headers of credentials) expect((await send(service, '/api/sync/whoami', headers)).status).toBe(200);
  });

  it('opens nothing when it is unknown, revoked, expired, a link or a session', async () => {
    const [revoked, expired] = [await service.createKey({}), await service.createKey({})];
    await changeKey(revoked, 'revoked_at = now()');
    await changeKey(expired, 'expires_at = now()');
    const link = await service.createKey({ kind: 'link', orgId: 'org-1', ttlSeconds: 60 });
    const session = cookieOf(await paste(await service.createKey({}))).split('=')[1];
    for (const key of ['syk_unknown', ' ', revoked, expired, link, session]) {
      const response = await paste(key);
      expect(response).toMatchObject(REFUSED);
      expect(response.cookies).toEqual([]);
    }
  });

  it.each([[undefined], [''], [17], [{ $ne: '' }], ['x'.repeat(1_001)]])('is text: not %j', async (key) => {
    expect(await paste(key)).toMatchObject({ status: 422, problem: 'invalid-request' });
  });

  it.each<[from: string, headers: Record<string, string>]>([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another subdomain', { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' }],
    ['a page without an origin', { origin: 'null' }],
    ['what is no browser', {}],
  ])('signs nobody in from %s', async (_from, headers) => {
    const key = await service.createKey({ orgId: 'org-1' });
    const response = await paste(key, headers);
    expect(response).toMatchObject({ status: 403, problem: 'cross-site-request' });
    expect(response.cookies).toEqual([]);
    expect(await sessionsOf(key)).toEqual([]);
  });
});

describe('the session of a key', () => {
  it('ends no later than its key', async () => {
    const key = await service.createKey({ orgId: 'org-1', ttlSeconds: 2 });
    const response = await paste(key);
    expect(response.cookies[0]).toMatch(/Max-Age=[12];/);
    const cookie = cookieOf(response);
    expect((await whoami(cookie)).status).toBe(200);
    await waitFor('the session is over', async () => (await whoami(cookie)).status === 401, { withinMs: 4_000 });
  });

  it('ends within five seconds when its key is revoked, and another key’s session does not', async () => {
    const key = await service.createKey({ orgId: 'org-1', name: 'to revoke with its sessions' });
    const [cookie, other] = [cookieOf(await paste(key)), cookieOf(await paste(await service.createKey({})))];
    expect((await whoami(cookie)).status).toBe(200);
    await KeyAdmin.with(service.database.ownerUrl, async (keys) => {
      const made = (await keys.list()).find(({ name, kind }) => kind === 'service' && name.startsWith('to revoke'));
      expect(await keys.revoke(made?.id as string)).toBe(true);
    });
    expect(await sessionsOf(key)).toEqual([]);
    await waitFor('the session is over', async () => (await whoami(cookie)).status === 401, { withinMs: 8_000 });
    expect((await whoami(other, { 'x-org-id': 'org-1' })).status).toBe(200);
  });

  it.each(["expires_at = now() + interval '1 day'", "scopes = '{sync:read}'", "org_id = 'org-2'", 'user_id = NULL'])(
    'ends when its key is changed by plain SQL: %s',
    async (change) => {
      const key = await service.createKey({ orgId: 'org-1', userId: 'user-1' });
      await paste(key);
      await changeKey(key, 'name = name');
      expect(await sessionsOf(key)).toHaveLength(1);
      await changeKey(key, change);
      expect(await sessionsOf(key)).toEqual([]);
    },
  );

  it('ends when its key is deleted', async () => {
    const key = await service.createKey({ orgId: 'org-1' });
    const cookie = cookieOf(await paste(key));
    await sql(service.database.ownerUrl, 'DELETE FROM auth.api_keys WHERE key_hash = $1', [hashSecret(key)]);
    expect((await whoami(cookie)).status).toBe(401);
  });

  it('signs out alone', async () => {
    const key = await service.createKey({ orgId: 'org-1' });
    const cookie = cookieOf(await paste(key));
    const signedOut = await send(service, '/sign-out', { cookie, origin: service.url, method: 'POST' });
    expect(signedOut.status).toBe(204);
    expect((await whoami(cookie)).status).toBe(401);
    expect((await send(service, '/api/sync/whoami', { 'x-api-key': key })).status).toBe(200);
  });
});

describe('a key that is revoked while a session is opened with it', () => {
  const OPEN = "SELECT app.open_session($1, $2, now() + interval '1 hour') AS ends";
  const REVOKE = 'UPDATE auth.api_keys SET revoked_at = now() WHERE key_hash = $1';
  const isWaiting = async () => {
    const rows = await sql(
      service.database.superuserUrl,
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length === 1;
  };

  async function withBoth(work: (app: pg.Client, owner: pg.Client) => Promise<void>): Promise<void> {
    const clients = [service.database.appUrl, service.database.ownerUrl].map(
      (connectionString) => new pg.Client({ connectionString }),
    ) as [pg.Client, pg.Client];
    try {
      for (const client of clients) {
        await client.connect();
        await client.query('BEGIN');
      }
      await work(...clients);
    } finally {
      for (const client of clients) await client.end();
    }
  }

  it('waits for the session and ends it', () =>
    withBoth(async (app, owner) => {
      const key = await service.createKey({ orgId: 'org-1' });
      const opened = await app.query(OPEN, [hashSecret(key), hashSecret('a session')]);
      expect(opened.rows[0].ends).not.toBeNull();
      const revoked = owner.query(REVOKE, [hashSecret(key)]);
      await waitFor('the revocation waits', isWaiting);
      await app.query('COMMIT');
      await revoked;
      await owner.query('COMMIT');
      expect(await sessionsOf(key)).toEqual([]);
    }));

  it('or happens first, and then no session is opened', () =>
    withBoth(async (app, owner) => {
      const key = await service.createKey({ orgId: 'org-1' });
      await owner.query(REVOKE, [hashSecret(key)]);
      const opened = app.query(OPEN, [hashSecret(key), hashSecret('another session')]);
      await waitFor('the session waits', isWaiting);
      await owner.query('COMMIT');
      expect((await opened).rows).toEqual([{ ends: null }]);
      await app.query('COMMIT');
      expect(await sessionsOf(key)).toEqual([]);
    }));
});
