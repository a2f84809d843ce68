import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../src/connectors/contract/connector.error.ts';
import { sql } from '../../support/test-database.ts';
import { ConnectionsFixture, GOOD, PATH, SECRET } from './connections.support.ts';

let fixture: ConnectionsFixture;

beforeAll(async () => {
  fixture = await ConnectionsFixture.start();
});
beforeEach(() => {
  fixture.check = async () => GOOD;
});
afterAll(() => fixture.close());

describe('a check', () => {
  it('returns what the system is and stores it', async () => {
    const { id } = await fixture.create();
    const { status, body } = await fixture.request('admin', 'POST', `${PATH}/${id}/check`);
    const found = { ...GOOD, credentials_expire_at: '2027-01-01T00:00:00.000Z' };
    const isNew = { likeness: 'new', detail: expect.any(String) };
    expect([status, body]).toEqual([200, { ok: true, ...found, system: isNew }]);
    const { body: kept } = await fixture.request('reader', 'GET', `${PATH}/${id}`);
    expect(kept).toMatchObject({ ...GOOD, status: 'ok', credentials_expire_at: '2027-01-01T00:00:00+00:00' });
    expect(Date.parse(String(kept.last_checked_at))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('that fails is in the response, in the trail and in the state of the connection, without its secrets', async () => {
    const { id, name } = await fixture.create();
    fixture.check = async () => {
      throw new ConnectorError('auth', `401 for ${SECRET} and ${encodeURIComponent(SECRET)}\0`);
    };
    const { status, body } = await fixture.request('admin', 'POST', `${PATH}/${id}/check`);
    const message = '401 for [redacted] and [redacted]';
    expect([status, body]).toMatchObject([200, { ok: false, version: null, error: { kind: 'auth', message } }]);
    expect((await fixture.request('reader', 'GET', `${PATH}/${id}`)).body).toMatchObject({
      ...{ status: 'failing', last_error: message },
    });
    expect((await fixture.trail(id)).at(-1)).toMatchObject({
      ...{ type: 'connection_check_failed', status: 'failed', error: message },
      details: { connection_id: id, name, kind: 'auth' },
    });
  });

  it('holds no transaction open while the system is called, and an outcome of what has changed meanwhile is not kept', async () => {
    const { id } = await fixture.create();
    let open: unknown;
    fixture.check = async () => {
      [open] = await sql(
        fixture.service.database.superuserUrl,
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND usename = 'sync_app' AND xact_start IS NOT NULL",
      );
      await fixture.request('admin', 'PATCH', `${PATH}/${id}`, {
        ...{ base_url: 'https://elsewhere.example.com', credentials: { login: 'sync', api_key: 'another-key' } },
      });
      return GOOD;
    };
    const key = { 'idempotency-key': randomUUID() };
    const { status, body } = await fixture.request('admin', 'POST', `${PATH}/${id}/check`, undefined, key);
    expect([status, body.detail, open]).toEqual([409, expect.stringMatching(/was changed meanwhile/), { n: 0 }]);
    expect((await fixture.request('reader', 'GET', `${PATH}/${id}`)).body).toMatchObject({
      status: 'unchecked',
      version: null,
    });
  });

  it('is in the history of its connection, the newest first and no more than 50', async () => {
    const { id } = await fixture.create();
    const history = async () => (await fixture.request('reader', 'GET', `${PATH}/${id}/checks`)).body.items;
    expect(await history()).toEqual([]);
    await fixture.request('admin', 'POST', `${PATH}/${id}/check`);
    fixture.check = async () => {
      throw new ConnectorError('auth', `401 for ${SECRET}`);
    };
    await fixture.request('admin', 'POST', `${PATH}/${id}/check`);
    const common = { at: expect.any(String), took_ms: expect.any(Number), checked_by: expect.any(String) };
    expect(await history()).toEqual([
      { ...common, ok: false, kind: 'auth', message: '401 for [redacted]', version: null },
      { ...common, ok: true, kind: null, message: null, version: GOOD.version },
    ]);
    for (let n = 0; n < 50; n += 1) await fixture.request('admin', 'POST', `${PATH}/${id}/check`);
    expect((await history()).map(({ ok }: { ok: boolean }) => ok)).toEqual(Array(50).fill(false));
    expect((await fixture.request('other', 'GET', `${PATH}/${id}/checks`)).status).toBe(404);
  });
});
