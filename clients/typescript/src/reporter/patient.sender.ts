import type { Problem } from '../generated/types.gen.ts';
import type { SyncOptions } from './reporter.types.ts';
import { isPassing, retryDelayMs } from './retry.delay.ts';
import { SyncStopped } from './sync.stopped.ts';

/** A request without an answer for so long is sent again. */
const ANSWER_WITHIN_MS = 30_000;

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response?: Response;
}

/** Sends a request until it is answered. Only for requests that may arrive twice. */
export class PatientSender {
  readonly #giveUpAfterMs: number;
  readonly #firstRetryMs: number | undefined;
  #deadline = Number.POSITIVE_INFINITY;
  #wake: (() => void) | undefined;

  constructor({ giveUpAfterMs = 15 * 60_000, firstRetryMs }: Pick<SyncOptions, 'giveUpAfterMs' | 'firstRetryMs'>) {
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#firstRetryMs = firstRetryMs;
  }

  /** From now on there are only so many milliseconds left. Whoever waits tries again at once. */
  hurry(ms: number): void {
    this.#deadline = performance.now() + ms;
    this.#wake?.();
  }

  /** Throws SyncStopped when the sync has ended (ended), the service refuses or is away for too long (refused). */
  async send<Data>(attempt: (signal: AbortSignal) => Promise<Answer<Data>>): Promise<Data> {
    const patientUntil = performance.now() + this.#giveUpAfterMs;
    for (let failures = 1; ; failures += 1) {
      const left = Math.min(patientUntil, this.#deadline) - performance.now();
      const { data, error, response } = await attempt(
        AbortSignal.timeout(Math.max(Math.ceil(Math.min(ANSWER_WITHIN_MS, left)), 1)),
      );
      if (response?.ok && error === undefined) return data as Data;
      const problem = isProblem(error) ? error : undefined;
      const wait = retryDelayMs(failures, response?.headers, this.#firstRetryMs);
      const isLate = performance.now() + wait > Math.min(patientUntil, this.#deadline);
      if (!isPassing(response) || isLate) {
        const reason = problem?.type.endsWith(':sync-ended') ? 'ended' : 'refused';
        throw new SyncStopped(reason, problem?.detail ?? `The service cannot be reached: ${messageOf(error)}`, problem);
      }
      await this.#sleep(wait);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'type' in error && 'detail' in error;
}

/** What fetch says is 'fetch failed'; why is in its cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : JSON.stringify(error);
  const { cause } = error;
  return cause instanceof Error && cause.message ? `${error.message}: ${cause.message}` : error.message;
}
