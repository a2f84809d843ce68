import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bend, CUT, startBendingProxy } from '../../support/bending-proxy.ts';
import { startTestService, type TestService } from '../../support/test-service.ts';
import { LANGUAGES, ON_THIS_MACHINE, type Reporting, report, stopPrograms } from './reporter.languages.ts';

const RUNS = Number(process.env.REPORTER_RUNS ?? 3);
const ORG = 'org-1';
const MAX_RESTARTS = 8;

let service: TestService;
let key: string;
beforeAll(async () => {
  service = await startTestService();
  key = await service.createKey({ orgId: ORG });
});
afterAll(async () => {
  stopPrograms();
  await service.close();
});

const unavailable = (status: number) => ({ status, headers: { 'retry-after': '0' }, body: '' });

/** What becomes of one request. Those with 'after' reach the service, and their answer is lost. */
const FATES: Readonly<Record<string, (reporting: () => Reporting) => Bend>> = {
  none: () => (_, forward) => forward(),
  '503': () => () => unavailable(503),
  '429': () => () => unavailable(429),
  '502 after': () => async (_, forward) => {
    await forward();
    return unavailable(502);
  },
  cut: () => () => CUT,
  'cut after': () => async (_, forward) => {
    await forward();
    return CUT;
  },
  'half an answer after': () => async (_, forward) => {
    const answer = await forward();
    return { ...answer, body: answer.body.slice(0, -5) };
  },
  kill: (reporting) => () => {
    reporting().child.kill('SIGKILL');
    return CUT;
  },
  'kill after': (reporting) => async (_, forward) => {
    await forward();
    reporting().child.kill('SIGKILL');
    return CUT;
  },
  terminate: (reporting) => (_, forward) => {
    reporting().child.kill('SIGTERM');
    return forward();
  },
};

const scenario = fc.record({
  items: fc.array(fc.constantFrom('o', 'o', 'o', 'f'), { maxLength: 60 }).map((letters) => letters.join('')),
  total: fc.constantFrom('right', 'unknown', 'too low', 'too high'),
  every_items: fc.integer({ min: 1, max: 12 }),
  fates: fc.array(fc.constantFrom(...Object.keys(FATES)), { maxLength: 12 }),
});

it.each(ON_THIS_MACHINE)(
  'Whatever becomes of requests and processes, a %s reporter ends with the counts of what was done',
  async (language) => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ items, total, every_items, fates }) => {
        count += 1;
        const sync_id = `${language}-${count}`;
        let reporting: Reporting | undefined;
        const left = [...fates];
        const proxy = await startBendingProxy(service.url, (request, forward) => {
          const fate = FATES[left.shift() ?? 'none'] as (typeof FATES)[string];
          return fate(() => reporting as Reporting)(request, forward);
        });
        try {
          const totals = { right: items.length, 'too low': Math.floor(items.length / 2), 'too high': items.length + 3 };
          const total_items = totals[total as 'right'];
          const job = { url: proxy.url, key, org: ORG, sync_id, items, total_items, every_items, first_retry_ms: 10 };
          let restarts = 0;
          let outcome: Awaited<Reporting['outcome']>;
          do {
            expect(restarts).toBeLessThan(MAX_RESTARTS + fates.length);
            restarts += 1;
            reporting = report(LANGUAGES[language], job);
            outcome = await reporting.outcome;
          } while (outcome.signal !== null);
          const failed = [...items].filter((letter) => letter === 'f').length;
          const counts = { processed_count: items.length - failed, failed_count: failed };
          expect(outcome.errors).toBe('');
          expect(outcome.printed).toMatchObject({ ...counts, status: failed ? 'completed_with_errors' : 'completed' });
          await expectTrail(
            sync_id,
            failed,
            fates.some((fate) => fate.startsWith('kill')),
          );
        } finally {
          await proxy.stop();
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  600_000,
);

/** A process that was killed does the items since its last report again, so their errors may be there twice. */
async function expectTrail(sync_id: string, failed: number, isRepeated: boolean): Promise<void> {
  const request = await service.request(ORG);
  const { items } = (await request.get('/api/sync/activity').query({ sync_id, limit: 200 })).body;
  const types = (items as { activity_type: string }[]).map(({ activity_type }) => activity_type);
  expect(types.filter((type) => type === 'sync_completed')).toHaveLength(1);
  const told = types.filter((type) => type === 'batch_process').length;
  if (isRepeated) expect(told).toBeGreaterThanOrEqual(failed);
  else expect(told).toBe(failed);
}
