import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestViewer } from '../support/stream-viewer.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const ORG = 'org-1';
const SHOP = {
  ...{ name: 'shop', system: 'woocommerce', base_url: 'https://shop.example' },
  credentials: { consumer_key: 'ck_1', consumer_secret: 'cs_1' },
};
const VALUES = ['ada@lovelace.example', 'Lovelace', '7946 0958'];
const SENTENCE = 'Ada Lovelace, ada@lovelace.example, +44 20 7946 0958, is known';
/** As the service stores what a system said. */
const QUOTED = `The shop refused GET /customers: “${SENTENCE}”`;
const SHOWN = 'The shop refused GET /customers: [masked]';
const PAYLOADS = 'sync:viewer sync:payloads';
const found = (where: unknown) => VALUES.filter((value) => JSON.stringify(where).includes(value));

let service: TestService;
let connection: string;
beforeAll(async () => {
  service = await startTestService();
  const admin = await service.request(ORG, { scope: 'sync:admin' });
  for (const sync_id of ['failed', 'waiting', 'items'])
    await admin
      .post('/api/sync/progress')
      .send({ sync_id, entity_type: 'customer', source_system: 'shop' })
      .expect(201);
  await admin.post('/api/sync/progress/failed/fail').send({ error_message: QUOTED }).expect(200);
  await admin.post('/api/sync/progress/items/complete').send({ processed_count: 2, failed_count: 2 }).expect(200);
  for (const error_message of [QUOTED, QUOTED.replace('Ada', 'Augusta Ada')])
    await admin
      .post('/api/sync/activity')
      .send({ sync_id: 'imported', activity_type: 'imported', status: 'failed', error_message })
      .expect(201);
  const details = { error: `The item “${SENTENCE}” is odd`, sku: 'A-1' };
  await admin.post('/api/sync/activity').send({ activity_type: 'item', status: 'failed', details }).expect(201);
  const plant = (text: string, values: unknown[] = []) => sql(service.database.superuserUrl, text, values);
  await plant(`UPDATE sync_progress SET waiting_reason = $1, status = 'running' WHERE sync_id = 'waiting'`, [QUOTED]);
  const { body } = await admin.post('/api/sync/connections').send(SHOP).expect(201);
  connection = body.id;
  await plant(
    `INSERT INTO sync_activity_log (org_id, sync_id, entity_type, activity_type, status, error_message, details)
     VALUES ($1, 'items', 'customer', 'sync_completed', 'completed_with_errors', '1 of 2 items failed', '{"kind": "sync"}')`,
    [ORG],
  );
  await plant(
    `INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message)
     VALUES ($1, 'items', '1', 'failed', 'customer_invalid_email', $2)`,
    [ORG, SENTENCE],
  );
  await plant('UPDATE sync_connections SET last_error = $1', [QUOTED]);
});
afterAll(() => service.close());

const read = async (path: string, scope: string, query: Record<string, string> = {}) => {
  const { text } = await (await service.request(ORG, { scope }))
    .get(`/api/sync${path}`)
    .query(query)
    .buffer()
    .expect(200);
  return text;
};

describe("A person's values that an error quotes", () => {
  it.each([
    '/progress/failed',
    '/progress',
    '/progress/waiting',
    '/progress/slow',
    '/syncs',
    '/overview',
    '/connections',
    '/connections/{id}',
    '/activity',
    '/activity/errors',
  ])('are shown at %s to who may see the values of items, and masked for others', async (path) => {
    const shown = await read(path.replace('{id}', connection), 'sync:viewer');
    expect(found(shown)).toEqual([]);
    expect(JSON.parse(shown)).toBeTruthy();
    const whole = await read(path.replace('{id}', connection), PAYLOADS);
    if (whole.includes('The shop refused')) {
      expect(found(whole)).toEqual(VALUES);
      expect(shown).toContain(SHOWN);
    }
  });

  it.each(['ndjson', 'csv'])('are masked in an export as %s by who may not see them', async (format) => {
    expect(found(await read('/activity/export', 'sync:auditor', { format }))).toEqual([]);
    expect(await read('/activity/export', 'sync:auditor', { format })).toContain(SHOWN);
    expect(found(await read('/activity/export', 'sync:auditor sync:payloads', { format }))).toEqual(VALUES);
  });

  it('are masked in the stream for the one viewer, and shown to the other beside', async () => {
    const viewers = await Promise.all(
      ['sync:viewer', PAYLOADS].map(async (scope) => TestViewer.open(await service.client(ORG, { scope }))),
    );
    const reasons = viewers.map(({ syncs }) => syncs.get('waiting')?.waiting_reason);
    expect(reasons).toEqual([SHOWN, QUOTED]);
    await sql(service.database.superuserUrl, `UPDATE sync_progress SET waiting_reason = $1 WHERE sync_id = 'waiting'`, [
      `Again: “${SENTENCE}”`,
    ]);
    await viewers[0]?.sees('waiting', { waiting_reason: 'Again: [masked]' });
    await viewers[1]?.sees('waiting', { waiting_reason: `Again: “${SENTENCE}”` });
    for (const viewer of viewers) viewer.close();
  });

  it('are found by a search of the trail by who sees them, and by nobody else', async () => {
    const count = async (scope: string, query: Record<string, string>) =>
      JSON.parse(await read('/activity', scope, query)).items.length;
    for (const q of ['Lovelace', 'refused GET /customers: “Ada']) {
      expect(await count(PAYLOADS, { q })).toBeGreaterThan(0);
      expect(await count('sync:viewer', { q })).toBe(0);
    }
    expect(await count(PAYLOADS, { error_message: QUOTED })).toBe(2);
    expect(await count('sync:viewer', { error_message: QUOTED })).toBe(0);
    for (const q of [SHOWN, 'refused get', 'IMPORTED']) expect(await count('sync:viewer', { q })).toBeGreaterThan(1);
    expect(await count('sync:viewer', { error_message: SHOWN })).toBe(3);
    expect(await count('sync:viewer', { q: '100%_[masked]' })).toBe(0);
  });

  it('keep no failures apart that are shown alike', async () => {
    const { items } = JSON.parse(await read('/activity/errors', 'sync:viewer'));
    const alike = items.filter(({ error_message }: { error_message: string }) => error_message === SHOWN);
    expect(alike).toEqual([
      expect.objectContaining({ entity_type: null, error_count: 2, sync_count: 1 }),
      expect.objectContaining({ entity_type: 'customer', error_count: 1, sync_count: 1, last_sync_id: 'failed' }),
    ]);
  });

  it('stand in messages of items, of which others see the class', async () => {
    const of = async (scope: string) =>
      JSON.parse(await read('/activity/errors', scope)).items.find(
        ({ error_class }: { error_class: string | null }) => error_class === 'customer_invalid_email',
      ).error_message;
    expect(await of(PAYLOADS)).toBe(SENTENCE);
    expect(await of('sync:viewer')).toBe('customer_invalid_email');
  });
});
