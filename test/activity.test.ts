import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  appendActivity,
  type Client,
  listActivity,
  listActivityErrors,
  listActivityTrends,
  startSync,
} from '../clients/typescript/src/index.ts';
import { sql } from './support/test-database.ts';
import { startTestService, type TestService, token } from './support/test-service.ts';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startTestService();
  client = await service.client('org-1');
});
afterAll(() => service.close());

const entry = { activity_type: 'batch_process', status: 'completed_with_errors', entity_type: 'customer' } as const;

/** Entries of another day, as only the owner of the database could have written them: by SQL with a date. */
const insertPast = (orgId: string, count: number, daysAgo: number, error: string | null = null) =>
  sql(
    service.database.appUrl,
    `INSERT INTO sync_activity_log (org_id, created_at, activity_type, status, entity_type, error_message, duration_seconds, record_count)
     SELECT $1, now() - make_interval(days => $2), 'sync_completed', 'completed', 'order', $4, n, 10 FROM generate_series(1, $3) AS n`,
    [orgId, daysAgo, count, error],
    orgId,
  );

describe('appending', () => {
  it('appends one entry by the caller and answers it', async () => {
    const { data, response } = await appendActivity({ client, body: { ...entry, details: { customerId: 7 } } });
    expect(response?.status).toBe(201);
    expect(data).toMatchObject({
      org_id: 'org-1',
      user_id: 'user-1',
      details: { customerId: 7 },
      created_at: expect.any(String),
    });
  });

  it('appends many, each with its own status; a bad one harms no other', async () => {
    const body = { items: [entry, { ...entry, status: 'odd' as 'failed' }, { ...entry, record_count: 3 }] };
    const { data } = await appendActivity({ client, body });
    const items = (data as { items: { status: number; activity?: object; problem?: { errors?: object[] } }[] }).items;
    expect(items.map(({ status }) => status)).toEqual([201, 422, 201]);
    expect(items[1]?.problem?.errors).toMatchObject([{ pointer: '#/status' }]);
    expect(items[2]?.activity).toMatchObject({ record_count: 3 });
  });

  it('does not let a user name somebody else', async () => {
    const { error } = await appendActivity({ client, body: { ...entry, user_id: 'the-boss' } });
    expect(error).toMatchObject({ status: 422, errors: [{ pointer: '#/user_id' }] });
  });

  it('answers a repeated Idempotency-Key with the first answer and appends nothing', async () => {
    const mine = await service.client('org-idem');
    const headers = { 'Idempotency-Key': 'key-1' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        appendActivity({ client: mine, headers, body: { ...entry, details: { n: 1 } } }),
      ),
    );
    expect(new Set(answers.map(({ data }) => (data as { id: string }).id)).size).toBe(1);
    expect(answers.filter(({ response }) => response?.headers.get('idempotency-replayed') === 'true')).toHaveLength(9);
    expect((await listActivity({ client: mine })).data?.items).toHaveLength(1);
    const other = await appendActivity({ client: mine, headers, body: { ...entry, details: { n: 2 } } });
    expect(other.error).toMatchObject({ status: 422, type: expect.stringContaining('idempotency-key-reused') });
  });

  it('forgets the key of a request that failed, so that it may be mended and sent again', async () => {
    const mine = await service.client('org-idem');
    const headers = { 'Idempotency-Key': 'key-2' };
    const bad = await startSync({ client: mine, headers, body: { entity_type: '', source_system: 'odoo' } });
    const good = await startSync({
      client: mine,
      headers,
      body: { sync_id: 's', entity_type: 'order', source_system: 'odoo' },
    });
    const again = await startSync({
      client: mine,
      headers,
      body: { sync_id: 's', entity_type: 'order', source_system: 'odoo' },
    });
    expect([bad, good, again].map(({ response }) => response?.status)).toEqual([422, 201, 201]);
    expect(again.response?.headers.get('location')).toBe('/api/sync/progress/s');
  });
});

describe('reading the trail', () => {
  it('pages through every entry once, newest first, while others are written', async () => {
    const mine = await service.client('org-pages');
    await insertPast('org-pages', 25, 1);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await listActivity({ client: mine, query: { limit: 10, cursor } });
      seen.push(...(data?.items.map(({ id }) => id) ?? []));
      cursor = data?.next_cursor ?? undefined;
      await appendActivity({ client: mine, body: entry });
    } while (cursor);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it('looks back as far as asked, and all the way for one user', async () => {
    const mine = await service.client('org-days');
    await insertPast('org-days', 1, 20);
    const count = async (query: object) => (await listActivity({ client: mine, query })).data?.items.length;
    expect(await count({})).toBe(0);
    expect(await count({ days: 30 })).toBe(1);
    expect(await count({ from: '2020-01-01' })).toBe(1);
    expect(await count({ days: 30, status: 'failed' })).toBe(0);
    expect(await count({ days: 30, failed: false })).toBe(1);
    expect(await count({ user_id: 'nobody' })).toBe(0);
  });

  it('refuses a period that is empty or named twice, and a cursor of its own making', async () => {
    for (const query of [
      { days: 7, from: '2026-01-01' },
      { from: '2026-02-01', to: '2026-01-01' },
      { cursor: 'abc' },
      { days: 0 },
    ]) {
      const { error } = await listActivity({ client, query });
      expect(error).toMatchObject({ status: 422, errors: [{ parameter: expect.any(String) }] });
    }
  });

  it('groups failures by message, also where it stands in details as the guide writes it', async () => {
    const mine = await service.client('org-errors');
    const items = [
      { ...entry, sync_id: 'a', details: { error: 'bad email' } },
      { ...entry, sync_id: 'b', details: { error: 'bad email' } },
      { ...entry, sync_id: 'b', status: 'failed' as const, error_message: 'shop down' },
    ];
    await appendActivity({ client: mine, body: { items } });
    const { data } = await listActivityErrors({ client: mine });
    expect(data?.items).toMatchObject([
      { error_message: 'bad email', error_count: 2, sync_count: 2, last_sync_id: expect.any(String) },
      { error_message: 'shop down', error_count: 1, status: 'failed' },
    ]);
  });

  it('counts finished syncs per day and entity type, not the entries of their items', async () => {
    const mine = await service.client('org-trends');
    await insertPast('org-trends', 3, 2);
    await appendActivity({ client: mine, body: entry });
    const { data } = await listActivityTrends({ client: mine });
    expect(data?.items).toEqual([
      {
        day: new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10),
        entity_type: 'order',
        sync_count: 3,
        avg_duration_sec: 2,
        max_duration_sec: 3,
        total_records: 30,
      },
    ]);
  });
});

describe('exporting', () => {
  const download = async (path: string) =>
    fetch(`${service.url}/api/sync/activity/export${path}`, {
      headers: { authorization: `Bearer ${await token('org-export')}` },
    });

  it('streams every entry as NDJSON, more than one page', async () => {
    await insertPast('org-export', 2_500, 1, '=HYPERLINK("http://x")');
    const response = await download('');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(2_500);
  });

  it('streams CSV in which no cell is a formula', async () => {
    const text = await (await download('?format=csv')).text();
    const rows = text.trimEnd().split('\r\n');
    expect(rows).toHaveLength(2_501);
    expect(rows[0]).toMatch(/^created_at,id,org_id,/);
    expect(rows[1]).toContain(`"'=HYPERLINK(""http://x"")"`);
  });

  it('answers a wrong filter before the first byte', async () => {
    const response = await download('?from=yesterday');
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });
});
