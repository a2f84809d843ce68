import type { Change } from '../store/change.feed.ts';
import { toldChanges } from './webhook.changes.ts';
import { deliveryOf, pingOf } from './webhook.delivery.ts';
import type { WebhookStore } from './webhook.store.ts';
import type { Delivery, DeliveryFaults, WebhookRecord } from './webhook.types.ts';

const FAILURES_TO_DISABLE = 7; // recording 207
const TIMEOUT = 60_000; // milliseconds

export interface WebhookDispatcherParts {
  store: WebhookStore;
  /** WooCommerce 7.9. */
  legacy: boolean;
  homeUrl: string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Aborted when the shop stops: running deliveries end, waiting ones are dropped. */
  stopping: AbortSignal;
}

/**
 * Delivers in the background, the deliveries of one webhook in order. Nothing is retried. What happens to a record before its delivery
 * is sent is in the same delivery (recordings 177 and 915).
 */
export class WebhookDispatcher {
  readonly #parts: WebhookDispatcherParts;
  readonly #queues = new Map<number, Promise<void>>(); // webhook → its last delivery
  readonly #waiting = new Set<string>(); // webhook and record whose delivery is not sent yet
  readonly #failures = new Map<number, number>(); // webhook → failures in a row
  #faults: DeliveryFaults = {};
  #count = 0;

  constructor(parts: WebhookDispatcherParts) {
    this.#parts = parts;
  }

  /** New faults start counting at 0. */
  setFaults(faults: DeliveryFaults): void {
    this.#faults = faults;
    this.#count = 0;
  }

  /** Whatever comes back, it is no failure (recording 910). */
  ping(webhook: WebhookRecord): void {
    this.#enqueue(webhook, () => pingOf(webhook, this.#parts.legacy), false);
  }

  deliver(change: Change): void {
    for (const told of toldChanges(change, this.#parts.legacy)) this.#tell(told);
  }

  #tell(change: Change): void {
    const { store, homeUrl, now, legacy } = this.#parts;
    const interested = store
      .all()
      .filter(
        ({ resource, event, status }) => resource === change.resource && event === change.event && status === 'active',
      );
    for (const webhook of interested) {
      const record = `${webhook.id} ${change.id}`;
      if (this.#waiting.has(record)) continue;
      this.#count += 1;
      // The body is made when the queue runs, not at the event: it is the newest state, or an error (recordings 177, 912 to 916).
      let made: Delivery | undefined;
      const delivery = () => {
        this.#waiting.delete(record);
        made ??= deliveryOf(webhook, change.body(), { homeUrl, now: now(), legacy });
        return made;
      };
      if (this.#count % (this.#faults.loseEvery ?? Infinity) === 0) continue;
      this.#waiting.add(record);
      this.#enqueue(webhook, delivery);
      if (this.#count % (this.#faults.duplicateEvery ?? Infinity) === 0) this.#enqueue(webhook, delivery);
    }
  }

  /** Resolves when no delivery is running, including those started meanwhile. */
  async settled(): Promise<void> {
    for (let pending = this.#queues.size; pending > 0; pending = this.#queues.size) {
      await Promise.all(this.#queues.values());
    }
  }

  #enqueue({ id }: WebhookRecord, delivery: () => Delivery, counts = true): void {
    const queue = (this.#queues.get(id) ?? Promise.resolve()).then(() => this.#send(id, delivery(), counts));
    this.#queues.set(id, queue);
    void queue.then(() => {
      if (this.#queues.get(id) === queue) this.#queues.delete(id);
    });
  }

  /** Only a success ends a row of failures: one that is switched on again is disabled by the next failure (recordings 203, 207). */
  async #send(id: number, { url, headers, body }: Delivery, counts: boolean): Promise<void> {
    const { store, stopping } = this.#parts;
    if (stopping.aborted || store.find(id)?.status !== 'active') return;
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT)]);
    // Redirects count as delivered and are not followed.
    const status = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0,
    );
    if (!counts) return;
    if (status >= 200 && status < 303) {
      this.#failures.delete(id);
      return;
    }
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    if (failures >= FAILURES_TO_DISABLE) store.disable(id);
  }
}
