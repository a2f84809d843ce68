import fc from 'fast-check';
import PQueue from 'p-queue';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf, tableUnder } from '../support/markdown-table.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { RunDriver } from './run-lease.driver.ts';
import { RunCommand, RunModel } from './run-lease.model.ts';
import { EVENTS, type RunEvent, STATES, type State, shown, TABLE } from './run-lease.table.ts';

const PAGE = 'docs/spec/run-lease.md';
const states = Object.keys(STATES) as State[];
const events = Object.keys(EVENTS) as RunEvent[];

let service: TestService;
let admin: pg.Pool;
beforeAll(async () => {
  service = await startTestService();
  admin = new pg.Pool({ connectionString: service.database.superuserUrl, max: 4 });
});
afterAll(async () => {
  await admin.end();
  await service.close();
});

/** Ways into each state, and to each condition that a cell asks for there. */
const WAYS: readonly (readonly RunEvent[])[] = [
  [],
  ['dispatch'],
  ['dispatch', 'time runs out'],
  ['dispatch', 'take'],
  ['dispatch', 'take', 'time runs out'],
  ['dispatch', 'take', 'request pause', 'commit'],
  ['dispatch', 'take', 'finish'],
].flatMap((way): RunEvent[][] => [
  way as RunEvent[],
  ...(['request cancel', 'request pause', 'sync ended by others'] as const).map((more) => [
    ...(way as RunEvent[]),
    more,
  ]),
  // The sync is running again before a worker takes the run.
  ...(way.at(-1) === 'commit'
    ? ([
        [...way, 'request resume'],
        [...way, 'request resume', 'time runs out'],
      ] as RunEvent[][])
    : []),
]);

/** Paths that together meet every case of every cell, each with the case that its last event meets. */
function pathsToEveryCase(): Map<string, RunEvent[]> {
  const paths = new Map<string, RunEvent[]>();
  for (const way of WAYS) {
    for (const event of events) {
      const model = new RunModel();
      for (const step of way) model.apply(step);
      const key = `${event}, ${model.state}, ${model.caseOf(event).if ?? 'else'}`;
      if (!paths.has(key)) paths.set(key, [...way, event]);
    }
  }
  return paths;
}

async function followPath(path: readonly RunEvent[]): Promise<void> {
  const [model, driver] = [new RunModel(), await RunDriver.start(service, admin)];
  for (const event of path) await new RunCommand(event).run(model, driver);
}

describe('The lease of a run', () => {
  it('is in every case of every cell what the table says', async () => {
    const paths = pathsToEveryCase();
    const cases = events.flatMap((event) =>
      states.flatMap((state) => TABLE[event][state].map((one) => `${event}, ${state}, ${one.if ?? 'else'}`)),
    );
    expect([...paths.keys()].sort()).toEqual(cases.sort());
    // So few at once that none of their requests is refused because the others are many.
    const queue = new PQueue({ concurrency: 6 });
    const followed = [...paths.values()].map((path) => queue.add(() => followPath(path)));
    const failures = (await Promise.allSettled(followed)).filter((one) => one.status === 'rejected');
    expect(failures.map(({ reason }) => String(reason))).toEqual([]);
  });

  it('follows the table through any events in any order', async () => {
    const endings: RunEvent[] = ['finish', 'give up', 'sync ended by others', 'connection removed', 'request cancel'];
    // Events that end a run have a lower weight, otherwise most sequences would end at once; a worker's usual events have a higher one.
    const weighted = events.flatMap((event) => {
      const weight = endings.includes(event) ? 1 : ['dispatch', 'take', 'commit'].includes(event) ? 12 : 4;
      return Array.from({ length: weight }, () => fc.constant(new RunCommand(event)));
    });
    await fc.assert(
      fc.asyncProperty(fc.commands(weighted, { maxCommands: 30 }), async (commands) => {
        const real = await RunDriver.start(service, admin);
        await fc.asyncModelRun(() => ({ model: new RunModel(), real }), commands);
      }),
      { numRuns: 25 },
    );
  });
});

describe('docs/spec/run-lease.md', () => {
  it('shows every cell of the table', () => {
    const rows = events.map((event) => [event, ...states.map((state) => shown(TABLE[event][state]))]);
    expect(tableUnder(PAGE, '## Every event in every state')).toEqual(tableOf(['event', ...states], rows));
  });

  it('names every state and event, and who may cause it', () => {
    const meanings = tableUnder(PAGE, '## States').map(([state, meaning]) => [state, meaning]);
    expect(meanings).toEqual(tableOf(['state', 'meaning'], Object.entries(STATES)));
    const rows = tableUnder(PAGE, '## Events').map(([event, who]) => [event, who]);
    expect(rows).toEqual(tableOf(['event', 'who may cause it'], Object.entries(EVENTS)));
  });
});
