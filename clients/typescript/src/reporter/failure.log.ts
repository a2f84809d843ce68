import type { Client } from '../generated/client/index.ts';
import { appendActivity } from '../generated/sdk.gen.ts';
import type { AppendActivity } from '../generated/types.gen.ts';
import { messageOf, type PatientSender } from './patient.sender.ts';

/** Entries of one request: at this length of a message, a third of what a request may have. */
const CHUNK = 500;
const MAX_MESSAGE = 4_000;
const MAX_ID = 500;

type Sync = Pick<AppendActivity, 'sync_id' | 'entity_type' | 'source_system' | 'user_id'>;

/** The failed items that are not in the audit trail yet, as the integration guide writes them. */
export class FailureLog {
  readonly #client: Client;
  readonly #sync: Sync;
  #waiting: AppendActivity[] = [];
  /** The request that is not answered yet, under the key that keeps it from being written twice. */
  #open: { readonly key: string; readonly items: AppendActivity[] } | undefined;

  constructor(client: Client, sync: Sync) {
    this.#client = client;
    this.#sync = sync;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(item: string | number | undefined, error: unknown): void {
    const message = messageOf(error).slice(0, MAX_MESSAGE) || 'failed without a message';
    const id = typeof item === 'string' ? item.slice(0, MAX_ID) : item;
    this.#waiting.push({
      ...this.#sync,
      activity_type: 'batch_process',
      status: 'completed_with_errors',
      error_message: message,
      details: { ...(id !== undefined && { item: id }), error: message },
    });
  }

  /** Sends what was added before the call. */
  async flush(sender: PatientSender): Promise<void> {
    for (let left = this.#waiting.length; left > 0; ) {
      this.#open ??= { key: crypto.randomUUID(), items: this.#waiting.slice(0, CHUNK) };
      const { key, items } = this.#open;
      await sender.send((signal) =>
        appendActivity({ client: this.#client, body: { items }, headers: { 'Idempotency-Key': key }, signal }),
      );
      this.#open = undefined;
      this.#waiting.splice(0, items.length);
      left -= items.length;
    }
  }
}
