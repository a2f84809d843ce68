import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import type { ItemOutcome } from '../../src/planning/planning.types.ts';
import type { StoredBinding } from '../../src/records/binding.changes.ts';
import type { RecordChange } from '../../src/runs/run.types.ts';
import { waitFor } from '../support/wait-for.ts';
import { RUN_OUT, RunTables } from './run-tables.support.ts';

let tables: RunTables;
beforeAll(async () => {
  tables = await RunTables.start();
});
afterAll(() => tables.close());

let orgs = 0;
const newOrg = () => {
  orgs += 1;
  return `org-${orgs}`;
};
const done = (external_id: string): ItemOutcome => ({ external_id, outcome: 'processed' });
const failed = (external_id: string, error_class = 'bad'): ItemOutcome => ({
  external_id,
  outcome: 'failed',
  error_class,
  message: 'm',
});
const record = (external_id: string, hash = 'h'): RecordChange => ({
  external_id,
  data: { name: hash },
  hash,
  deleted: false,
});
const bound = (id_a: string, id_b: string): StoredBinding => ({
  ...{ id_a, id_b, hash_a: 'a', hash_b: 'b' },
  ...{ data_a: {}, data_b: {} },
});
const ask = (org: string, sync: string, what: 'cancel' | 'pause') =>
  tables.query(org, `UPDATE sync_progress SET ${what}_requested = true WHERE org_id = $1 AND sync_id = $2`, [
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
  await tables.query(org, 'SELECT * FROM sync_seen ORDER BY external_id'),
  await tables.query(org, 'SELECT * FROM sync_cursors'),
  await tables.query(org, 'SELECT * FROM sync_change_counters'),
];

/** A batch with something of everything. */
const FULL_BATCH = {
  items: [done('1'), failed('2')],
  records: [record('1')],
  connection_a: '00000000-0000-4000-8000-000000000001',
  connection_b: '00000000-0000-4000-8000-000000000002',
  bindings: [bound('1', 'x')],
  checkpoint: { phase: 'pages' as const, cursor: { page: 2 } },
  watermark: { at: 1 },
  total: 10,
};

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
    expect(await tables.commit(org, { sync, epoch: epoch + 1 }, FULL_BATCH)).toBe('go on');
  });

  it('changes nothing of a sync that has ended, and puts the run away', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const { sync, epoch } = await tables.held(org, { source_connection_id });
    await tables.query(org, `UPDATE sync_progress SET status = 'failed' WHERE sync_id = $1`, [sync]);
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
    const taken = { ...FULL_BATCH, items: [done('3')], records: [record('3')], bindings: [bound('3', 'x')] };
    await expect(tables.commit(org, held, taken)).rejects.toThrow(/unique/);
    expect(await everything(org, held.sync, source_connection_id)).toEqual(before);
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

  it('counts an id once, however often it comes', async () => {
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
      expect(await tables.commit(org, held, { items: ids.map(done), total })).toBe('go on');
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
      await ask(org, held.sync, what);
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
    await ask(org, held.sync, 'cancel');
    expect(await tables.commit(org, held, { items: [done('1')], final: { status: 'completed' } })).toBe('finished');
    expect((await tables.progress(org, held.sync)).status).toBe('completed');
  });

  it('replaces, swaps and removes bindings, by either id', async () => {
    const org = newOrg();
    const held = await tables.held(org);
    const { connection_a, connection_b } = FULL_BATCH;
    const bind = (bindings: StoredBinding[]) => tables.commit(org, held, { connection_a, connection_b, bindings });
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
});

describe('The lease', () => {
  it('is given to one, and to another when it was handed on or has run out', async () => {
    const org = newOrg();
    const { sync, epoch } = await tables.held(org);
    expect(await tables.take(org, sync)).toBeUndefined();
    expect(await tables.renew(org, sync, epoch)).toBe('go on');
    expect(await tables.release(org, sync, epoch)).toBe(true);
    expect((await tables.progress(org, sync)).status).toBe('queued');
    expect(await tables.take(org, sync, RUN_OUT)).toMatchObject({ lease_epoch: epoch + 1 });
    expect(await tables.renew(org, sync, epoch)).toBe('fenced');
    expect(await tables.release(org, sync, epoch)).toBe(false);
    const taken = await Promise.all(Array.from({ length: 5 }, (_, i) => tables.take(org, sync, 60, `w${i}`)));
    expect(taken.filter(Boolean)).toMatchObject([{ lease_epoch: epoch + 2 }]);
  });

  it('that nobody has can be taken before the time to which it was put off', async () => {
    const org = newOrg();
    const { sync, epoch } = await tables.held(org);
    const until = new Date(Date.now() + 3_600_000);
    await tables.release(org, sync, epoch, until);
    expect(await tables.run(org, sync)).toMatchObject({ postponements: 1, leased_by: null });
    const { rate_limited_until } = await tables.progress(org, sync);
    expect(Date.parse(String(rate_limited_until))).toBe(until.getTime());
    const [again] = [await tables.take(org, sync)];
    await tables.commit(org, { sync, epoch: again?.lease_epoch ?? 0 }, {});
    expect(await tables.run(org, sync)).toMatchObject({ postponements: 0, leases_without_commit: 0 });
    expect((await tables.progress(org, sync)).rate_limited_until).toBeNull();
  });

  it('counts those who took it and committed nothing', async () => {
    const org = newOrg();
    const sync = await tables.insert(org);
    await tables.dispatch(org);
    for (let n = 1; n <= 3; n += 1)
      expect(await tables.take(org, sync, RUN_OUT)).toMatchObject({ lease_epoch: n, leases_without_commit: n });
    expect(await tables.renew(org, sync, 3)).toBe('go on');
    await tables.query(org, `UPDATE sync_progress SET status = 'cancelled' WHERE sync_id = $1`, [sync]);
    expect(await tables.renew(org, sync, 3)).toBe('ended');
    expect(await tables.release(org, sync, 3)).toBe(false);
  });
});

describe('change_seq', () => {
  const seqs = async (org: string, connection: string) =>
    (await tables.records(org, connection)).map(({ external_id, change_seq }) => `${external_id}:${change_seq}`);

  it('grows without gaps with what changed, and not with what did not', async () => {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const held = await tables.held(org, { source_connection_id });
    await tables.commit(org, held, { records: [record('b'), record('a')] });
    await tables.commit(org, held, { records: [record('a'), record('b', 'new'), record('c')] });
    await tables.commit(org, held, {
      records: [
        { external_id: 'a', deleted: true },
        { external_id: 'x', deleted: true },
      ],
    });
    await tables.commit(org, held, { records: [{ external_id: 'a', deleted: true }] });
    expect(await seqs(org, source_connection_id)).toEqual(['a:5', 'b:3', 'c:4']);
  });

  it.each(['COMMIT', 'ROLLBACK'])(
    'grows in the order of commits: the second waits for the %s of the first',
    async (end) => {
      const [org, source_connection_id] = [newOrg(), randomUUID()];
      const first = await tables.held(org, { source_connection_id });
      const second = await tables.held(org, { source_connection_id, entity_type: 'product' });
      const client = new pg.Client({ connectionString: tables.harness.database.appUrl });
      await client.connect();
      try {
        await client.query('BEGIN');
        await client.query('SELECT app.set_org($1)', [org]);
        const batch = JSON.stringify({ records: [record('a'), record('b')] });
        await client.query(`SELECT app.commit_batch($1, $2, $3, '1 minute', $4)`, [
          org,
          first.sync,
          first.epoch,
          batch,
        ]);
        const waits = tables.commit(org, second, { records: [record('p')] });
        // Another organization's do not wait.
        const other = newOrg();
        await tables.commit(other, await tables.held(other), { records: [record('q')] });
        await waitFor('the second waits for a lock', async () => {
          const rows = await tables.admin(
            `SELECT 1 FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%commit_batch%'`,
          );
          return rows.length === 1;
        });
        await client.query(end);
        expect(await waits).toBe('go on');
      } finally {
        await client.end();
      }
      expect(await seqs(org, source_connection_id)).toEqual(end === 'COMMIT' ? ['a:1', 'b:2', 'p:3'] : ['p:1']);
    },
  );
});

describe('Any batches, with any crashes between them,', () => {
  const [A, B] = [FULL_BATCH.connection_a, FULL_BATCH.connection_b];
  const item = fc.record({
    external_id: fc.nat(9).map(String),
    outcome: fc.constantFrom('processed', 'processed', 'failed', 'skipped'),
    hash: fc.constantFrom('h1', 'h2', null),
  });
  const batch = fc.record({
    items: fc.uniqueArray(item, { selector: ({ external_id }) => external_id, maxLength: 5 }),
    total: fc.option(fc.nat(12), { nil: undefined }),
    bound: fc.subarray(['1', '2', '3', '4']),
  });
  /** What the worker does around the batch; `resent`: an old one, that was thought dead, sends it again. */
  const mishap = fc.constantFrom('none', 'killed before', 'killed after', 'put off', 'resent');

  const toBatch = (
    { items, total, bound: ids }: typeof batch extends fc.Arbitrary<infer T> ? T : never,
    n: number,
  ) => ({
    items: items.map(({ external_id, outcome }): ItemOutcome => {
      const what = outcome as ItemOutcome['outcome'];
      return what === 'processed' ? done(external_id) : { ...failed(external_id, `in ${n}`), outcome: what };
    }),
    records: items.flatMap(({ external_id, outcome, hash }): RecordChange[] => {
      if (outcome !== 'processed') return [];
      return [hash === null ? { external_id, deleted: true } : record(external_id, hash)];
    }),
    ...{ connection_a: A, connection_b: B },
    bindings: ids.map((id) => (n % 3 === 2 ? { id_a: id, removed: true } : bound(id, `${id} of ${n}`))),
    checkpoint: { phase: 'items' as const, after: String(n) },
    ...(total !== undefined && { total }),
  });

  async function play(batches: readonly ReturnType<typeof toBatch>[], mishaps: readonly string[]) {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const { sync, epoch: first } = await tables.held(org, { source_connection_id });
    let epoch = first;
    const taken = async () => {
      await tables.admin(`UPDATE sync_runs SET leased_until = now() - interval '1 second' WHERE org_id = $1`, [org]);
      epoch = (await tables.take(org, sync))?.lease_epoch ?? 0;
    };
    for (const [n, one] of batches.entries()) {
      const what = mishaps[n % mishaps.length];
      if (what === 'killed before') await taken();
      if (what === 'put off') {
        await tables.release(org, sync, epoch, new Date());
        await taken();
      }
      expect(await tables.commit(org, { sync, epoch }, one)).toBe('go on');
      if (what !== 'killed after' && what !== 'resent') continue;
      const old = epoch;
      await taken();
      if (what === 'resent') expect(await tables.commit(org, { sync, epoch: old }, one)).toBe('fenced');
      // The next one does not know whether it took effect.
      else expect(await tables.commit(org, { sync, epoch }, one)).toBe('go on');
    }
    const open = await tables.progress(org, sync);
    expect(open.total_items === null || open.total_items > open.processed_count + open.failed_count).toBe(true);
    expect(await tables.commit(org, { sync, epoch }, { final: { status: 'completed' } })).toBe('finished');
    const { status, processed_count, failed_count, total_items, checkpoint } = await tables.progress(org, sync);
    const { counts } = await tables.run(org, sync);
    return {
      ...{ status, processed_count, failed_count, total_items, checkpoint, counts },
      items: await tables.items(org, sync),
      records: await tables.records(org, source_connection_id),
      bindings: await tables.bindings(org),
      seen: await tables.query<{ external_id: string }>(
        org,
        'SELECT external_id, failed FROM sync_seen WHERE org_id = $1 ORDER BY 1',
        [org],
      ),
    };
  }

  it('come to what they come to undisturbed, and the counts are those of the ids', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { minLength: 1, maxLength: 6 }),
        fc.array(mishap, { minLength: 1, maxLength: 6 }),
        async (given, mishaps) => {
          const batches = given.map(toBatch);
          const calm = await play(batches, ['none']);
          expect(await play(batches, mishaps)).toEqual(calm);

          const last = new Map(batches.flatMap(({ items }) => items).map((one) => [one.external_id, one]));
          const failures = [...last.values()].filter(({ outcome }) => outcome === 'failed').length;
          expect(calm).toMatchObject({
            ...{ failed_count: failures, processed_count: last.size - failures, total_items: last.size },
            status: failures > 0 ? 'completed_with_errors' : 'completed',
          });
          expect(calm.items).toEqual(
            [...last.values()]
              .filter(({ outcome }) => outcome !== 'processed')
              .sort((a, b) => (a.external_id < b.external_id ? -1 : 1))
              .map(({ external_id, outcome, error_class }) => ({ external_id, outcome, error_class, attempts: 1 })),
          );
          expect(Object.values(calm.counts).reduce((sum, n) => sum + n, 0)).toBe(last.size);
          const live = new Map(batches.flatMap(({ records }) => records).map((one) => [one.external_id, one.hash]));
          const held = calm.records.filter(({ deleted }) => !deleted);
          expect(new Map(held.map((one) => [one.external_id, one.content_hash]))).toEqual(
            new Map([...live].filter(([, hash]) => hash !== undefined)),
          );
          const order = calm.records.map(({ change_seq }) => change_seq);
          expect(new Set(order).size).toBe(order.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
