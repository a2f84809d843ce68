import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import { decideRunRetry } from './retry.decision.ts';
import type { RunLease } from './run.lease.ts';

/** The run goes back to the queue, for a worker to take up at `until`. */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  readonly until: Date;

  constructor(until: number, cause: unknown) {
    super('postponed', { cause });
    this.until = new Date(until);
  }
}

/** The lease says stop; it knows why. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Repeats calls to a system for as long as it makes sense, and stops waiting when the run should stop. */
export class RetryPolicy {
  private readonly lease: RunLease;

  constructor(lease: RunLease) {
    this.lease = lease;
  }

  /**
   * `work` is called again after a transient failure, having been told of it. Throws the last ConnectorError when it is not worth
   * another try, Postponed, or Stopped. An ambiguous failure is thrown at once: only the caller knows how to look again.
   */
  async call<T>(work: () => Promise<T>, onFailure: (error: ConnectorError) => void = () => undefined): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      this.stopIfAsked();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.kind === 'aborted') throw new Stopped();
        if (error.ambiguous) throw error;
        onFailure(error);
        await this.wait(error, attempt);
      }
    }
  }

  /** After a write that may or may not have taken effect: waits, and returns when it is time to look again. */
  async recover(error: ConnectorError, attempt: number): Promise<void> {
    if (error.kind === 'aborted') throw new Stopped();
    await this.wait(error, attempt);
  }

  /** Waits as long as the failure asks for; throws when there is nothing to wait for. */
  async wait(error: ConnectorError, attempt: number): Promise<void> {
    const retry = decideRunRetry({
      error,
      attempt,
      postponements: this.lease.run.postponements,
      now: Date.now(),
      random: Math.random(),
    });
    if (retry.do === 'fail') throw error;
    if (retry.do === 'postpone') throw new Postponed(retry.until, error);
    if (retry.limited) this.lease.waitsForLimit(new Date(Date.now() + retry.milliseconds));
    await this.lease.sleep(retry.milliseconds);
    this.lease.waitsForLimit(null);
    this.stopIfAsked();
  }

  stopIfAsked(): void {
    if (this.lease.stopSignal.aborted) throw new Stopped();
  }
}
