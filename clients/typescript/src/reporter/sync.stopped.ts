import type { Problem } from '../generated/types.gen.ts';
import type { StopReason } from './reporter.types.ts';

/** Thrown by `done` and `failed` when the work must end. Let it pass. */
export class SyncStopped extends Error {
  override readonly name = 'SyncStopped';
  readonly reason: StopReason;
  /** What the service answered; undefined where it did not. */
  readonly problem: Problem | undefined;

  constructor(reason: StopReason, message: string, problem?: Problem) {
    super(message);
    this.reason = reason;
    this.problem = problem;
  }
}
