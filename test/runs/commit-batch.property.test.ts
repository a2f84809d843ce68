import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ItemOutcome } from '../../src/planning/planning.types.ts';
import type { RecordChange } from '../../src/runs/run.types.ts';
import { bound, done, FULL_BATCH, failed, newOrg, record } from './batch.support.ts';
import { RunTables } from './run-tables.support.ts';

let tables: RunTables;
beforeAll(async () => {
  tables = await RunTables.start();
});
afterAll(() => tables.close());

describe('Any batches, with any crashes between them,', () => {
  const [A, B] = [FULL_BATCH.system_a, FULL_BATCH.system_b];
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
    ...{ system_a: A, system_b: B },
    bindings: ids.map((id) => (n % 3 === 2 ? { id_a: id, removed: true } : bound(id, `${id} of ${n}`))),
    checkpoint: { phase: 'items' as const, after: String(n) },
    ...(total !== undefined && { total }),
  });

  async function play(batches: readonly ReturnType<typeof toBatch>[], mishaps: readonly string[]) {
    const [org, source_connection_id] = [newOrg(), randomUUID()];
    const { sync, epoch: first } = await tables.held(org, { source_connection_id });
    let epoch = first;
    const taken = async () => {
      await tables.admin(`UPDATE public.sync_runs SET leased_until = now() - interval '1 second' WHERE org_id = $1`, [
        org,
      ]);
      epoch = (await tables.take(org, sync))?.lease_epoch ?? 0;
    };
    for (const [n, one] of batches.entries()) {
      const what = mishaps[n % mishaps.length];
      if (what === 'killed before') await taken();
      if (what === 'put off') {
        await tables.release(org, sync, epoch, new Date());
        await taken();
      }
      expect(await tables.commit(org, { sync, epoch }, one)).toBe('continue');
      if (what !== 'killed after' && what !== 'resent') continue;
      const old = epoch;
      await taken();
      if (what === 'resent') expect(await tables.commit(org, { sync, epoch: old }, one)).toBe('fenced');
      // The next one does not know whether it took effect.
      else expect(await tables.commit(org, { sync, epoch }, one)).toBe('continue');
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
        'SELECT external_id, failed FROM public.sync_seen WHERE org_id = $1 ORDER BY 1',
        [org],
      ),
    };
  }

  it('have the same result as without interruptions, and the counts are those of the ids', async () => {
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
