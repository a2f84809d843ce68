import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { sql } from '../support/test-database.ts';
import { undo, undoPreview } from './undo.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

async function pair() {
  const orgId = newOrgName();
  const shop = await fixture.connect(orgId, 'shop', { delete_guard_percent: 100 });
  const erp = await fixture.connect(orgId, 'erp', { delete_guard_percent: 100 });
  const ends = { source_connection_id: shop.id, destination: { connection_id: erp.id } };
  return { orgId, shop: shop.system, erp: erp.system, ends, shopId: shop.id };
}

const person = (name: string, email = `${name.toLowerCase()}@example.test`) => ({ email, name, phone: null });
const held = ({ items }: { items: Map<string, object> }) =>
  [...items.values()].map((item) => (item as Json).name).sort();
const kinds = (changes: Json[]) => Object.fromEntries(changes.map(({ kind, external_id }) => [external_id, kind]));

describe('The undo of a sync to another connection', () => {
  it('takes back what was created, updated and deleted, and can be undone itself', async () => {
    const { orgId, shop, erp, ends } = await pair();
    const [kept, gone] = ['Kept', 'Gone'].map((name) => shop.put(person(name))) as [string, string];
    await fixture.run(orgId, ends);
    const before = held(erp);
    shop.put({ ...person('Renamed', 'kept@example.test'), phone: '1' }, kept);
    shop.remove(gone);
    const added = shop.put(person('Added'));
    const run = await fixture.run(orgId, ends);
    expect(held(erp)).toEqual(['Added', 'Renamed']);

    const undone = await undo(fixture, orgId, run.sync_id);
    expect(kinds(undone.changes)).toEqual({ [kept]: 'update', [gone]: 'create', [added]: 'delete' });
    expect(undone.preview.delta_data).toMatchObject({
      undoes_sync_id: run.sync_id,
      note: expect.stringContaining('next full sync'),
    });
    expect(undone.run).toMatchObject({
      ...{ kind: 'apply', undoes_sync_id: run.sync_id, counts: { created: 1, updated: 1, deleted: 1 } },
      progress: { status: 'completed' },
    });
    expect(held(erp)).toEqual(before);
    expect(held(shop)).toEqual(['Added', 'Renamed']);

    await undo(fixture, orgId, undone.run.sync_id);
    expect(held(erp)).toEqual(['Added', 'Renamed']);
  });

  it('is brought again by the next full sync, and is no change of the destination for a sync back', async () => {
    const { orgId, shop, erp, ends } = await pair();
    const [kept] = ['Kept', 'Other'].map((name) => shop.put(person(name))) as [string];
    await fixture.run(orgId, ends);
    shop.put(person('Renamed', 'kept@example.test'), kept);
    const { sync_id } = await fixture.run(orgId, ends);
    await undo(fixture, orgId, sync_id);
    const back = {
      source_connection_id: ends.destination.connection_id,
      destination: { connection_id: ends.source_connection_id },
    };
    expect((await fixture.run(orgId, { ...back, mode: 'full' })).counts).toEqual({ unchanged: 2 });
    expect([held(shop), held(erp)]).toEqual([
      ['Other', 'Renamed'],
      ['Kept', 'Other'],
    ]);
    expect((await fixture.run(orgId, ends)).counts).toEqual({ unchanged: 1, updated: 1 });
    expect(held(erp)).toEqual(['Other', 'Renamed']);
  });

  it('refuses, item by item and with both values, what was changed or deleted since', async () => {
    const { orgId, shop, erp, ends } = await pair();
    const ids = ['One', 'Two', 'Three', 'Four'].map((name) => shop.put(person(name)));
    const { sync_id } = await fixture.run(orgId, ends);
    const there = (name: string) => [...erp.items].find(([, item]) => item.name === name)?.[0] ?? '';
    erp.put({ ...person('One'), phone: '42' }, there('One'));
    erp.remove(there('Two'));
    const { changes, run } = await undo(fixture, orgId, sync_id);
    expect(kinds(changes)).toEqual({ [ids[0] ?? '']: 'conflict', [ids[2] ?? '']: 'delete', [ids[3] ?? '']: 'delete' });
    expect(changes.find(({ kind }) => kind === 'conflict')).toMatchObject({
      reason: 'Changed since the run: phone. It is left as it is.',
      fields: [{ field: 'phone', old: null, new: '42' }],
    });
    expect(run.counts).toEqual({ conflict: 1, deleted: 2 });
    expect(held(erp)).toEqual(['One']);
  });

  it('skips what changes between the preview and its application', async () => {
    const { orgId, shop, erp, ends } = await pair();
    shop.put(person('One'));
    const { sync_id } = await fixture.run(orgId, ends);
    const preview = await undoPreview(fixture, orgId, sync_id);
    const apply = { ...ends, preview: preview.run.sync_id, entity_type: 'customer' };
    const id = [...erp.items.keys()][0] ?? '';
    erp.put({ ...person('One'), phone: '1' }, id);
    expect((await fixture.call(orgId, 'POST', '/runs', apply)).body.type).toMatch(/stale-preview$/);
    expect(erp.items.size).toBe(1);
  });

  it('is refused by the delete guard without a reason', async () => {
    const orgId = newOrgName();
    const shop = await fixture.connect(orgId, 'shop');
    const erp = await fixture.connect(orgId, 'erp');
    const ends = { source_connection_id: shop.id, destination: { connection_id: erp.id }, entity_type: 'customer' };
    shop.system.fill(3);
    const { sync_id } = await fixture.run(orgId, ends);
    const preview = await undoPreview(fixture, orgId, sync_id);
    expect(preview.body.summary).toMatchObject({ deletes: 3, guard: expect.stringContaining('above the guard') });
    const { body } = await fixture.call(orgId, 'POST', '/runs', { ...ends, preview: preview.run.sync_id });
    expect(body.type).toMatch(/delete-guard$/);
  });
});

describe('The undo of a sync into the records', () => {
  it('takes back what was created, updated and deleted, and refuses what changed since', async () => {
    const { orgId, shop, shopId } = await pair();
    const ends = { source_connection_id: shopId };
    const ids = ['Kept', 'Gone', 'Later'].map((name) => shop.put(person(name))) as [string, string, string];
    const first = await fixture.run(orgId, ends);
    const records = async () => {
      const { body } = await fixture.call(orgId, 'GET', `/records?connection_id=${shopId}&deleted=false`);
      return body.items.map(({ data }: Json) => data.name).sort();
    };
    shop.put(person('Renamed', 'kept@example.test'), ids[0]);
    shop.remove(ids[1]);
    shop.put(person('Added'));
    const second = await fixture.run(orgId, ends);
    expect(await records()).toEqual(['Added', 'Later', 'Renamed']);
    shop.put(person('Latest', 'later@example.test'), ids[2]);
    await fixture.run(orgId, ends);

    const undone = await undo(fixture, orgId, second.sync_id);
    expect(undone.run.counts).toEqual({ created: 1, updated: 1, deleted: 1 });
    expect(await records()).toEqual(['Gone', 'Kept', 'Latest']);
    const all = await undo(fixture, orgId, first.sync_id);
    expect(all.changes.find(({ kind }) => kind === 'conflict')).toMatchObject({
      external_id: ids[2],
      fields: [{ field: 'name', old: 'Later', new: 'Latest' }],
    });
    expect(await records()).toEqual(['Latest']);
    // The next full sync brings it all again.
    await fixture.run(orgId, ends);
    expect(await records()).toEqual(['Added', 'Latest', 'Renamed']);
  });
});

describe('POST /runs/{sync_id}/undo', () => {
  it('says why there is nothing to take back', async () => {
    const { orgId, shop, ends } = await pair();
    const ask = async (syncId: string, org = orgId) => {
      const { status, body } = await fixture.call(org, 'POST', `/runs/${syncId}/undo`);
      return [status, body.detail];
    };
    shop.put(person('One'));
    const run = await fixture.run(orgId, ends);
    const again = await fixture.run(orgId, ends);
    expect(await ask(again.sync_id)).toEqual([409, expect.stringContaining('changed nothing')]);
    expect((await ask('no-such-run'))[0]).toBe(404);
    expect((await ask(run.sync_id, newOrgName()))[0]).toBe(404);
    const preview = await undoPreview(fixture, orgId, run.sync_id);
    expect(await ask(preview.run.sync_id)).toEqual([409, expect.stringContaining('is a preview')]);
    const trail = await fixture.call(orgId, 'GET', `/activity?sync_id=${run.sync_id}`);
    expect(trail.body.items).toContainEqual(
      expect.objectContaining({ activity_type: 'undo_requested', details: { preview_sync_id: preview.run.sync_id } }),
    );
    await sql(fixture.service.database.superuserUrl, 'DELETE FROM sync_changes WHERE sync_id = $1', [run.sync_id]);
    expect(await ask(run.sync_id)).toEqual([409, expect.stringContaining('not kept any more')]);
  });
});
