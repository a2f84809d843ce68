import type fc from 'fast-check';
import type { SyncStatus } from '../../src/common/sync-status.ts';
import type { ObservedRun, RunDriver } from './run-lease.driver.ts';
import { type Case, type Condition, type Result, type RunEvent, type State, TABLE } from './run-lease.table.ts';

/** What gives a held lease back. */
const RELEASES: readonly RunEvent[] = ['release', 'postpone', 'ask for approval', 'keep slots, slot taken'];

/** What the table and the rules of the page say a run must be by now. */
export class RunModel {
  state: State = 'waiting';
  sync: SyncStatus = 'queued';
  epoch = 0;
  fruitlessLeases = 0;
  postponements = 0;
  isLimited = false;
  cancelRequested = false;
  pauseRequested = false;

  /** Which case of its cell an event meets now. */
  caseOf(event: RunEvent): Case {
    const met = TABLE[event][this.state].find((one) => one.if === undefined || this.holds(one.if));
    if (!met) throw new Error(`"${event}" of a run that is ${this.state} has no case for what it is now`);
    return met;
  }

  /** Applies the event and returns the expected result. */
  apply(event: RunEvent): Result {
    const { result, to } = this.caseOf(event);
    const was = this.state;
    const wasOver = this.isOver();
    this.state = to ?? was;
    this.lead(event, result, was);
    if (!wasOver) this.follow(event, was);
    return result;
  }

  observed(): ObservedRun {
    return {
      state: this.state,
      sync: this.sync,
      lease_epoch: this.epoch,
      leases_without_commit: this.fruitlessLeases,
      postponements: this.postponements,
      is_limited: this.isLimited,
      cancel_requested: this.cancelRequested,
      pause_requested: this.pauseRequested,
    };
  }

  private isOver(): boolean {
    return !['queued', 'running', 'paused'].includes(this.sync);
  }

  private holds(condition: Condition): boolean {
    if (condition === 'sync ended') return this.isOver();
    if (condition === 'cancel requested') return this.cancelRequested;
    return condition === 'pause requested' ? this.pauseRequested : condition === `sync ${this.sync}`;
  }

  /** What the event means for the lease. */
  private lead(event: RunEvent, result: Result, was: State): void {
    if (event === 'take' && ['ready', 'overdue', 'expired'].includes(was)) {
      this.epoch += 1;
      this.fruitlessLeases += 1;
    }
    const isHeld = was === 'leased' || was === 'expired';
    if (isHeld && RELEASES.includes(event)) {
      this.fruitlessLeases = 0;
      this.postponements += event === 'postpone' ? 1 : 0;
    }
    if (['commit', 'finish', 'give up'].includes(event) && result !== 'fenced' && !this.isOver()) {
      this.fruitlessLeases = 0;
      this.postponements = 0;
    }
  }

  /** What it means for the sync, which had not ended. */
  private follow(event: RunEvent, was: State): void {
    const isHeld = was === 'leased' || was === 'expired';
    if (event === 'take' && this.state === 'leased' && was !== 'leased') {
      this.sync = 'running';
      this.isLimited = false;
    }
    if (event === 'sync ended by others') this.sync = 'failed';
    if (event === 'request pause') this.pauseRequested = true;
    if (event === 'request resume') {
      this.pauseRequested = false;
      if (this.sync === 'paused') this.sync = 'running';
    }
    if (event === 'request cancel' || (event === 'connection removed' && was !== 'ended')) {
      this.cancelRequested = true;
      if (['queued', 'paused'].includes(this.sync)) this.sync = 'cancelled';
    }
    if (!isHeld) return;
    if (event === 'heartbeat') this.isLimited = false;
    if (RELEASES.includes(event)) {
      this.sync = 'queued';
      this.isLimited = event === 'postpone';
    }
    if (!['commit', 'finish', 'give up'].includes(event)) return;
    this.isLimited = false;
    if (event === 'finish') this.sync = 'completed';
    else if (event === 'give up') this.sync = 'failed';
    else if (this.cancelRequested) this.sync = 'cancelled';
    else this.sync = this.pauseRequested ? 'paused' : 'running';
  }
}

/** One event, done to the model and to a run in the database, which must then be the same. */
export class RunCommand implements fc.AsyncCommand<RunModel, RunDriver> {
  readonly event: RunEvent;

  constructor(event: RunEvent) {
    this.event = event;
  }

  check(): boolean {
    return true;
  }

  async run(model: RunModel, driver: RunDriver): Promise<void> {
    const before = JSON.stringify(model.observed());
    const result = await driver.cause(this.event, model.epoch);
    const due = { result: model.apply(this.event), run: model.observed() };
    const found = { result, run: await driver.observe() };
    if (JSON.stringify(found) !== JSON.stringify(due))
      throw new Error(`"${this.event}" of ${before}: due ${JSON.stringify(due)}, found ${JSON.stringify(found)}`);
  }

  toString(): string {
    return this.event;
  }
}
