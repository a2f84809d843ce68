import { setTimeout as sleep } from 'node:timers/promises';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';
import PQueue from 'p-queue';
import { steadyNow } from '../../common/clock.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import { adaptConcurrency, type Concurrency } from './concurrency.adaptation.ts';
import type { HttpOptions } from './http.options.ts';
import { loadOf, type Outcome } from './response.classification.ts';

/** A circuit that still refuses so long after its time has lost count of it. */
const LATE_MS = 1_000;

/** A pause that a system requested. */
interface Hold {
  /** By `steadyNow`. */
  readonly until: number;
  readonly reason: string;
}

export type HoldListener = (until: number | null, reason: string) => void;

/** What all clients of one connection share: its queue, its circuit breaker and the pause that its system requested. */
export class ConnectionState {
  readonly #options: HttpOptions;
  readonly #queue: PQueue;
  #circuit: CircuitBreakerPolicy;
  #concurrency: Concurrency;
  #hold: Hold | undefined;
  #reopensAt = 0;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#concurrency = { limit: options.maxConcurrency, loweredAt: 0 };
    this.#queue = new PQueue({ concurrency: options.maxConcurrency });
    this.#circuit = this.#closedCircuit();
  }

  /** No request of the connection starts before `until`. */
  hold(until: number, reason: string): void {
    if (until > (this.#hold?.until ?? 0)) this.#hold = { until, reason };
  }

  /**
   * Runs an attempt when the pause is over, the queue has a free place and the circuit is closed. Throws ConnectorError
   * `rate-limited` when the pause is too long to wait for, `unavailable` when the circuit is open, or the signal's reason.
   */
  async run(attempt: () => Promise<Outcome>, signal: AbortSignal, onHold: HoldListener): Promise<Outcome> {
    for (;;) {
      await this.#waitForHold(signal, onHold);
      // While this attempt was in the queue, the response to another may have requested a pause.
      const outcome = await this.#queue.add(async () => (this.#held() ? null : await this.#guarded(attempt, signal)), {
        signal,
      });
      if (outcome) return outcome;
    }
  }

  async #waitForHold(signal: AbortSignal, onHold: HoldListener): Promise<void> {
    let hold = this.#held();
    if (!hold) return;
    try {
      for (; hold; hold = this.#held()) {
        const left = hold.until - steadyNow();
        if (left > this.#options.maxInlineWaitMs) {
          const at = new Date(hold.until).toISOString();
          throw new ConnectorError('rate-limited', `${hold.reason}; not before ${at}`, { retryAt: hold.until });
        }
        onHold(hold.until, hold.reason);
        await sleep(left, undefined, { signal });
      }
    } finally {
      onHold(null, '');
    }
  }

  #held(): Hold | undefined {
    return this.#hold && this.#hold.until > steadyNow() ? this.#hold : undefined;
  }

  #closedCircuit(): CircuitBreakerPolicy {
    // An attempt that is aborted while the circuit is half open proves nothing, so the circuit stays open.
    const broken = handleWhenResult((outcome) => loadOf(outcome as Outcome) === 'down').orWhen(
      (error) => circuit.state === CircuitState.HalfOpen && !(error instanceof ConnectorError),
    );
    const circuit = circuitBreaker(broken, {
      halfOpenAfter: this.#options.halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(this.#options.breakAfter),
    });
    circuit.onBreak(() => {
      this.#reopensAt = steadyNow() + this.#options.halfOpenAfterMs;
    });
    return circuit;
  }

  async #guarded(attempt: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
    const startedAt = steadyNow();
    try {
      const outcome = await this.#circuit.execute(() => {
        signal.throwIfAborted();
        return attempt();
      }, signal);
      this.#adapt(outcome, startedAt);
      return outcome;
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      // cockatiel counts by the wall clock: one that was set back would leave the circuit open until it is there again.
      if (steadyNow() > this.#reopensAt + LATE_MS) {
        this.#circuit = this.#closedCircuit();
        return this.#guarded(attempt, signal);
      }
      const at = new Date(this.#reopensAt).toISOString();
      const text = `not attempted, because the last ${this.#options.breakAfter} attempts failed; not before ${at}`;
      throw new ConnectorError('unavailable', text, { retryAt: this.#reopensAt });
    }
  }

  #adapt(outcome: Outcome, startedAt: number): void {
    const end = { load: loadOf(outcome), startedAt, now: steadyNow() };
    this.#concurrency = adaptConcurrency(this.#concurrency, end, this.#options.maxConcurrency);
    this.#queue.concurrency = Math.floor(this.#concurrency.limit);
  }
}
