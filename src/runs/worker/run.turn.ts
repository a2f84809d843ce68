import type { RunLease } from './run.lease.ts';

/** Times of a turn in milliseconds. A test has shorter ones. */
export interface TurnTimes {
  /** After this time a worker releases a run when runs of other organizations wait. */
  readonly turn: number;
  /** How often it looks whether others wait, once the turn is over. */
  readonly check: number;
  /** After this time it releases the run in any case, because a job must end before pg-boss considers it lost. */
  readonly longest: number;
  /** How long a write may go on after the turn. What is cut off then is found out by the next worker, at some cost. */
  readonly writeGrace: number;
}

const TURN_TIMES: TurnTimes = { turn: 30_000, check: 2_000, longest: 20 * 60_000, writeGrace: 30_000 };

/** Times for every worker of the process; replaced by tests only. */
export class TurnClock {
  times: TurnTimes = TURN_TIMES;
}

/**
 * The time that a worker gives to a run. It ends by the clock and not by a batch, since a batch may take as long as a system wants: a
 * read is given up at once, a write is finished if it does not take long.
 */
export class RunTurn {
  readonly #lease: RunLease;
  readonly #times: TurnTimes;
  readonly #othersWait: () => Promise<boolean>;
  readonly #began = performance.now();
  #timer: NodeJS.Timeout;
  #isOver = false;
  #closed = false;

  constructor(lease: RunLease, times: TurnTimes, othersWait: () => Promise<boolean>) {
    this.#lease = lease;
    this.#times = times;
    this.#othersWait = othersWait;
    this.#timer = setTimeout(() => this.#check(), times.turn);
  }

  /** Whether the clock, and nobody else, stopped the run. */
  get isOver(): boolean {
    return this.#isOver;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    const { longest, check, writeGrace } = this.#times;
    const isLong = performance.now() - this.#began >= longest;
    // A database that does not answer ends no turn: without it, nobody else could begin one.
    const ends = isLong || (await this.#othersWait().catch(() => false));
    if (this.#closed) return;
    if (!ends) {
      this.#timer = setTimeout(() => this.#check(), check);
      return;
    }
    this.#isOver = this.#lease.reason === undefined;
    this.#lease.askToStop('stopping');
    this.#timer = setTimeout(() => this.#lease.interrupt(), writeGrace);
  }
}
