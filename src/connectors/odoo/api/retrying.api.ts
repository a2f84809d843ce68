import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '../../contract/connector.error.ts';
import { OdooFault } from './odoo.fault.ts';
import type { CallOptions, MethodArguments, OdooApi } from './odoo-api.types.ts';

export interface ConflictRetries {
  /** Calls in all, the first included. */
  readonly attempts: number;
  /** The longest first wait in milliseconds; each later one may be twice as long. */
  readonly baseWaitMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

const DEFAULTS: ConflictRetries = { attempts: 5, baseWaitMs: 100, random: Math.random };

/**
 * Repeats a call that conflicted with another transaction. Odoo rolled it back completely, so even a create may be sent again. Odoo
 * itself has tried five times by then. The jitter keeps two writers from conflicting again.
 */
export class RetryingApi implements OdooApi {
  readonly #inner: OdooApi;
  readonly #retries: ConflictRetries;

  constructor(inner: OdooApi, retries: Partial<ConflictRetries> = {}) {
    this.#inner = inner;
    this.#retries = { ...DEFAULTS, ...retries };
  }

  serverTime(): number | null {
    return this.#inner.serverTime();
  }

  async call(model: string, method: string, args: MethodArguments, options: CallOptions): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#inner.call(model, method, args, options);
      } catch (error) {
        const again = error instanceof OdooFault && error.conflict && attempt < this.#retries.attempts;
        if (!again) throw error;
        await this.#pause(attempt, options.signal);
      }
    }
  }

  async #pause(attempt: number, signal: AbortSignal): Promise<void> {
    const { baseWaitMs, random } = this.#retries;
    const wait = baseWaitMs * 2 ** (attempt - 1) * (0.5 + random() / 2);
    await sleep(wait, undefined, { signal }).catch(() => {
      throw new ConnectorError('aborted', 'The call was aborted.');
    });
  }
}
