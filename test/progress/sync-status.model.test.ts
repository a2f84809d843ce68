import fc from 'fast-check';
import PQueue from 'p-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf, tableUnder } from '../support/markdown-table.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { SyncDrivers } from './sync-status.driver.ts';
import { SyncCommand, SyncModel } from './sync-status.model.ts';
import { type Condition, EVENTS, STATES, type State, type SyncEvent, shown, TABLE } from './sync-status.table.ts';

const PAGE = 'docs/spec/sync-status.md';
const states = Object.keys(STATES) as State[];
const events = Object.keys(EVENTS) as SyncEvent[];

let service: TestService;
let drivers: SyncDrivers;
beforeAll(async () => {
  service = await startTestService();
  drivers = await SyncDrivers.open(service);
});
afterAll(async () => {
  await drivers.close();
  await service.close();
});

/** How a sync that runs, with some items behind it, comes into a state. */
const WAY_TO: Record<State, readonly SyncEvent[]> = {
  absent: [],
  queued: ['SQL status queued'],
  running: [],
  paused: ['report status paused'],
  completed: ['complete'],
  completed_with_errors: ['SQL status completed_with_errors'],
  failed: ['fail'],
  cancelled: ['report status cancelled'],
  timeout: ['silence for 15 minutes'],
};
const WAY_TO_CONDITION: Record<Condition, SyncEvent> = {
  'pause requested': 'request pause',
  'cancel requested': 'request cancel',
  'items failed': 'report more, one failed',
};
const wayTo = (state: State, ...before: SyncEvent[]): SyncEvent[] =>
  state === 'absent' ? [] : ['start', 'report more', ...before, ...WAY_TO[state]];

async function followPath(path: readonly SyncEvent[]): Promise<void> {
  const [model, driver] = [new SyncModel(), drivers.driver()];
  for (const event of path) {
    const command = new SyncCommand(event);
    expect(command.check(model)).toBe(true);
    await command.run(model, driver);
  }
}

/** So few at once that none of their requests is refused because the others are many. */
const followAll = (paths: readonly (readonly SyncEvent[])[]) =>
  new PQueue({ concurrency: 6 }).addAll(paths.map((path) => () => followPath(path)));

describe('The status of a sync', () => {
  it.each(states)('becomes what the table says after each event, when it is %s', async (state) => {
    const possible = events.filter((event) => TABLE[event][state] !== null);
    const leaving = possible.filter((event) => TABLE[event][state]?.to !== undefined);
    const staying = possible.filter((event) => !leaving.includes(event));
    await followAll([...leaving.map((event) => [event]), staying].map((last) => [...wayTo(state), ...last]));
  });

  it('depends on what was requested and on failed items where the table says so', async () => {
    const paths = events.flatMap((event) =>
      states.flatMap((state) => {
        const to = TABLE[event][state]?.to;
        return typeof to === 'object' ? [[...wayTo(state, WAY_TO_CONDITION[to.if]), event]] : [];
      }),
    );
    await followAll(paths);
  });

  it('follows the table through any events in any order', async () => {
    // Events that end a sync have a lower weight; otherwise most sequences would end at once.
    const weighted = events.flatMap((event) => {
      const to = TABLE[event].running?.to;
      const ends = typeof to === 'object' || (to !== undefined && !['running', 'paused', 'queued'].includes(to));
      return Array.from({ length: ends ? 1 : 4 }, () => fc.constant(new SyncCommand(event)));
    });
    await fc.assert(
      fc.asyncProperty(fc.commands(weighted, { maxCommands: 30 }), (commands) =>
        fc.asyncModelRun(() => ({ model: new SyncModel(), real: drivers.driver() }), commands),
      ),
      { numRuns: 25 },
    );
  });
});

describe('docs/spec/sync-status.md', () => {
  it('shows every cell of the table', () => {
    const rows = events.map((event) => [event, ...states.map((state) => shown(TABLE[event][state]))]);
    expect(tableUnder(PAGE, '## Every event in every state')).toEqual(tableOf(['event', ...states], rows));
  });

  it('names every state and event, and who may cause it', () => {
    expect(tableUnder(PAGE, '## States')).toEqual(tableOf(['state', 'meaning'], Object.entries(STATES)));
    const rows = tableUnder(PAGE, '## Events').map(([event, who]) => [event, who]);
    expect(rows).toEqual(tableOf(['event', 'who may cause it'], Object.entries(EVENTS)));
  });
});
