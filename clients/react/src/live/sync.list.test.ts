import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSync } from './sync.fixture.ts';
import { EMPTY_LIST, type SyncList, samplesOf, withChange, withSnapshot } from './sync.list.ts';
import type { StreamedSync } from './sync.types.ts';

const time = (second: number) => `2026-11-22T14:00:${String(second).padStart(2, '0')}.000000+00:00`;

/** The service's own view: syncs by id, changed step by step. */
type Step = { readonly id: number; readonly kind: 'put' | 'gone'; readonly count: number };
const steps = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    kind: fc.constantFrom<Step['kind']>('put', 'put', 'put', 'gone'),
    count: fc.integer({ min: 0, max: 1000 }),
  }),
  { maxLength: 40 },
);

const syncOf = ({ id, count }: Step, second: number): StreamedSync =>
  aSync({ sync_id: `sync-${id}`, started_at: time(id % 3), updated_at: time(second), processed_count: count });

function serviceAfter(all: readonly Step[]): StreamedSync[] {
  const byId = new Map<number, StreamedSync>();
  all.forEach((step, second) => {
    if (step.kind === 'put') byId.set(step.id, syncOf(step, second));
    else byId.delete(step.id);
  });
  return [...byId.values()];
}

/** What the stream sends for the steps from `from` to before `to`: for each sync only how it is at the end. */
function changeBetween(all: readonly Step[], from: number, to: number) {
  const now = new Map(serviceAfter(all.slice(0, to)).map((sync) => [sync.sync_id, sync]));
  const touched = [...new Set(all.slice(from, to).map(({ id }) => `sync-${id}`))];
  return {
    syncs: touched.flatMap((id) => now.get(id) ?? []),
    gone: touched.filter((id) => !now.has(id)),
  };
}

describe('the list of syncs', () => {
  it('is the same however the stream cuts what happened into a snapshot, changes and fresh snapshots', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.tuple(fc.nat({ max: 40 }), fc.boolean()), { maxLength: 6 }), (all, cuts) => {
        let list: SyncList = withSnapshot(EMPTY_LIST, { syncs: [] });
        let seen = 0;
        const ordered = [...cuts].sort(([a], [b]) => a - b);
        for (const [cut, reconnects] of [...ordered, [all.length, false] as const]) {
          const upTo = Math.min(cut, all.length);
          list = reconnects
            ? withSnapshot(list, { syncs: serviceAfter(all.slice(0, upTo)) })
            : withChange(list, changeBetween(all, seen, upTo));
          seen = upTo;
        }
        expect(list.syncs).toEqual(withSnapshot(EMPTY_LIST, { syncs: serviceAfter(all) }).syncs);
        expect(new Set(list.samples.keys())).toEqual(new Set(list.syncs.map(({ sync_id }) => sync_id)));
      }),
    );
  });

  it('shows the newest started first, to the microsecond', () => {
    const started = ['26.123456', '26.1', '26.1234', '27', '25.999'].map((second, index) =>
      aSync({ sync_id: `sync-${index}`, started_at: `2026-11-22T14:00:${second}+00:00` }),
    );
    const { syncs } = withSnapshot(EMPTY_LIST, { syncs: started });
    expect(syncs.map(({ sync_id }) => sync_id)).toEqual(['sync-3', 'sync-0', 'sync-2', 'sync-1', 'sync-4']);
  });

  it('leaves the list it was given as it was', () => {
    const before = withSnapshot(EMPTY_LIST, { syncs: [aSync()] });
    withChange(before, { syncs: [aSync({ processed_count: 500, updated_at: time(59) })], gone: [] });
    expect(before.syncs).toEqual([aSync()]);
  });
});

describe('the speeds of a sync', () => {
  const at = (second: number, processed_count: number) => aSync({ updated_at: time(second), processed_count });
  const reported = (...reports: readonly StreamedSync[]) =>
    reports.reduce<SyncList>((list, sync) => withChange(list, { syncs: [sync], gone: [] }), EMPTY_LIST);

  it('are items a minute between one report and the next', () => {
    expect(samplesOf(reported(at(0, 0), at(10, 100), at(12, 110), at(22, 110)), 'sync-1')).toEqual([600, 300, 0]);
  });

  it('count no change that is no report, and stay through a fresh snapshot', () => {
    const list = reported(at(0, 0), at(10, 100), { ...at(10, 100), pause_requested: true });
    expect(samplesOf(withSnapshot(list, { syncs: [at(10, 100)] }), 'sync-1')).toEqual([600]);
  });

  it('are the last sixty, and are forgotten with their sync', () => {
    const list = reported(
      ...Array.from({ length: 90 }, (_, n) => at(0, n)).map((sync, n) => ({
        ...sync,
        updated_at: new Date(Date.UTC(2026, 10, 22, 14, 0, n)).toISOString(),
      })),
    );
    expect(samplesOf(list, 'sync-1')).toHaveLength(60);
    expect(samplesOf(withChange(list, { syncs: [], gone: ['sync-1'] }), 'sync-1')).toEqual([]);
  });
});
