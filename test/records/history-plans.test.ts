import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendActivity } from '../../src/activity/activity.sql.ts';
import { findRecords } from '../../src/console/lookup/lookup.sql.ts';
import { type Asked, historyPage, identitiesOf } from '../../src/records/history/history.sql.ts';
import { rowsRead } from '../support/rows-read.ts';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

// As for the hot statements in test/progress/hot-plans.test.ts, Postgres counts the rows that are read. The role is the service's, since
// row-level security decides which conditions an index may serve.

const ORG = 'org-1';
const [SHOP, ERP] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const PAGE = 51;

let database: TestDatabase;
let app: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
});
afterAll(async () => {
  await app.end();
  await database.drop();
});

/**
 * So many customers that one run brought from a shop to an ERP, of which the first was changed and failed as many times, each by a run of its
 * own; nothing is known about the tables.
 */
const fill = (count: number) =>
  sql(
    database.superuserUrl,
    `SET session_replication_role = replica;
     TRUNCATE sync_records, sync_changes, sync_items, sync_runs, sync_connections, sync_bindings;
     INSERT INTO sync_connections (org_id, id, name, system, system_id, base_url)
     SELECT '${ORG}', id, id::text, 'woocommerce', id, 'https://x.example' FROM unnest('{${SHOP},${ERP}}'::uuid[]) AS id;
     INSERT INTO sync_records (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq)
     SELECT '${ORG}', '${SHOP}', entity, n::text,
            jsonb_build_object('email', 'P' || n || '@x.example', 'sku', 'S-' || n, 'number', 'N-' || n), 'h', n
       FROM generate_series(1, ${count}) n, unnest('{customer,product,order}'::text[]) entity;
     INSERT INTO sync_bindings (org_id, entity_type, system_a, system_b, id_a, id_b)
     SELECT '${ORG}', 'customer', '${SHOP}', '${ERP}', n::text, 'e' || n FROM generate_series(1, ${count}) n;
     INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode, trigger, requested_by)
     SELECT '${ORG}', 'run-' || n, 'sync', '${SHOP}', '${ERP}', 'customer', 'full', 'request', 'u' FROM generate_series(0, ${count}) n;
     INSERT INTO sync_changes (org_id, week, sync_id, kind, external_id, entity_type, destination_id, at)
     SELECT '${ORG}', n % 5, 'run-' || run, 'update', id, 'customer', 'e' || id, now() - make_interval(secs => n)
       FROM generate_series(1, ${count}) n, LATERAL (VALUES (0, n::text), (n, '1')) AS x (run, id) WHERE (run, id) <> (0, '1');
     INSERT INTO sync_items (org_id, sync_id, external_id, outcome, error_class, message, updated_at)
     SELECT '${ORG}', 'run-' || run, id, 'failed', 'refused', 'm', now() - make_interval(secs => n)
       FROM generate_series(1, ${count}) n, LATERAL (VALUES (0, n::text), (n, '1')) AS x (run, id) WHERE (run, id) <> (0, '1');`,
  );

const asked: [string, 'customer' | 'product' | 'order', Asked][] = [
  ['an e-mail', 'customer', { name: 'p1@x.example' }],
  ['a SKU', 'product', { name: 'S-1' }],
  ['a SKU that is written otherwise', 'product', { name: 's-1' }],
  ['a number', 'order', { name: 'n-1' }],
  ['an id', 'customer', { external_id: '1', connection_id: null }],
  ['an id that no record has', 'customer', { external_id: 'e1', connection_id: null }],
  ['an id of a connection', 'customer', { external_id: 'e1', connection_id: ERP }],
];

describe.each([1, 1_000, 100_000])('The history among %i items and as many changes of one', (count) => {
  beforeAll(async () => {
    await fill(count);
  }, 120_000);

  it.each(asked)('is looked up by %s, which reads what belongs to the item alone', async (_, entity, ask) => {
    const found = await rowsRead<{ connection_id: string }>(app, ORG, identitiesOf(ORG, entity, ask));
    const isKnown = !('external_id' in ask && ask.connection_id === null && ask.external_id === 'e1');
    expect(found.rows.some(({ connection_id }) => connection_id === SHOP)).toBe(isKnown);
    // The record, both connections, the binding, and the last 50 changes with the run of each.
    expect(found.read).toBeLessThan(250);
  });

  it.each(['p1@X.example', 's-1', 'N-1'])('is no matter to who looks for %s, in any case', async (name) => {
    const looked = await rowsRead<{ external_id: string }>(app, ORG, findRecords(ORG, name, 10));
    expect(looked.rows.map(({ external_id }) => external_id)).toContain('1');
    // Ten of each entity type that begin so, each with its connection, and one for each connection by id.
    expect(looked.read).toBeLessThan(100);
    const syncs = await rowsRead(app, ORG, { text: 'SELECT app.syncs_of_item($1, $2)', values: [ORG, name] });
    expect(syncs.rows).not.toEqual([]);
    // The last 100 that failed it and the last 100 that changed it.
    expect(syncs.read).toBeLessThan(250);
  });

  it('is no matter to an entry of the trail, which reads the records of its item and of whom it names', async () => {
    const entry = {
      activity_type: 'imported',
      status: 'failed',
      user_id: 'u',
      error_message: 'P1@x.example has no “name”',
    } as const;
    const { rows, read } = await rowsRead<{ error_message: string }>(
      app,
      ORG,
      appendActivity(ORG, [{ ...entry, entity_type: 'customer', details: { item: '1' } }], false),
      ['sync_records', 'sync_connections'],
    );
    expect(rows[0]?.error_message).toMatch(/^person:\w+ has no “person:\w+”$/);
    // Twice: for what was quoted, and once the addresses are known.
    expect(read).toBeLessThan(20);
  });

  it('is read a page at a time', async () => {
    const identities = [
      { connection_id: SHOP, external_id: '1' },
      { connection_id: ERP, external_id: 'e1' },
    ];
    const page = await rowsRead<{ at: string }>(app, ORG, historyPage(ORG, 'customer', identities, null, PAGE));
    expect(page.rows).toHaveLength(Math.min(PAGE, 2 * count));
    // Of each identity a page of what it changed, what changed it and what failed, each with its run.
    expect(page.read).toBeLessThan(identities.length * 3 * 2 * (PAGE + 25));
  });
});
