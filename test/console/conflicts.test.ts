import type { Agent, Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { insertSyncs, SHOP } from './console.fixture.ts';

let fixture: RunsFixture;
let request: Agent;

const ORG = 'org-conflicts';

interface Listed {
  readonly external_id: string;
}

beforeAll(async () => {
  fixture = await RunsFixture.start();
  request = await fixture.service.request(ORG);
});
afterAll(() => fixture.close());

const list = (search: object = {}, by = request) => by.get('/api/sync/conflicts').query(search);
const idsOf = ({ body }: Response) => body.items.map(({ external_id }: Listed) => external_id);

describe('the list of conflicts', () => {
  it('holds what both sides have until a sync gets through with it', async () => {
    const shop = await fixture.connect(ORG, 'shop');
    const erp = await fixture.connect(ORG, 'erp');
    const there = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
    const ids = [1, 2, 3].map((n) => shop.system.put({ email: `c${n}@example.test`, name: 'Ada', phone: null }));
    await fixture.run(ORG, there);
    expect((await list().expect(200)).body).toEqual({ items: [], next_cursor: null });

    for (const [key, item] of [...erp.system.items]) erp.system.put({ ...item, name: 'Ada of the ERP' }, key);
    for (const [n, id] of ids.entries())
      shop.system.put({ email: `c${n + 1}@example.test`, name: 'Ada of the shop', phone: null }, id);
    const run = await fixture.run(ORG, there);
    expect(run.counts).toEqual({ conflict: 3 });
    const { body } = await list().expect(200);
    expect(body.items).toHaveLength(3);
    expect(body.items[0]).toMatchObject({
      entity_type: 'customer',
      source_name: 'shop',
      destination_name: 'erp',
      error_class: 'changed_on_both_sides',
      fields: [{ field: expect.any(String), source: expect.anything(), destination: expect.anything() }],
      sync_id: run.sync_id,
    });
    expect(JSON.stringify(body.items[0].fields)).toContain('of the ERP');

    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Response = await list({ limit: 1, ...(cursor === '' ? {} : { cursor }) }).expect(200);
      paged.push(...idsOf(page));
      cursor = page.body.next_cursor;
    }
    expect(paged).toEqual(idsOf({ body } as Response));

    erp.system.put({ email: 'c2@example.test', name: 'Ada of the shop', phone: null }, '000002');
    await fixture.run(ORG, there);
    const left = (await list().expect(200)).body.items.map(({ external_id }: Listed) => external_id).toSorted();
    expect(left).toEqual([ids[0], ids[2]].toSorted());
  });

  it('is filtered by entity, connection, reason and text', async () => {
    expect(idsOf(await list({ error_class: 'changed_on_both_sides' }))).toHaveLength(2);
    expect(idsOf(await list({ error_class: 'ambiguous_match' }))).toEqual([]);
    expect(idsOf(await list({ entity_type: 'order' }))).toEqual([]);
    expect(idsOf(await list({ connection_id: SHOP }))).toEqual([]);
    expect(idsOf(await list({ q: 'BOTH SIDES' }))).toHaveLength(2);
    expect((await list({ cursor: 'none' }).expect(422)).body.errors).toMatchObject([{ parameter: 'cursor' }]);
  });

  it('is that of the items whose last try failed, when it is asked for them', async () => {
    const org = 'org-failing';
    const of = await fixture.service.request(org);
    const shop = await fixture.connect(org, 'shop');
    const erp = await fixture.connect(org, 'erp');
    const there = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
    const [bad] = ['refused', 'good'].map((name) =>
      shop.system.put({ email: `${name}@example.test`, name, phone: null }),
    );
    const run = await fixture.run(org, there);
    expect(run.progress.failed_count).toBe(1);
    expect((await list({}, of).expect(200)).body.items).toEqual([]);
    const { body } = await list({ kind: 'failure' }, of).expect(200);
    expect(body.items).toMatchObject([{ external_id: bad, source_name: 'shop', fields: [], sync_id: run.sync_id }]);
    // Either end of a pair has it.
    for (const { id } of [shop, erp])
      expect(idsOf(await list({ kind: 'failure', connection_id: id }, of))).toEqual([bad]);
    for (const connection_id of [shop.id, erp.id]) {
      const exported = await of.get('/api/sync/conflicts/export').query({ kind: 'failure', connection_id }).expect(200);
      expect(exported.text.split('\n').filter(Boolean)).toHaveLength(1);
    }
    const overview = await of.get('/api/sync/overview').expect(200);
    expect(overview.body.attention.failing_items).toBe(1);
  });

  it('is exported as CSV with a row a field, and as NDJSON', async () => {
    const csv = await request.get('/api/sync/conflicts/export').query({ format: 'csv', bom: false }).expect(200);
    expect(csv.text.split('\r\n').slice(0, 2)).toEqual([
      'found_at,entity_type,external_id,source_name,destination_name,destination_id,error_class,message,field,source,destination,sync_id',
      expect.stringContaining('Ada of the shop'),
    ]);
    const lines = await request.get('/api/sync/conflicts/export').buffer(true).expect(200);
    expect(
      String(lines.text ?? lines.body)
        .trim()
        .split('\n'),
    ).toHaveLength(2);
  });

  it('shows nothing of another organization', async () => {
    const other = await fixture.service.request('org-other');
    await insertSyncs(fixture.service, 'org-other', [{ sync_id: 'x' }]);
    expect((await list({}, other).expect(200)).body.items).toEqual([]);
  });
});
