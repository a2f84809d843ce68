import { Logger } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import { outageOf } from './sqlstate.ts';

/** An outage, and too much load, fails requests and background processes many times a second: one line a minute says as much. */
const EVERY_MS = 60_000;

interface Told {
  readonly at: number;
  /** How many failures were not logged since. */
  muted: number;
}

/** Logs that the database cannot be used, or not by all who ask: one line a minute for each reason, without a stack, whoever met it. */
export class OutageLog {
  private readonly logger = new Logger('Database');
  private readonly told = new Map<string, Told>();
  private readonly now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** True when the error is an outage or a refusal for load: the caller logs nothing then. */
  tell(error: unknown): boolean {
    if (error instanceof Problem && error.isBusy) {
      this.seldom(error.problem, (failures_since_last) =>
        this.logger.warn({ refusal: error.problem, failures_since_last }, 'more is asked for than is done in time'),
      );
      return true;
    }
    const outage = outageOf(error);
    if (outage === undefined) return false;
    // By the state alone, since the words name addresses and processes.
    this.seldom(outage.split(' ', 1)[0] as string, (failures_since_last) =>
      this.logger.error({ outage, failures_since_last }, 'the database cannot be used'),
    );
    return true;
  }

  private seldom(reason: string, say: (muted: number) => void): void {
    const last = this.told.get(reason);
    if (last && this.now() - last.at < EVERY_MS) {
      last.muted += 1;
      return;
    }
    this.told.set(reason, { at: this.now(), muted: 0 });
    say(last?.muted ?? 0);
  }
}

/** One for the process: all its pools lead to one database. */
export const outages = new OutageLog();
