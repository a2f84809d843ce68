import { Logger } from '@nestjs/common';
import { outageOf } from './sqlstate.ts';

/** An outage fails every request and every background process, many times a second: one line a minute says as much. */
const EVERY_MS = 60_000;

interface Told {
  readonly at: number;
  /** How many failures were not logged since. */
  muted: number;
}

/** Logs that the database cannot be used: one line a minute for each reason, without a stack, whoever met it. */
export class OutageLog {
  private readonly logger = new Logger('Database');
  private readonly told = new Map<string, Told>();
  private readonly now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** True when the error is an outage: the caller logs nothing then. */
  tell(error: unknown): boolean {
    const outage = outageOf(error);
    if (outage === undefined) return false;
    // By the state alone, since the words name addresses and processes.
    const reason = outage.split(' ', 1)[0] as string;
    const last = this.told.get(reason);
    if (last && this.now() - last.at < EVERY_MS) {
      last.muted += 1;
      return true;
    }
    this.told.set(reason, { at: this.now(), muted: 0 });
    this.logger.error({ outage, failures_since_last: last?.muted ?? 0 }, 'the database cannot be used');
    return true;
  }
}

/** One for the process: all its pools lead to one database. */
export const outages = new OutageLog();
