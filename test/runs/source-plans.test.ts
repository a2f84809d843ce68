import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findBindings,
  findBoundDestinations,
  findLeftBehind,
  findOtherBindings,
} from '../../src/records/bindings.sql.ts';
import type { Run } from '../../src/runs/run.types.ts';
import { openWriteEnds } from '../../src/runs/runs.sql.ts';
import { countUnseen, unrecordedIds, unseenItems } from '../../src/runs/source/source.sql.ts';
import { rowsRead } from '../support/rows-read.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

// A first sync of a new connection ends before Postgres knows anything about its tables.

const ORG = 'org-1';
const [SHOP, ERP] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const ITEMS = 2_000;
const PAIR = { orgId: ORG, entity: 'customer', source: SHOP, destination: ERP } as const;
const OTHER = { ...PAIR, source: '00000000-0000-4000-8000-000000000003' };
const IDS = Array.from({ length: 100 }, (_, n) => String(ITEMS - n));
const ENTRIES = IDS.map((id) => `e${id}`);
const RUN = {
  ...{ org_id: ORG, sync_id: 'run-1', kind: 'sync', entity_type: 'customer' },
  ...{ source_connection_id: SHOP, destination_connection_id: ERP },
} as Run;

let database: TestDatabase;
let app: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  // Each item is bound, and was read by another run.
  await sql(
    database.superuserUrl,
    `SET session_replication_role = replica;
     ALTER TABLE sync_records SET (autovacuum_enabled = off);
     ALTER TABLE sync_bindings SET (autovacuum_enabled = off);
     ALTER TABLE sync_seen SET (autovacuum_enabled = off);
     INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq)
     SELECT '${ORG}', '${SHOP}', 'customer', n::text, jsonb_build_object('pad', repeat('x', 900)), 'h', n FROM generate_series(1, ${ITEMS}) n;
     INSERT INTO sync_bindings (org_id, entity_type, system_a, system_b, id_a, id_b, hash_a, hash_b)
     SELECT '${ORG}', 'customer', '${SHOP}', '${ERP}', n::text, 'e' || n, 'h', 'h' FROM generate_series(1, ${ITEMS}) n;
     INSERT INTO sync_systems (org_id, id, system, place, scope, mark) VALUES ('${ORG}', '${SHOP}', 'woocommerce', 'https://shop.example', '', 'm');
     INSERT INTO sync_connections (org_id, id, name, system, base_url, system_id)
     VALUES ('${ORG}', '${ERP}', 'erp', 'odoo', 'https://erp.example', '${ERP}');
     INSERT INTO sync_runs (org_id, sync_id, entity_type, source_connection_id, destination_connection_id, kind, mode, state, trigger, write_open_since)
     SELECT '${ORG}', 'run-' || n, 'customer', '${SHOP}', '${ERP}', 'sync', 'full', 'ended', 'request', CASE WHEN n = 7 THEN now() END
       FROM generate_series(1, ${ITEMS}) n;
     INSERT INTO sync_seen (org_id, sync_id, external_id, failed) SELECT '${ORG}', 'run-0', n::text, false FROM generate_series(1, ${ITEMS}) n;`,
  );
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

// For what was not found: its record and its binding, each found from the other.
describe('Without statistics, each item is looked up by its key', () => {
  it.each([
    ['the count of what a full sync did not find', countUnseen(RUN, PAIR), [{ count: ITEMS }], ITEMS * 4],
    ['the list of it', unseenItems(RUN, PAIR, ''), null, ITEMS * 4],
    ['the bindings of a batch', findBindings(PAIR, IDS), null, 100],
    ['the bindings of entries of a batch', findBoundDestinations(PAIR, ENTRIES), null, 100],
    ['what entries are bound to elsewhere', findOtherBindings(OTHER, ENTRIES), null, 110],
    ['what a system that was left is bound to', findLeftBehind(OTHER, [SHOP], ENTRIES), null, 110],
    ['the write that may still be under way at a system', openWriteEnds(RUN, ERP, 60), null, 3],
    ['the ids without a record', unrecordedIds(RUN, ['1', 'none', String(ITEMS)]), [{ external_id: 'none' }], 3],
  ])('%s', async (_, statement, rows, most) => {
    const found = await rowsRead(app, ORG, statement);
    if (rows) expect(found.rows).toEqual(rows);
    expect(found.read).toBeLessThanOrEqual(most);
  });
});
