import type fc from 'fast-check';
import type { SyncStatus } from '../../src/common/sync-status.ts';
import type { ObservedSync, SyncDriver } from './sync-status.driver.ts';
import { type Condition, type Result, type State, type SyncEvent, TABLE, type Target } from './sync-status.table.ts';

/** Large enough that a sequence reaches it only by an event that reports the total. */
const TOTAL = 1000;

/** What the table and the rules of the page say a sync must be by now. */
export class SyncModel {
  state: State = 'absent';
  total = TOTAL;
  processed = 0;
  failed = 0;
  cancelRequested = false;
  pauseRequested = false;
  /** Activity types, in the order in which they are written. */
  trail: string[] = [];

  holds(condition: Condition): boolean {
    if (condition === 'cancel requested') return this.cancelRequested;
    return condition === 'pause requested' ? this.pauseRequested : this.failed > 0;
  }

  canHappen(event: SyncEvent): boolean {
    if (TABLE[event][this.state] === null) return false;
    if (/backwards/.test(event)) return this.processed > 0 || this.state === 'absent';
    // Where the total was reached, to report it is to report the same again.
    if (/(report|at) the total$/.test(event)) return this.processed + this.failed < this.total;
    return event !== 'start, nothing to do' || this.total > 0;
  }

  /** Applies the event and returns the expected result. */
  apply(event: SyncEvent): Result {
    const cell = TABLE[event][this.state];
    if (cell === null) throw new Error(`"${event}" cannot happen to a sync that is ${this.state}`);
    const tookEffect = [200, 201, '1 row', 'nothing'].includes(cell.result);
    const was = this.state;
    if (tookEffect && isActive(was)) this.count(event);
    if (tookEffect && isActive(was)) this.request(event);
    if (event === 'start, nothing to do' && was === 'absent') this.total = 0;
    this.state = this.resolve(cell.to);
    if (this.state !== 'absent' && !isActive(this.state) && this.state !== was)
      this.trail.push(`sync_${this.state === 'completed_with_errors' ? 'completed' : this.state}`);
    return cell.result;
  }

  observed(): ObservedSync | null {
    if (this.state === 'absent') return null;
    return {
      status: this.state,
      has_ended: !isActive(this.state),
      processed_count: this.processed,
      failed_count: this.failed,
      cancel_requested: this.cancelRequested,
      pause_requested: this.pauseRequested,
      trail: [...this.trail].sort(),
    };
  }

  private resolve(to: Target | undefined): State {
    if (to === undefined) return this.state;
    if (typeof to === 'string') return to;
    return this.holds(to.if) ? to.to : to.else;
  }

  private count(event: SyncEvent): void {
    if (event === 'report more' || event === 'SQL counts below the total') this.processed += 1;
    if (event === 'SQL counts backwards') this.processed -= 1;
    if (event.endsWith('one failed')) this.failed += 1;
    if (/(report|at) the total/.test(event)) this.processed = TOTAL - this.failed;
  }

  /** A request is kept until it is withdrawn, and is written into the trail when it asks for something new. */
  private request(event: SyncEvent): void {
    if (event === 'request cancel' && !this.cancelRequested) {
      this.cancelRequested = true;
      this.trail.push('cancel_requested');
    }
    if (event === 'request pause' && !this.pauseRequested) {
      this.pauseRequested = true;
      this.trail.push('pause_requested');
    }
    if (event === 'request resume') {
      if (this.pauseRequested || this.state === 'paused') this.trail.push('resume_requested');
      this.pauseRequested = false;
    }
  }
}

const isActive = (state: State): state is SyncStatus => ['queued', 'running', 'paused'].includes(state);

/** One event, done to the model and to a sync in the database, which must then be the same. */
export class SyncCommand implements fc.AsyncCommand<SyncModel, SyncDriver> {
  readonly event: SyncEvent;

  constructor(event: SyncEvent) {
    this.event = event;
  }

  check(model: Readonly<SyncModel>): boolean {
    return model.canHappen(this.event);
  }

  async run(model: SyncModel, driver: SyncDriver): Promise<void> {
    const was = model.state;
    const result = await driver.cause(this.event, model);
    const due = { result: model.apply(this.event), sync: model.observed() };
    const found = { result, sync: await driver.observe() };
    if (JSON.stringify(found) !== JSON.stringify(due))
      throw new Error(
        `"${this.event}" of a sync that is ${was}: due ${JSON.stringify(due)}, found ${JSON.stringify(found)}`,
      );
  }

  toString(): string {
    return this.event;
  }
}
