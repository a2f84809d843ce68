import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredBinding } from '../../src/records/binding.changes.ts';
import { bound, done, FULL_BATCH, failed, newOrg, record } from './batch.support.ts';
import { RunTables } from './run-tables.support.ts';

let tables: RunTables;
beforeAll(async () => {
  tables = await RunTables.start();
});
afterAll(() => tables.close());

const requestControl = (org: string, sync: string, what: 'cancel' | 'pause') =>
  tables.query(org, `UPDATE public.sync_progress SET ${what}_requested = true WHERE org_id = $1 AND sync_id = $2`, [
    org,
    sync,
  ]);

/** Everything a batch could have changed. */
const everything = async (org: string, sync: string, connection: string) => [
  await tables.progress(org, sync),
  await tables.run(org, sync),
  await tables.items(org, sync),
  await tables.records(org, connection),
  await tables.bindings(org),
  await tables.query(org, 'SELECT * FROM public.sync_seen ORDER BY external_id'),
  await tables.query(org, 'SELECT * FROM public.sync_cursors'),
  await tables.query(org, 'SELECT * FROM public.sync_change_counters'),
];

describe('A batch', () => {
  it('changes nothing when its epoch is an old one', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const { sync, epoch } = await tables.held(org, { source_connection_id });
    await tables.release(org, sync, epoch);
    await tables.take(org, sync);
    const before = await everything(org, sync, source_connection_id);
    expect(await tables.commit(org, { sync, epoch }, FULL_BATCH)).toBe('fenced');
    expect(await tables.commit(org, { sync, epoch: epoch + 2 }, FULL_BATCH)).toBe('fenced');
    expect(await everything(org, sync, source_connection_id)).toEqual(before);
    expect(await tables.commit(org, { sync, epoch: epoch + 1 }, FULL_BATCH)).toBe('continue');
  });

  it('changes nothing of a sync that has ended, and puts the run away', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const { sync, epoch } = await tables.held(org, { source_connection_id });
    await tables.query(org, `UPDATE public.sync_progress SET status = 'failed' WHERE sync_id = $1`, [sync]);
    const [progress, , ...rest] = await everything(org, sync, source_connection_id);
    expect(await tables.commit(org, { sync, epoch }, FULL_BATCH)).toBe('ended');
    const [progressNow, run, ...restNow] = await everything(org, sync, source_connection_id);
    expect([progressNow, ...restNow]).toEqual([progress, ...rest]);
    expect(run).toMatchObject({ state: 'ended', leased_by: null });
    expect(await tables.commit(org, { sync, epoch }, FULL_BATCH)).toBe('fenced');
  });

  it('changes nothing at all when a part of it cannot be', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const held = await tables.held(org, { source_connection_id });
    await tables.commit(org, held, FULL_BATCH);
    const before = await everything(org, held.sync, source_connection_id);
    const conflicting = { ...FULL_BATCH, items: [done('3')], records: [record('3')], bindings: [bound('3', 'x')] };
    await expect(tables.commit(org, held, conflicting)).rejects.toThrow(/unique/);
    expect(await everything(org, held.sync, source_connection_id)).toEqual(before);
  });

  it('keeps what an item was warned of when it is read again and needs no write, and forgets it when it is written again', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const held = await tables.held(org, { source_connection_id });
    const written = { external_id: '1', outcome: 'processed' as const };
    const warned = { error_class: 'stored_otherwise', message: 'It was written, and cut off.' };
    await tables.commit(org, held, { items: [{ ...written, outcome: 'warned', action: 'updated', ...warned }] });
    await tables.commit(org, held, { items: [{ ...written, action: 'unchanged' }] });
    expect(await tables.items(org, held.sync)).toMatchObject([
      { external_id: '1', outcome: 'warned', error_class: 'stored_otherwise' },
    ]);
    await tables.commit(org, held, { items: [{ ...written, action: 'updated' }] });
    expect(await tables.items(org, held.sync)).toEqual([]);
  });

  it('of another organization reaches neither the run nor its records', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const { sync, epoch } = await tables.held(org, { source_connection_id });
    const before = await everything(org, sync, source_connection_id);
    for (const named of [org, 'org-thief']) {
      const [row] = await tables.query<{ outcome: string }>(
        'org-thief',
        `SELECT outcome FROM app.commit_batch($1, $2, $3, '1 minute', $4)`,
        [named, sync, epoch, JSON.stringify(FULL_BATCH)],
      );
      expect(row?.outcome).toBe('fenced');
      expect(await tables.take('org-thief', sync)).toBeUndefined();
    }
    expect(await everything(org, sync, source_connection_id)).toEqual(before);
  });

  it('counts an id once, however often it is read', async () => {
    const org = newOrg();
    const held = await tables.held(org);
    await tables.commit(org, held, { items: [done('1'), failed('2')], records: [record('1')] });
    await tables.commit(org, held, { items: [done('1'), failed('2'), done('3')], records: [record('1', 'new')] });
    expect(await tables.progress(org, held.sync)).toMatchObject({
      ...{ processed_count: 2, failed_count: 1, current_item: 3, total_items: null },
      status: 'running',
    });
    expect((await tables.run(org, held.sync)).counts).toEqual({ created: 1, failed: 1, processed: 1 });
  });

  it('that finds a failed item well, or a good one failed, moves it from one count to the other', async () => {
    const org = newOrg();
    const held = await tables.held(org);
    await tables.commit(org, held, { items: [failed('1', 'first'), done('2')], total: 2 });
    await tables.commit(org, held, { items: [done('1'), failed('2', 'then')], total: 2 });
    expect(await tables.items(org, held.sync)).toEqual([
      { external_id: '2', outcome: 'failed', error_class: 'then', attempts: 1 },
    ]);
    expect(await tables.progress(org, held.sync)).toMatchObject({ processed_count: 1, failed_count: 1 });
    await tables.commit(org, held, { items: [failed('1', 'again'), done('2')] });
    expect(await tables.items(org, held.sync)).toMatchObject([{ external_id: '1', error_class: 'again' }]);
    expect(await tables.progress(org, held.sync)).toMatchObject({ processed_count: 1, failed_count: 1 });
  });

  it('of a retry counts on from the attempts before it', async () => {
    const org = newOrg();
    const first = await tables.held(org);
    await tables.commit(org, first, { items: [failed('1'), failed('2')], final: { status: 'completed' } });
    const retry = await tables.held(org, { kind: 'retry', of_sync_id: first.sync });
    await tables.commit(org, retry, { items: [failed('1'), done('2')] });
    await tables.commit(org, retry, { items: [failed('1')] });
    expect(await tables.items(org, retry.sync)).toMatchObject([{ external_id: '1', attempts: 2 }]);
  });

  it('leaves the total above the counts until the run says that it is over', async () => {
    const org = newOrg();
    const held = await tables.held(org);
    const totals = [];
    for (const [total, ids] of [
      [2, ['1']],
      [undefined, ['2']],
      [2, ['3']],
      [9, ['4']],
      [1, []],
    ] as const) {
      expect(await tables.commit(org, held, { items: ids.map(done), total })).toBe('continue');
      totals.push((await tables.progress(org, held.sync)).total_items);
    }
    expect(totals).toEqual([2, 3, 4, 9, 5]);
    expect(await tables.commit(org, held, { items: [failed('5')], final: { status: 'completed' } })).toBe('finished');
    expect(await tables.progress(org, held.sync)).toMatchObject({
      ...{ total_items: 5, processed_count: 4, failed_count: 1 },
      status: 'completed_with_errors',
      completed_at: expect.any(String),
    });
    expect(await tables.run(org, held.sync)).toMatchObject({ state: 'ended', leased_by: null });
  });

  it('that ends a run without an item completes it, and one that fails says why', async () => {
    const org = newOrg();
    const [empty, broken] = [await tables.held(org), await tables.held(org)];
    expect(await tables.commit(org, empty, { final: { status: 'completed' } })).toBe('finished');
    expect(await tables.progress(org, empty.sync)).toMatchObject({ status: 'completed', total_items: 0 });
    await tables.commit(org, broken, { items: [done('1')] });
    const final = { status: 'failed', error_message: 'The key was revoked.' } as const;
    expect(await tables.commit(org, broken, { final })).toBe('finished');
    expect(await tables.progress(org, broken.sync)).toMatchObject({
      ...{ status: 'failed', error_message: 'The key was revoked.', processed_count: 1 },
    });
  });

  it('brings a cancel or a pause into force, with what it did counted', async () => {
    const org = newOrg();
    for (const [what, outcome, status, state] of [
      ['cancel', 'ended', 'cancelled', 'ended'],
      ['pause', 'paused', 'paused', 'paused'],
    ] as const) {
      const held = await tables.held(org);
      await requestControl(org, held.sync, what);
      expect(await tables.renew(org, held.sync, held.epoch)).toBe(what);
      const checkpoint = { phase: 'items', after: '1' } as const;
      expect(await tables.commit(org, held, { items: [done('1')], checkpoint })).toBe(outcome);
      expect(await tables.progress(org, held.sync)).toMatchObject({ status, processed_count: 1, checkpoint });
      expect(await tables.run(org, held.sync)).toMatchObject({ state, leased_by: null });
      expect(await tables.commit(org, held, { items: [done('2')] })).toBe('fenced');
      expect(await tables.take(org, held.sync)).toBeUndefined();
    }
  });

  it('that ends a run ends it as it did, though somebody asked to cancel', async () => {
    const org = newOrg();
    const held = await tables.held(org);
    await requestControl(org, held.sync, 'cancel');
    expect(await tables.commit(org, held, { items: [done('1')], final: { status: 'completed' } })).toBe('finished');
    expect((await tables.progress(org, held.sync)).status).toBe('completed');
  });

  it('replaces, swaps and removes bindings, by either id', async () => {
    const org = newOrg();
    const held = await tables.held(org);
    const { system_a, system_b } = FULL_BATCH;
    const bind = (bindings: StoredBinding[]) => tables.commit(org, held, { system_a, system_b, bindings });
    await bind([bound('1', 'x'), bound('2', 'y'), bound('3', 'z'), bound('4', 'w')]);
    await bind([
      { id_a: '1', removed: true },
      { id_b: 'y', removed: true },
      bound('1', 'y'),
      bound('2', 'x'),
      { id_a: '3', removed: true },
      { id_b: 'none', removed: true },
      bound('4', 'new'),
    ]);
    expect(await tables.bindings(org)).toEqual(['1=y', '2=x', '4=new']);
  });

  it('that leaves an entry to another system is planned anew when that one lets go of it at the same moment', async () => {
    const org = newOrg();
    const destination = randomUUID();
    const runs = await Promise.all(
      ['1', '2'].map(async (place) => {
        // A run to the same system would wait for the other, so which one it is was not asked when they began.
        const [from, to] = [await connected(org, place), await connected(org, `to ${place}`, destination)];
        const [system_a, system_b] = [from.system, destination].sort() as [string, string];
        const isA = system_a === from.system;
        const batch = { system_a, system_b, systems: { [from.id]: from.system, [to.id]: destination } };
        await tables.admin('UPDATE sync_connections SET system_id = NULL WHERE id = $1', [to.id]);
        const held = await tables.held(org, { source_connection_id: from.id, destination_connection_id: to.id });
        await tables.admin('UPDATE sync_connections SET system_id = $2 WHERE id = $1', [to.id, destination]);
        await tables.commit(org, held, { ...batch, bindings: [isA ? bound('1', 'shared') : bound('shared', '1')] });
        const gone = { [isA ? 'id_a' : 'id_b']: '1', removed: true };
        return { held, letGo: { ...batch, bindings: [gone], shared: ['shared'] } };
      }),
    );
    const outcomes = await Promise.all(runs.map(({ held, letGo }) => tables.commit(org, held, letGo)));
    expect(outcomes.sort()).toEqual(['continue', 'fenced']);
    const [{ count } = { count: 0 }] = await tables.query<{ count: number }>(
      org,
      'SELECT count(*)::integer AS count FROM public.sync_bindings',
    );
    expect(count).toBe(1);
  });
});

interface Connected {
  readonly id: string;
  readonly system: string;
}

async function connected(org: string, place: string, system: string = randomUUID()): Promise<Connected> {
  const id = randomUUID();
  await tables.admin(
    "INSERT INTO sync_systems (org_id, id, system, place, scope, mark) VALUES ($1, $2, 'fake', $3, '', $3) ON CONFLICT DO NOTHING",
    [org, system, place],
  );
  await tables.admin(
    `INSERT INTO sync_connections (org_id, id, name, system, base_url, settings, system_id)
     VALUES ($1, $2, $3, 'fake', $5, '{}', $4)`,
    [org, id, place, system, `https://${id}.example`],
  );
  return { id, system };
}
