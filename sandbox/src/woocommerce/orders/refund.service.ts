import type { IdSequence } from '../store/overlay.store.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { invalidRefund, refundRefused, unknownRefund } from './order.errors.ts';
import { toMicros } from './order.money.ts';
import type { OrderService } from './order.service.ts';
import { refundable } from './order.totals.ts';
import type { RefundRecord } from './order.types.ts';

/** Refunds of an order. Each refund also changes the order. */
export class RefundService {
  readonly #orders: OrderService;
  readonly #ids: IdSequence;
  readonly #now: () => number;

  /** `now` in milliseconds since 1970. */
  constructor(orders: OrderService, ids: IdSequence, now: () => number) {
    this.#orders = orders;
    this.#ids = ids;
    this.#now = now;
  }

  /** Refunds an amount. When nothing is left to refund, the order becomes `refunded`. */
  create(orderId: unknown, input: Params): RefundRecord {
    const order = this.#orders.get(orderId);
    const amount = toMicros(input.amount);
    if (amount < 0) throw invalidRefund();
    if (amount > refundable(order)) throw refundRefused();
    const refund: RefundRecord = {
      id: this.#ids.next(),
      createdAt: Math.floor(this.#now() / 1000) * 1000,
      reason: String(input.reason ?? ''),
      amount,
      refundedBy: 1,
    };
    const refunded = { ...order, refunds: [...order.refunds, refund] };
    this.#orders.save(refundable(refunded) === 0 ? { ...refunded, status: 'refunded' } : refunded, 'updated');
    return refund;
  }

  get(orderId: unknown, id: unknown): RefundRecord {
    const refund = this.#orders.get(orderId).refunds.find((one) => one.id === Number(id));
    if (!refund) throw unknownRefund();
    return refund;
  }

  /** For good, with force or without (recording 153). The order does not say that it changed, and no webhook does (193, 960). */
  delete(orderId: unknown, id: unknown): RefundRecord {
    const refund = this.get(orderId, id);
    const order = this.#orders.get(orderId);
    this.#orders.store({ ...order, refunds: order.refunds.filter((one) => one.id !== refund.id) });
    return refund;
  }
}
