import pg from 'pg';
import type { Statement } from '../../src/database/database.ts';
import { beginFor } from '../../src/tenancy/statement.limits.ts';
import { RunTables } from '../runs/run-tables.support.ts';
import { BROKEN_PROMISES } from './broken.promises.ts';
import type { InterleavingSpec, Scene, Step } from './interleaving.spec.ts';
import { ordersOf, spread } from './orders.ts';
import { Session, Sessions } from './session.ts';

/** What came of the orders that were tried. */
export interface Tried {
  /** Each outcome, with the first order that had it. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** What an order broke of what always holds. */
  readonly broken: readonly string[];
  /** How many orders ran to their end; in others a session would have sent while it waited. */
  readonly ran: number;
  /** Whether every order was tried. */
  readonly all: boolean;
}

/** A deadlock is found after this. */
const DEADLOCK_MS = 50;
/** Waits end by a step of another session, never by time. */
const FUNCTIONS_THAT_STOP_WAITING = [
  'app.report_progress(json)',
  'app.dispatch_runs(text)',
  'app.keep_slots(text, text, bigint)',
];

/** Runs specs on a database of its own, with the statements of the service as its role sends them. */
export class Interleavings {
  private readonly tables: RunTables;
  private readonly admin: pg.Client;
  private count = 0;

  private constructor(tables: RunTables, admin: pg.Client) {
    this.tables = tables;
    this.admin = admin;
  }

  static async start(): Promise<Interleavings> {
    const tables = await RunTables.start();
    const name = new URL(tables.harness.database.superuserUrl).pathname.slice(1);
    await tables.admin(`ALTER DATABASE ${name} SET deadlock_timeout = '${DEADLOCK_MS}ms'`);
    for (const one of FUNCTIONS_THAT_STOP_WAITING) await tables.admin(`ALTER FUNCTION ${one} SET lock_timeout = 0`);
    const admin = new pg.Client({ connectionString: tables.harness.database.superuserUrl });
    await admin.connect();
    return new Interleavings(tables, admin);
  }

  async close(): Promise<void> {
    await this.admin.end();
    await this.tables.close();
  }

  /** Tries at most so many orders, evenly spread over all. */
  async run(spec: InterleavingSpec, most: number): Promise<Tried> {
    const letters = Object.keys(spec.sessions);
    const { sessionUrl } = this.tables.harness.database;
    const sessions = new Sessions(
      letters.map(() => new Session(sessionUrl)),
      this.admin,
    );
    await sessions.open();
    try {
      const every = [...ordersOf(Object.fromEntries(letters.map((one) => [one, spec.sessions[one]?.length ?? 0])))];
      const tried = spread(every, most);
      const outcomes = new Map<string, string>();
      const broken: string[] = [];
      let impossible: string | undefined;
      let ran = 0;
      for (const order of tried) {
        if (impossible !== undefined && order.startsWith(impossible)) continue;
        const result = await this.inOrder(spec, sessions, order);
        if ('stuckAfter' in result) {
          impossible = result.stuckAfter;
          continue;
        }
        ran += 1;
        if (!outcomes.has(result.outcome)) outcomes.set(result.outcome, order);
        broken.push(...result.broken.map((what) => `${order}: ${what}`));
      }
      return { outcomes, broken, ran, all: tried.length === every.length };
    } finally {
      await sessions.close();
    }
  }

  private async inOrder(
    spec: InterleavingSpec,
    sessions: Sessions,
    order: string,
  ): Promise<{ stuckAfter: string } | { outcome: string; broken: string[] }> {
    this.count += 1;
    const org = `org-${this.count}`;
    const scene: Scene = { org, ...(await spec.setUp(this.tables, org)) };
    const letters = Object.keys(spec.sessions);
    const runs = letters.map(
      (letter, place) => new SessionRun(sessions.all[place] as Session, spec.sessions[letter] ?? []),
    );
    for (const [place, letter] of [...order].entries()) {
      const run = runs[letters.indexOf(letter)] as SessionRun;
      if (run.session.underWay) {
        await sessions.rollBack();
        return { stuckAfter: order.slice(0, place + 1) };
      }
      run.next(scene);
      await sessions.settle();
    }
    const answers = runs.map((run, place) => `${letters[place]} ${run.answers.join(', ')}`);
    const { rows: seen } = await this.admin.query<{ seen: string }>(spec.seen, [scene.org, scene.sync]);
    const { rows: broken } = await this.admin.query<{ what: string }>(BROKEN_PROMISES, [scene.org]);
    return { outcome: `${answers.join(' | ')} => ${seen[0]?.seen}`, broken: broken.map(({ what }) => what) };
  }
}

/** One session's steps in one order. */
class SessionRun {
  readonly answers: string[] = [];
  private at = 0;
  private open = false;
  private failed = false;
  private before: readonly object[] = [];

  constructor(
    readonly session: Session,
    private readonly steps: readonly Step[],
  ) {}

  next(scene: Scene): void {
    const step = this.steps[this.at] as Step;
    this.at += 1;
    if (step === 'commit') {
      if (this.failed) this.answers.push('rolled back');
      this.session.send([{ text: 'COMMIT' }], () => undefined);
      this.open = false;
      this.failed = false;
      return;
    }
    // What follows a failure in its transaction is not sent: the service would not send it either.
    if (this.failed) return;
    const statements: Statement[] = this.open
      ? [step.send(scene, this.before)]
      : [
          { text: 'BEGIN' },
          beginFor(scene.org, 'work', 0),
          { text: 'SET LOCAL lock_timeout = 0' },
          step.send(scene, this.before),
        ];
    this.open = true;
    this.session.send(statements, (outcome) => {
      this.failed = typeof outcome === 'string';
      this.before = typeof outcome === 'string' ? [] : outcome;
      this.answers.push(typeof outcome === 'string' ? outcome : step.answer(outcome));
    });
  }
}
