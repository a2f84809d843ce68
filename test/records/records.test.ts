import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunsFixture } from '../runs/runs.support.ts';
import { sql } from '../support/test-database.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER: 'off' });
});
afterAll(() => fixture.close());

const SHOP = randomUUID();
const ERP = randomUUID();

type Given = { external_id: string; data?: object; hash?: string; deleted: boolean };
const there = (external_id: string, name = 'Ann'): Given => ({
  external_id,
  data: { name },
  hash: name,
  deleted: false,
});
const gone = (external_id: string): Given => ({ external_id, deleted: true });

/** Writes as a batch of a run does. */
const save = (org: string, connection: string, entity: string, given: readonly Given[]) =>
  sql(
    fixture.service.database.appUrl,
    'SELECT * FROM app.save_records($1, $2, $3, $4, NULL, NULL)',
    [org, connection, entity, JSON.stringify(given)],
    org,
  );
const get = async (org: string, path: string) => (await fixture.call(org, 'GET', path)).body;
const ids = ({ items }: { items: { external_id: string }[] }) => items.map(({ external_id }) => external_id);
const insert = (table: string, row: object) =>
  sql(
    fixture.service.database.superuserUrl,
    `INSERT INTO ${table} (${Object.keys(row)}) SELECT ${Object.keys(row)} FROM jsonb_populate_record(NULL::${table}, $1)`,
    [JSON.stringify(row)],
  );

describe('Records', () => {
  it('are listed in the order of their changes, page by page, and later only what has changed', async () => {
    const org = 'org-feed';
    await save(org, SHOP, 'customer', [there('1'), there('2'), there('3')]);
    await save(org, ERP, 'customer', [there('9')]);
    const first = await get(org, '/records?limit=3');
    expect(ids(first)).toEqual(['1', '2', '3']);
    expect(first.changes_cursor).toBe(first.next_cursor);
    const second = await get(org, `/records?limit=3&cursor=${first.next_cursor}`);
    expect([ids(second), second.next_cursor]).toEqual([['9'], null]);
    const nothing = await get(org, `/records?cursor=${second.changes_cursor}`);
    expect(nothing).toEqual({ items: [], next_cursor: null, changes_cursor: second.changes_cursor });

    await save(org, SHOP, 'customer', [there('2', 'Bea'), gone('3'), there('1')]);
    const changed = await get(org, `/records?cursor=${nothing.changes_cursor}`);
    expect(changed.items).toEqual([
      expect.objectContaining({ external_id: '2', data: { name: 'Bea' }, change_seq: 5, deleted_at: null }),
      expect.objectContaining({ external_id: '3', change_seq: 6, deleted_at: expect.stringMatching(/\+00:00$/) }),
    ]);
  });

  it('are filtered, also while only the changes are asked for', async () => {
    const org = 'org-filters';
    await save(org, SHOP, 'customer', [there('1'), there('2')]);
    await save(org, SHOP, 'product', [there('p')]);
    await save(org, ERP, 'customer', [there('1'), there('8')]);
    await save(org, SHOP, 'customer', [gone('2')]);
    const of = async (query: string) => ids(await get(org, `/records?${query}`));
    expect(await of(`connection_id=${SHOP}`)).toEqual(['1', 'p', '2']);
    expect(await of(`connection_id=${SHOP}&limit=1`)).toEqual(['1']);
    expect(await of(`connection_id=${SHOP}&entity_type=customer`)).toEqual(['1', '2']);
    expect(await of('entity_type=customer')).toEqual(['1', '1', '8', '2']);
    expect(await of('external_id=1')).toEqual(['1', '1']);
    expect(await of(`external_id=1&connection_id=${ERP}`)).toEqual(['1']);
    expect(await of('deleted=true')).toEqual(['2']);
    expect(await of(`connection_id=${ERP}&deleted=false`)).toEqual(['1', '8']);

    const { changes_cursor } = await get(org, `/records?connection_id=${ERP}`);
    await save(org, SHOP, 'customer', [there('3')]);
    await save(org, ERP, 'customer', [there('8', 'Bea')]);
    expect(await of(`connection_id=${ERP}&cursor=${changes_cursor}`)).toEqual(['8']);
  });

  it('reach a reader who follows the changes, all of them, while several writers commit at once', async () => {
    const org = 'org-followed';
    const connections = [randomUUID(), randomUUID(), randomUUID()];
    const writers = connections.map(async (connection, index) => {
      for (let round = 0; round < 8; round += 1)
        await save(org, connection, 'customer', [there('a', `${index} ${round}`), there(String(round)), gone('1')]);
    });
    let writing = true;
    const done = Promise.all(writers).finally(() => {
      writing = false;
    });
    const copy = new Map<string, unknown>();
    let cursor = '';
    const follow = async () => {
      const page = await get(org, `/records?limit=4${cursor && `&cursor=${cursor}`}`);
      for (const { connection_id, external_id, content_hash, deleted_at } of page.items)
        copy.set(`${connection_id} ${external_id}`, deleted_at === null && content_hash);
      cursor = page.changes_cursor;
      return page.next_cursor !== null;
    };
    while (writing) await follow();
    await done;
    while (await follow());
    const stored = await sql<{ name: string; state: unknown }>(
      fixture.service.database.superuserUrl,
      `SELECT connection_id || ' ' || external_id AS name,
              CASE WHEN deleted_at IS NULL THEN to_jsonb(content_hash) ELSE 'false' END AS state
         FROM sync_records WHERE org_id = $1`,
      [org],
    );
    expect(Object.fromEntries(copy)).toEqual(Object.fromEntries(stored.map(({ name, state }) => [name, state])));
    expect(copy.size).toBe(27);
  });

  it('are read one by one, and invented cursors are refused', async () => {
    const org = 'org-single';
    await save(org, SHOP, 'order', [there('a/b ü')]);
    const record = await get(org, `/records/${SHOP}/order/${encodeURIComponent('a/b ü')}`);
    expect(record).toMatchObject({ connection_id: SHOP, entity_type: 'order', external_id: 'a/b ü', change_seq: 1 });
    for (const path of [`/records/${ERP}/order/1`, `/records/${SHOP}/customer/${encodeURIComponent('a/b ü')}`])
      expect((await fixture.call(org, 'GET', path)).status).toBe(404);
    const ahead = Buffer.from('["records","2"]').toString('base64url');
    for (const query of ['cursor=abc', `cursor=${ahead}`, 'limit=0', 'limit=1001', 'entity_type=x', 'connection_id=x'])
      expect([query, (await fixture.call(org, 'GET', `/records?${query}`)).status]).toEqual([query, 422]);
  });

  it('of one organization are nothing to another', async () => {
    await save('org-mine', SHOP, 'customer', [there('1')]);
    expect((await get('org-theirs', `/records?connection_id=${SHOP}`)).items).toEqual([]);
    expect((await fixture.call('org-theirs', 'GET', `/records/${SHOP}/customer/1`)).status).toBe(404);
  });
});

describe('The items of a sync', () => {
  const org_id = 'org-items';
  beforeAll(async () => {
    await insert('sync_progress', {
      ...{ org_id, id: randomUUID(), sync_id: 's', entity_type: 'customer', source_system: 'fake', status: 'running' },
      ...{ processed_count: 0, failed_count: 0, current_item: 0, cancel_requested: false, pause_requested: false },
      ...{ started_at: new Date(), updated_at: new Date() },
    });
    for (const [external_id, outcome, error_class] of [
      ['1', 'failed', 'refused'],
      ['2', 'skipped', 'conflict'],
      ['3', 'failed', 'invalid_email'],
    ])
      await insert('sync_items', {
        ...{ org_id, sync_id: 's', external_id, outcome, error_class, message: 'm', payload: { a: 1 }, attempts: 2 },
        ...{ created_at: new Date(), updated_at: new Date() },
      });
  });

  it('are listed by id, page by page, and filtered', async () => {
    const first = await get(org_id, '/progress/s/items?limit=2');
    expect(ids(first)).toEqual(['1', '2']);
    expect(first.items[0]).toEqual({
      ...{ sync_id: 's', external_id: '1', outcome: 'failed', error_class: 'refused', message: 'm', payload: { a: 1 } },
      ...{ attempts: 2, created_at: expect.any(String), updated_at: expect.any(String) },
    });
    const second = await get(org_id, `/progress/s/items?limit=2&cursor=${first.next_cursor}`);
    expect([ids(second), second.next_cursor]).toEqual([['3'], null]);
    expect(ids(await get(org_id, '/progress/s/items?outcome=failed'))).toEqual(['1', '3']);
    expect(ids(await get(org_id, '/progress/s/items?error_class=conflict'))).toEqual(['2']);
  });

  it('are not there for a sync there is not, nor for another organization', async () => {
    expect((await fixture.call(org_id, 'GET', '/progress/none/items')).status).toBe(404);
    expect((await fixture.call('org-theirs', 'GET', '/progress/s/items')).status).toBe(404);
    expect((await fixture.call(org_id, 'GET', '/progress/s/items?cursor=x')).status).toBe(422);
  });
});

describe('The changes of a preview', () => {
  const org_id = 'org-changes';
  const store = async (delta_data: object) =>
    (await fixture.call(org_id, 'PUT', '/previews', { sync_type: 'shop', delta_data })).body.cache_key;
  const change = (sync_id: string, external_id: string, kind: string) =>
    insert('sync_preview_changes', {
      ...{ org_id, sync_id, external_id, kind, data: { n: external_id }, expires_at: '2999-01-01T00:00:00Z' },
      fields: [{ field: 'name', old: 'a', new: 'b' }],
    });

  it('are paged by kind and id, all of them, and filtered by kind', async () => {
    for (const [id, kind] of [
      ['1', 'update'],
      ['2', 'create'],
      ['3', 'update'],
      ['4', 'delete'],
      ['5', 'conflict'],
    ] as const)
      await change('run-1', id, kind);
    await change('run-0', '9', 'create');
    const key = await store({ sync_id: 'run-1' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await get(org_id, `/previews/${key}/changes?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.sync_id).toBe('run-1');
      seen.push(...ids(page));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(['5', '2', '4', '1', '3']);
    const updates = await get(org_id, `/previews/${key}/changes?kind=update&limit=1`);
    expect(updates.items).toEqual([
      {
        ...{ external_id: '1', kind: 'update', destination_id: null, data: { n: '1' }, reason: null },
        fields: [{ field: 'name', old: 'a', new: 'b' }],
      },
    ]);
    const rest = await get(org_id, `/previews/${key}/changes?kind=update&cursor=${updates.next_cursor}`);
    expect([ids(rest), rest.next_cursor]).toEqual([['3'], null]);
    expect((await fixture.call('org-theirs', 'GET', `/previews/${key}/changes`)).status).toBe(404);

    await store({ sync_id: 'run-0' });
    expect((await fixture.call(org_id, 'GET', `/previews/${key}/changes?cursor=${updates.next_cursor}`)).status).toBe(
      409,
    );
    expect(ids(await get(org_id, `/previews/${key}/changes`))).toEqual(['9']);
    await store({ creates: [] });
    expect((await fixture.call(org_id, 'GET', `/previews/${key}/changes`)).status).toBe(404);
  });
});
