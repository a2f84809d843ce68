import pRetry, { AbortError } from 'p-retry';

/** How long a service may be away before a caller gives up: long enough for a restart with recovery of its database. */
const GIVE_UP_AFTER_MS = 120_000;

/** What an operation of the generated client resolves with. Without `response` the connection failed. */
interface OperationResult<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response?: Response;
}

/** The service refused the call; `status` is the HTTP status. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Calls until the service responds. Lost connections, timeouts and 503 are retried; other problems are thrown as Refused.
 * Safe for reads, for reports (their counts are absolute), and for a POST with an Idempotency-Key.
 */
export function reliably<T>(call: () => Promise<OperationResult<T>>, signal: AbortSignal): Promise<T> {
  const once = async (): Promise<T> => {
    const { data, error, response } = await call();
    if (response?.ok && data !== undefined) return data;
    // There was no response, or it broke off.
    if (!response || response.ok) throw new Error('The connection to the service was lost.', { cause: error });
    const { detail } = (error ?? {}) as { detail?: string };
    const refused = new Refused(response.status, detail ?? `The service responded with ${response.status}.`);
    throw response.status === 503 ? refused : new AbortError(refused);
  };
  return pRetry(once, { retries: 1_000, minTimeout: 100, maxTimeout: 1_000, maxRetryTime: GIVE_UP_AFTER_MS, signal });
}
