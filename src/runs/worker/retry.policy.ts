import { steadyNow } from '../../common/clock.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import type { PageSize } from '../run.types.ts';
import { decideRunRetry } from './retry.decision.ts';
import type { RunLease } from './run.lease.ts';

/** A shorter wait is over before anybody could read why. */
const SHORTEST_TOLD_MS = 1_000;

/** Thrown when the run should return to the queue and start again at `until`. The lease knows why. */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  /** By `steadyNow`. */
  readonly until: number;

  constructor(until: number, cause: unknown) {
    super('postponed', { cause });
    this.until = until;
  }
}

/** Thrown when the lease requires the run to stop. `lease.reason` has the reason. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Makes calls to a system, and decides what is done when one fails. */
export type Calls = Pick<RetryPolicy, 'call'>;

/** Retries failed calls to a system while a retry can help, and stops waiting when the run should stop. */
export class RetryPolicy {
  private readonly lease: RunLease;

  constructor(lease: RunLease) {
    this.lease = lease;
  }

  /**
   * Calls `onFailure` and then `work` again after a transient failure. Throws Postponed, Stopped, or the last ConnectorError when
   * another attempt cannot help or `givesUp` says that the caller asks for less. An ambiguous failure is thrown at once, because only the
   * caller can check what took effect.
   */
  async call<T>(
    work: () => Promise<T>,
    onFailure: (error: ConnectorError) => void = () => undefined,
    givesUp: (error: ConnectorError) => boolean = () => false,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      this.stopIfAsked();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        if (error.kind === 'aborted') throw new Stopped();
        if (error.ambiguous) throw error;
        onFailure(error);
        if (givesUp(error)) throw error;
        await this.wait(error, attempt);
      }
    }
  }

  /** Stored with the next heartbeat, so that no later worker of the run asks for a page that was too much. */
  pageShrank(page: PageSize): void {
    this.lease.waitsFor({ page });
  }

  /** Waits after a write that may or may not have taken effect, and returns when the caller should check again. */
  async recover(error: ConnectorError, attempt: number): Promise<void> {
    if (error.kind === 'aborted') throw new Stopped();
    await this.wait(error, attempt);
  }

  /** Waits for as long as the failure requires. Throws when a retry cannot help or the run is postponed. */
  async wait(error: ConnectorError, attempt: number): Promise<void> {
    const alike = this.lease.failed(error.kind);
    const { postponements } = this.lease.run;
    const now = steadyNow();
    const retry = decideRunRetry({ error, attempt, postponements, alike, now, random: Math.random() });
    if (retry.do === 'fail') throw error;
    const until = retry.do === 'postpone' ? retry.until : now + retry.milliseconds;
    const limited = error.kind === 'rate-limited';
    if (retry.do === 'postpone' || limited || retry.milliseconds >= SHORTEST_TOLD_MS)
      this.lease.waitsFor({ reason: error.quoting, until, limited });
    if (retry.do === 'postpone') throw new Postponed(until, error);
    await this.lease.sleep(retry.milliseconds);
    this.lease.waitsFor(null);
    this.stopIfAsked();
  }

  stopIfAsked(): void {
    if (this.lease.stopSignal.aborted) throw new Stopped();
  }
}
