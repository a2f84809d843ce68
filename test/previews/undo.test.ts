import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/contract/connector.error.ts';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
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

/** Applies the preview of an undo, with a reason. */
async function applied(orgId: string, ends: object, preview: { run: Json }): Promise<Json> {
  return fixture.run(orgId, { ...ends, preview: preview.run.sync_id, override_guard: { reason: 'It is taken back.' } });
}

/** The codes of the items of a sync, by id. */
async function items(orgId: string, syncId: string): Promise<Record<string, string>> {
  const { body } = await fixture.call(orgId, 'GET', `/progress/${syncId}/items?limit=200`);
  return Object.fromEntries(body.items.map((item: Json) => [item.external_id, item.error_class]));
}

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

  it('is no change of the destination either when the answer to its write was lost', async () => {
    const { orgId, shop, erp, ends } = await pair();
    const kept = shop.put(person('Kept'));
    await fixture.run(orgId, ends);
    shop.put(person('Renamed', 'kept@example.test'), kept);
    const { sync_id } = await fixture.run(orgId, ends);
    erp.hooks.afterWrite = () => {
      erp.hooks.afterWrite = undefined;
      throw new ConnectorError('timeout', 'The answer is lost.', { ambiguous: true });
    };
    expect((await undo(fixture, orgId, sync_id)).run.counts).toEqual({ updated: 1 });
    const back = {
      source_connection_id: ends.destination.connection_id,
      destination: { connection_id: ends.source_connection_id },
    };
    expect((await fixture.run(orgId, { ...back, mode: 'full' })).counts).toEqual({ unchanged: 1 });
    expect([held(shop), held(erp)]).toEqual([['Renamed'], ['Kept']]);
    expect((await fixture.run(orgId, ends)).counts).toEqual({ updated: 1 });
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

  it('skips within its run what the request could not find out', async () => {
    const { orgId, shop, erp, ends } = await pair();
    const [one] = ['One', 'Two'].map((name) => shop.put(person(name))) as [string];
    const { sync_id } = await fixture.run(orgId, ends);
    const preview = await undoPreview(fixture, orgId, sync_id);
    const [id = ''] = [...erp.items].find(([, { name }]) => name === 'One') ?? [];
    erp.put({ ...person('One'), phone: '1' }, id);
    erp.hooks.beforeReadByIds = () => {
      erp.hooks.beforeReadByIds = undefined;
      throw new ConnectorError('unavailable', 'Not now.');
    };
    const run = await applied(orgId, ends, preview);
    expect(run).toMatchObject({ counts: { deleted: 1, skipped: 1 }, progress: { status: 'completed' } });
    expect(await items(orgId, run.sync_id)).toEqual({ [one]: 'stale_preview' });
    expect(held(erp)).toEqual(['One']);
  });

  it('leaves alone what is in use elsewhere, exists again, or was not kept, and says which, in its preview and its run', async () => {
    const { orgId, shop, erp, ends } = await pair();
    const other = await fixture.connect(orgId, 'other');
    const others = { ...ends, source_connection_id: other.id };
    const undone = async (syncId: string) => {
      const preview = await undoPreview(fixture, orgId, syncId);
      const run = await applied(orgId, ends, preview);
      const codes = await items(orgId, run.sync_id);
      expect(await items(orgId, preview.run.sync_id)).toEqual(codes);
      return [codes, run.counts];
    };
    const [both, gone, long] = ['Both', 'Gone', 'Long'].map((name) => shop.put(person(name))) as [
      string,
      string,
      string,
    ];
    other.system.put(person('Both'));
    const made = await fixture.run(orgId, ends);
    expect((await fixture.run(orgId, others)).counts).toEqual({ unchanged: 1 });
    shop.put({ ...person('Long'), phone: '1' }, long);
    shop.remove(gone);
    const changed = await fixture.run(orgId, ends);
    expect(changed.counts).toEqual({ updated: 1, deleted: 1, unchanged: 1 });
    // As it is kept of what is too large.
    await sql(
      fixture.service.database.superuserUrl,
      'UPDATE sync_changes SET was = NULL, became = NULL, is_partial = true WHERE sync_id = $1 AND external_id = $2',
      [changed.sync_id, long],
    );
    erp.put(person('Gone'));
    expect(await undone(changed.sync_id)).toEqual([{ [gone]: 'exists_again', [long]: 'not_kept' }, { conflict: 2 }]);
    expect(await undone(made.sync_id)).toEqual([
      { [both]: 'in_use_elsewhere', [long]: 'changed_since' },
      { conflict: 2 },
    ]);

    shop.remove(both);
    const unbound = await fixture.run(orgId, ends);
    expect(await undone(unbound.sync_id)).toEqual([{ [both]: 'nothing_written' }, { conflict: 1 }]);
    expect(held(erp)).toEqual(['Both', 'Gone', 'Long']);
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

describe('The undo of a sync into the records, too,', () => {
  it('skips within its run what changed since its preview', async () => {
    const { orgId, shop, shopId } = await pair();
    const ends = { source_connection_id: shopId };
    const [one] = ['One', 'Two'].map((name) => shop.put(person(name))) as [string];
    const { sync_id } = await fixture.run(orgId, ends);
    const preview = await undoPreview(fixture, orgId, sync_id);
    shop.put({ ...person('One'), phone: '1' }, one);
    await fixture.run(orgId, ends);
    const run = await applied(orgId, { ...ends, destination: 'records' }, preview);
    expect(run.counts).toEqual({ deleted: 1, skipped: 1 });
    expect(await items(orgId, run.sync_id)).toEqual({ [one]: 'stale_preview' });
  });
});

describe('What could not be kept', () => {
  /** As if the runs so far had stored that much. What is counted is believed for some seconds, but not when it is asked for. */
  async function usedUp(orgId: string, column: 'kept_bytes' | 'found_bytes', bytes: number): Promise<void> {
    const statement = `UPDATE sync_runs SET ${column} = $2 WHERE org_id = $1 AND state = 'ended'`;
    await sql(fixture.service.database.superuserUrl, statement, [orgId, bytes]);
    await fixture.call(orgId, 'GET', '/usage');
  }

  it.each(['the records', 'another connection'])(
    'is no more than a batch above the quota, and the run and its undo tell how much it is (%s)',
    async (where) => {
      const { orgId, shop, erp, ends, shopId } = await pair();
      const both = where === 'the records' ? { source_connection_id: shopId } : ends;
      shop.put(person('First'));
      await fixture.run(orgId, both);
      await usedUp(orgId, 'kept_bytes', 1_073_741_824 - 1_000);
      shop.fill(250);
      const run = await fixture.run(orgId, both);
      expect(run.counts).toEqual({ created: 250, unchanged: 1 });
      const kept = 250 - run.changes_not_kept;
      expect([kept > 0, kept <= 100, run.changes_not_kept >= 150]).toEqual([true, true, true]);

      const { preview, run: undone } = await undo(fixture, orgId, run.sync_id);
      expect(preview.summary).toMatchObject({ deletes: kept, not_kept: run.changes_not_kept });
      expect(preview.delta_data.note).toContain(`${run.changes_not_kept} changes of the sync are not taken back`);
      expect(undone.counts).toEqual({ deleted: kept });
      if (where !== 'the records') expect(erp.items.size).toBe(251 - kept);
    },
  );

  it('is told, too, of a run that another worker took over when the quota was full', async () => {
    const { orgId, shop, erp, ends } = await pair();
    shop.fill(150);
    await fixture.run(orgId, ends);
    for (const [id, data] of [...shop.items]) shop.put({ ...data, phone: '1' }, id);
    const started = Promise.withResolvers<string>();
    erp.hooks.beforeWrite = async () => {
      erp.hooks.beforeWrite = undefined;
      await fixture.call(orgId, 'POST', `/progress/${await started.promise}/pause`);
    };
    const { sync_id } = await fixture.start(orgId, ends);
    started.resolve(sync_id);
    const row = async () => (await fixture.call(orgId, 'GET', `/runs/${sync_id}`)).body;
    await waitFor('it is paused', async () => (await row()).state === 'paused' || undefined);
    await usedUp(orgId, 'kept_bytes', 1_073_741_824);
    await fixture.call(orgId, 'POST', `/progress/${sync_id}/resume`);
    const run = await fixture.ended(orgId, sync_id, 60_000);
    expect([run.counts, run.changes_not_kept]).toEqual([{ updated: 150 }, 50]);
    expect((await undo(fixture, orgId, sync_id)).preview.summary).toMatchObject({ updates: 100, not_kept: 50 });
  });

  it('of what a preview finds ends it, with the reason, before it is above the quota', async () => {
    const { orgId, shop, ends } = await pair();
    shop.put(person('First'));
    await fixture.run(orgId, ends);
    await usedUp(orgId, 'found_bytes', 2_147_483_648 - 60_000);
    shop.fill(350);
    const asked = await fixture.call(orgId, 'POST', `/connections/${ends.source_connection_id}/preview`, {
      ...{ destination: ends.destination, entity_type: 'customer' },
    });
    const { progress } = await fixture.ended(orgId, asked.body.sync_id);
    expect(progress).toMatchObject({
      status: 'failed',
      error_message: 'Your organization may have 2147483648 bytes of what previews and reconciles found.',
    });
    const { body } = await fixture.call(orgId, 'GET', '/usage');
    const { used, limit } = body.items.find(({ name }: Json) => name === 'found_bytes');
    expect([used <= limit, used > limit - 60_000]).toEqual([true, true]);
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
