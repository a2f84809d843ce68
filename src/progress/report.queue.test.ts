import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, ReportFailure, ReportQueue, type WaitingReport } from './report.queue.ts';

const NOW = 1_000_000;

function waiting(queue: ReportQueue, sync_id: string, since = NOW) {
  const refused: unknown[] = [];
  const one: WaitingReport = {
    report: { org_id: 'org-1', sync_id },
    ...{ queue, since, attempts: 0, isAnswered: false },
    answer: (answer) => answer instanceof ReportFailure && refused.push(answer.error),
  };
  queue.add(one);
  return { one, refused };
}

describe('the pause before a locked row is tried again', () => {
  it('grows with the attempts, up to 400 ms', () => {
    expect([1, 2, 3, 10, 100].map((attempts) => backoffMs(attempts, () => 1))).toEqual([5, 10, 20, 400, 400]);
  });
});

describe('the waiting reports of an organization', () => {
  it('are taken one a sync, and the next one of the sync when the first is done with', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), fc.nat(4), (syncs, limit) => {
        const queue = new ReportQueue('org-1');
        const added = syncs.map((sync) => waiting(queue, sync).one);
        const done: WaitingReport[] = [];
        while (queue.hasReady) {
          const taken = queue.take(limit + 1);
          expect(new Set(taken.map(({ report }) => report.sync_id)).size).toBe(taken.length);
          for (const one of taken) queue.remove(one);
          done.push(...taken);
        }
        expect(queue.size).toBe(0);
        for (const sync of 'abc') {
          const ofSync = (all: WaitingReport[]) => all.filter(({ report }) => report.sync_id === sync);
          expect(ofSync(done)).toEqual(ofSync(added));
        }
      }),
    );
  });

  it('are refused when they have waited too long, wherever they are, and nothing that was refused is sent', () => {
    const queue = new ReportQueue('org-1');
    const atDatabase = waiting(queue, 'a');
    const behind = waiting(queue, 'a');
    const young = waiting(queue, 'a', NOW + 1);
    const ready = waiting(queue, 'b');
    const pausing = waiting(queue, 'c');
    expect(queue.take(1)).toEqual([atDatabase.one]);
    queue.take(2);
    queue.again(ready.one);
    queue.expire(NOW);
    for (const { refused } of [atDatabase, behind, ready, pausing])
      expect(refused).toMatchObject([{ problem: 'unavailable', retryAfter: 1 }]);
    queue.again(pausing.one);
    expect(queue.hasReady).toBe(false);
    queue.remove(atDatabase.one);
    expect(queue.take(9)).toEqual([young.one]);
    queue.remove(young.one);
    expect(queue.size).toBe(0);
  });
});
