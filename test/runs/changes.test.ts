import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/contract/connector.error.ts';
import { sql } from '../support/test-database.ts';
import { type Json, RunsFixture } from './runs.support.ts';

const ORG = 'org-changes';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const ask = (syncId: string, query = '', orgId = ORG) =>
  fixture.call(orgId, 'GET', `/progress/${syncId}/changes${query}`);

/** What each item became, by its kind and name. */
async function changes(syncId: string): Promise<string[]> {
  const { body } = await ask(syncId);
  return body.items.map(({ kind, external_id }: Json) => `${kind} ${external_id}`);
}

async function pairOf(name: string) {
  const shop = await fixture.connect(ORG, `shop-${name}`);
  const erp = await fixture.connect(ORG, `erp-${name}`);
  return {
    shop: shop.system,
    erp: erp.system,
    there: { source_connection_id: shop.id, destination: { connection_id: erp.id } },
    shopId: shop.id,
  };
}

const person = (name: string, email = `${name.toLowerCase()}@example.test`) => ({ email, name, phone: null });

describe('The changes of a sync to another connection', () => {
  it('are what it created, updated and deleted there, field by field, and its conflicts; not what was refused', async () => {
    const { shop, erp, there } = await pairOf('a');
    const [kept, renamed, gone, torn] = ['Kept', 'Before', 'Gone', 'Torn'].map((name) => shop.put(person(name)));
    for (let n = 0; n < 10; n += 1) shop.put(person(`Person${n}`));
    const first = await fixture.run(ORG, there);
    expect((await changes(first.sync_id)).length).toBe(first.counts.created);

    const idThere = (name: string) => [...erp.items].find(([, item]) => item.name === name)?.[0] ?? '';
    const [renamedThere, goneThere] = [idThere('Before'), idThere('Gone')];
    shop.put(person('After', 'before@example.test'), renamed);
    shop.remove(gone as string);
    shop.put(person('Torn here', 'torn@example.test'), torn);
    erp.put(person('Torn there', 'torn@example.test'), idThere('Torn'));
    const added = shop.put(person('Added'));
    shop.put(person('Refused'));
    const run = await fixture.run(ORG, there);

    expect(run.counts).toMatchObject({ created: 1, updated: 1, deleted: 1, conflict: 1, failed: 1 });
    const { body } = await ask(run.sync_id);
    expect(body).toEqual({
      sync_id: run.sync_id,
      next_cursor: null,
      items: [
        expect.objectContaining({
          kind: 'conflict',
          external_id: torn,
          reason: expect.stringContaining('Both sides changed name'),
        }),
        {
          ...{ kind: 'create', external_id: added, destination_id: idThere('Added'), fields: [], reason: null },
          data: person('Added'),
        },
        expect.objectContaining({ kind: 'delete', external_id: gone, destination_id: goneThere }),
        expect.objectContaining({
          ...{ kind: 'update', external_id: renamed, destination_id: renamedThere },
          fields: [{ field: 'name', old: 'Before', new: 'After' }],
        }),
      ],
    });
    expect(body.items.map(({ external_id }: Json) => external_id)).not.toContain(kept);
    expect(await changes((await fixture.run(ORG, there)).sync_id)).toEqual([`conflict ${torn}`]);
  });

  it('are paged and filtered by kind, for their sync only', async () => {
    const { shop, there } = await pairOf('b');
    shop.fill(3);
    const { sync_id } = await fixture.run(ORG, there);
    const first = (await ask(sync_id, '?limit=2&kind=create')).body;
    expect(first.items).toHaveLength(2);
    const second = (await ask(sync_id, `?limit=2&kind=create&cursor=${first.next_cursor}`)).body;
    expect([second.items.length, second.next_cursor]).toEqual([1, null]);
    expect((await ask(sync_id, '?kind=update')).body.items).toEqual([]);
    const other = await fixture.run(ORG, there);
    expect((await ask(other.sync_id, `?cursor=${first.next_cursor}`)).status).toBe(422);
    expect((await ask('no-such-sync')).status).toBe(404);
    expect((await ask(sync_id, '', 'org-theirs')).status).toBe(404);
  });

  it('are each there once, as they were first seen, when the response to a write was lost', async () => {
    const { shop, erp, there } = await pairOf('c');
    shop.fill(120);
    await fixture.run(ORG, there);
    shop.put({ email: 'person7@example.test', name: 'Renamed', phone: null }, '000007');
    shop.put(person('Added'));
    let lost = false;
    erp.hooks.afterWrite = () => {
      if (lost) return;
      lost = true;
      throw new ConnectorError('unavailable', 'the response was lost', { ambiguous: true });
    };
    const run = await fixture.run(ORG, there);
    expect([lost, run.counts]).toEqual([true, { unchanged: 119, updated: 1, created: 1 }]);
    const { items } = (await ask(run.sync_id)).body;
    expect(items).toMatchObject([
      { kind: 'create', external_id: '000121', destination_id: '000121' },
      { kind: 'update', external_id: '000007', fields: [{ field: 'name', old: 'Person 7', new: 'Renamed' }] },
    ]);
  });

  it('are those that its preview showed, which are kept for 48 hours', async () => {
    const { shop, there, shopId } = await pairOf('d');
    shop.fill(5);
    const { source_connection_id: _, ...ends } = { entity_type: 'customer', mode: 'full', ...there };
    const preview = (await fixture.call(ORG, 'POST', `/connections/${shopId}/preview`, ends)).body;
    await fixture.ended(ORG, preview.sync_id);
    const shown = await changes(preview.sync_id);
    expect(shown).toHaveLength(5);
    const applied = await fixture.run(ORG, { ...there, preview: preview.cache_key });
    expect(applied).toMatchObject({ kind: 'apply', counts: { created: 5 }, progress: { total_items: 5 } });
    expect(await changes(applied.sync_id)).toEqual(shown);
    expect(await changes(preview.sync_id)).toEqual(shown);
    const kept = await sql(
      fixture.service.database.superuserUrl,
      `SELECT DISTINCT extract(epoch FROM c.expires_at - r.created_at)::integer / 3600 AS hours
         FROM sync_preview_changes c JOIN sync_runs r USING (org_id, sync_id) WHERE sync_id = ANY ($1)`,
      [[preview.sync_id]],
    );
    expect(kept).toEqual([{ hours: 48 }]);
  });

  it('of a retry are what it could do', async () => {
    const { shop, there } = await pairOf('e');
    const id = shop.put(person('Refused'));
    const run = await fixture.run(ORG, there);
    expect(await changes(run.sync_id)).toEqual([]);
    shop.put(person('Accepted'), id);
    const { body } = await fixture.call(ORG, 'POST', `/progress/${run.sync_id}/retry-failed`);
    await fixture.ended(ORG, body.sync_id);
    expect(await changes(body.sync_id)).toEqual([`create ${id}`]);
  });
});

describe('The changes of a sync into the records', () => {
  it('are the fields that changed; the values of what was created and deleted are at the records', async () => {
    const { id, system } = await fixture.connect(ORG, 'alone');
    system.fill(8);
    const first = await fixture.run(ORG, { source_connection_id: id });
    expect(await changes(first.sync_id)).toHaveLength(8);
    system.put({ email: 'person1@example.test', name: 'Renamed', phone: '1' }, '000001');
    system.remove('000002');
    const second = await fixture.run(ORG, { source_connection_id: id });
    const common = { reason: null, data: null, destination_id: null };
    expect((await ask(second.sync_id)).body.items).toEqual([
      { ...common, external_id: '000002', kind: 'delete', fields: [] },
      {
        ...{ ...common, external_id: '000001', kind: 'update' },
        fields: [
          { field: 'name', old: 'Person 1', new: 'Renamed' },
          { field: 'phone', old: null, new: '1' },
        ],
      },
    ]);
  });

  it('are none of a sync that is reported', async () => {
    const reported = { sync_id: 'reported', entity_type: 'customer', source_system: 'shop' };
    await fixture.call(ORG, 'POST', '/progress', reported);
    expect((await ask('reported')).body).toEqual({ sync_id: 'reported', items: [], next_cursor: null });
  });

  it('of what failed, the size counts, too; above the quota it is told without what was read', async () => {
    const org = 'org-items-quota';
    const { id, system } = await fixture.connect(org, 'bad');
    const bad = system.put({ email: 'broken' });
    const used = async () => {
      const { body } = await fixture.call(org, 'GET', '/usage');
      return body.items.find(({ name }: Json) => name === 'item_bytes').used;
    };
    const told = async () => {
      const { progress } = await fixture.run(org, { source_connection_id: id });
      return (await fixture.call(org, 'GET', `/progress/${progress.sync_id}/items`)).body.items;
    };
    expect(await used()).toBe(0);
    expect(await told()).toMatchObject([{ external_id: bad, payload: expect.anything() }]);
    expect(await used()).toBeGreaterThan(50);
    await sql(fixture.service.database.superuserUrl, `UPDATE sync_runs SET item_bytes = 1 << 30 WHERE org_id = $1`, [
      org,
    ]);
    expect(await used()).toBe(1_073_741_824);
    expect(await told()).toMatchObject([{ external_id: bad, payload: null }]);
  });

  it('count for the quota; what is too much is not kept, and the sync goes on', async () => {
    const org = 'org-changes-quota';
    const { id, system } = await fixture.connect(org, 'much');
    system.fill(5);
    await fixture.run(org, { source_connection_id: id });
    const used = async () => {
      const { body } = await fixture.call(org, 'GET', '/usage');
      return body.items.find(({ name }: Json) => name === 'change_bytes').used;
    };
    expect(await used()).toBeGreaterThan(500);
    await sql(fixture.service.database.superuserUrl, `UPDATE sync_runs SET kept_bytes = 1 << 30 WHERE org_id = $1`, [
      org,
    ]);
    expect(await used()).toBe(1_073_741_824);
    system.fill(6);
    const run = await fixture.run(org, { source_connection_id: id });
    expect([run.counts.created, (await ask(run.sync_id, '', org)).body.items]).toEqual([6, []]);
  });
});
