import type { Agent } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { insertConnections, SHOP } from './console.fixture.ts';

let service: TestService;
let request: Agent;

beforeAll(async () => {
  service = await startTestService();
  request = await service.request('org-1');
  await insertConnections(service, 'org-1', { [SHOP]: 'Main Shop' });
  await sql(
    service.database.superuserUrl,
    `INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq, deleted_at)
     VALUES ('org-1', '${SHOP}', 'customer', '1', '{"email": "Ada@shop.example"}', 'h', 1, NULL),
            ('org-1', '${SHOP}', 'customer', '2', '{"email": "adam@shop.example"}', 'h', 2, NULL),
            ('org-1', '${SHOP}', 'customer', '3', '{"email": "adagone@shop.example"}', 'h', 3, now()),
            ('org-1', '${SHOP}', 'product', '7', '{"sku": "AB-1"}', 'h', 4, NULL),
            ('org-1', '${SHOP}', 'product', '8', '{"sku": "Mug-Blue"}', 'h', 5, NULL),
            ('org-1', '${SHOP}', 'order', '9', '{"number": "1007"}', 'h', 6, NULL),
            ('org-1', '${SHOP}', 'order', '10', '{"number": "Wo-1008/b"}', 'h', 7, NULL)`,
  );
});
afterAll(() => service.close());

const find = async (q: string, by = request) =>
  (await by.get('/api/sync/records/lookup').query({ q }).expect(200)).body.items.map(
    ({ entity_type, external_id }: { entity_type: string; external_id: string }) => `${entity_type} ${external_id}`,
  );

describe('Looking records up', () => {
  it.each<[string, string[]]>([
    ['ada', ['customer 1', 'customer 2']],
    ['ADA@shop', ['customer 1']],
    ['AB-', ['product 7']],
    ['ab-1', ['product 7']],
    ['Ab-1', ['product 7']],
    ['mug-', ['product 8']],
    ['MUG-BLUE', ['product 8']],
    ['muG-bLue', ['product 8']],
    ['1007', ['order 9']],
    ['wo-1008', ['order 10']],
    ['WO-1008/B', ['order 10']],
    ['7', ['product 7']],
    ['none', []],
    ['%', []],
  ])('%s', async (q, found) => {
    expect(await find(q)).toEqual(found);
  });

  it('tells where a record is from and what people call it', async () => {
    const { body } = await request.get('/api/sync/records/lookup').query({ q: 'ab-', limit: 1 }).expect(200);
    expect(body.items).toEqual([
      { entity_type: 'product', external_id: '7', connection_id: SHOP, connection_name: 'Main Shop', known_as: 'AB-1' },
    ]);
  });

  it('tells an e-mail as its system writes it', async () => {
    const { body } = await request.get('/api/sync/records/lookup').query({ q: 'ada@' }).expect(200);
    expect(body.items).toMatchObject([{ known_as: 'Ada@shop.example' }]);
  });

  it('finds nothing of another organization, and wants something to look for', async () => {
    expect(await find('ada', await service.request('org-2'))).toEqual([]);
    await request.get('/api/sync/records/lookup').expect(422);
  });
});
