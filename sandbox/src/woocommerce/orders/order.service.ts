import { EMPTY_ADDRESS, EMPTY_BILLING, mergeAddress } from '../customers/customer.address.ts';
import { mergeMeta } from '../customers/customer.input.ts';
import type { CatalogueWriter } from '../products/catalogue.writer.ts';
import { fields, pick } from '../products/sellable.input.ts';
import type { ChangeEvent, ChangeFeed } from '../store/change.feed.ts';
import type { IdSequence } from '../store/overlay.store.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { isEmail } from '../wordpress/text.formatting.ts';
import { mergeLines } from './line.input.ts';
import type { ShownDecimals } from './order.decimals.ts';
import * as errors from './order.errors.ts';
import { orderKey } from './order.ids.ts';
import { withStock } from './order.stock.ts';
import type { OrderStore } from './order.store.ts';
import { type TaxRate, withoutTax, withTaxes } from './order.taxes.ts';
import { refundable } from './order.totals.ts';
import type { OrderRecord } from './order.types.ts';

export interface OrderServiceParts {
  orders: OrderStore;
  writer: CatalogueWriter;
  taxRates: readonly TaxRate[];
  pricesIncludeTax: boolean;
  shown: ShownDecimals;
  hasCustomer: (id: number) => boolean;
  /** What an order takes from its account, and changes of it. */
  accounts: {
    emailOf(id: number): string;
    /** One was completed. */
    completed(id: number): void;
    /** One was deleted for good. */
    lost(id: number): void;
  };
  changes: ChangeFeed;
  ids: IdSequence;
  lineIds: IdSequence;
  metaIds: IdSequence;
  /** WooCommerce 7.9. */
  legacy: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
  /** What the API shows of an order, for webhooks. */
  show: (order: OrderRecord) => object;
}

/** Members after which the shop computes an order anew. */
const COMPUTED_FROM = ['billing', 'shipping', 'line_items', 'shipping_lines', 'fee_lines', 'coupon_lines'];
/** Of a request to update an order of 7.9: what does not move its date of change. */
const BESIDES_THE_POST = new Set(['id', 'meta_data', 'line_items', 'shipping_lines', 'fee_lines']);
/** In which an order may be. A batch takes any text, and any other one for pending (recording 470). */
const STATUSES = new Set([
  ...['pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed', 'trash'],
  ...['checkout-draft', 'auto-draft'],
]);
const TEXTS = ['currency', 'payment_method', 'payment_method_title', 'transaction_id', 'created_via', 'customer_note'];

/** Operations on single orders. Every failure is the RestError that WooCommerce would return. */
export class OrderService {
  readonly #parts: OrderServiceParts;

  constructor(parts: OrderServiceParts) {
    this.#parts = parts;
  }

  find(id: unknown): OrderRecord | null {
    return this.#parts.orders.get(Number(id));
  }

  get(id: unknown): OrderRecord {
    const order = this.find(id);
    if (!order) throw errors.unknownOrder();
    return order;
  }

  create(input: Params): OrderRecord {
    if (input.id) throw errors.orderExists();
    const id = this.#parts.ids.next();
    const now = this.#seconds();
    const blank: OrderRecord = {
      id,
      status: 'pending',
      currency: 'EUR',
      madeWith: this.#parts.shown.decimals,
      prices_include_tax: this.#parts.pricesIncludeTax,
      createdAt: now,
      modifiedAt: now,
      completedAt: null,
      paidAt: null,
      customer_id: 0,
      order_key: orderKey(this.#parts.orders.shop.seed, id),
      billing: { ...EMPTY_BILLING },
      shipping: { ...EMPTY_ADDRESS },
      payment_method: '',
      payment_method_title: '',
      transaction_id: '',
      created_via: 'rest-api',
      customer_note: '',
      meta_data: [],
      line_items: [],
      shipping_lines: [],
      fee_lines: [],
      refunds: [],
    };
    const order = this.#merge(blank, input);
    this.#refuseCoupons(order, input.coupon_lines);
    return this.save(this.#paid(order, input), 'created');
  }

  /** The shop has no coupons. What is refused for one stays in the shop: as a cart, on 7.9 as an order (recordings 132 and 930 to 932). */
  #refuseCoupons(order: OrderRecord, given: unknown): void {
    const [coupon] = Array.isArray(given) ? given.map(fields) : [];
    if (!coupon) return;
    const { legacy } = this.#parts;
    const left = this.save({ ...order, status: legacy ? 'pending' : 'checkout-draft' }, 'created');
    throw errors.unknownCoupon(String(coupon.code ?? ''), legacy ? null : left.id);
  }

  update(input: Params): OrderRecord {
    const before = this.find(input.id);
    if (!before) throw errors.unknownOrderToUpdate(this.#parts.legacy);
    const after = this.#paid(this.#merge(before, input), input);
    const { legacy } = this.#parts;
    // Nothing is sent of an order that the API takes out of the trash (recording 911); 7.9 sends an update (201).
    const silent = before.status === 'trash' && after.status !== 'trash' && !legacy;
    // The posts of 7.9 know nothing of lines and metadata (recording 960).
    const isDated = !legacy || Object.keys(input).some((name) => !BESIDES_THE_POST.has(name));
    return this.save(after, 'updated', { silent, modifiedAt: isDated ? undefined : before.modifiedAt });
  }

  /** Also of an update (recording 410). */
  #paid(order: OrderRecord, { set_paid }: Params): OrderRecord {
    return set_paid === true && order.paidAt === null ? this.#withStatus(order, 'processing') : order;
  }

  /** As in the back office. */
  restore(id: unknown, status: string): OrderRecord {
    const before = this.get(id);
    return this.save(this.#merge(before, { id, status }), before.status === 'trash' ? 'restored' : 'updated');
  }

  /** As the API shows it now, or the error that it answers. */
  #shown(id: number): object {
    const order = this.find(id);
    return order ? this.#parts.show(order) : errors.unknownOrder().body();
  }

  /** Moves the order into the trash, or with `force` deletes it, which triggers no webhook. Returns the order as it was. */
  delete(id: unknown, force: boolean): OrderRecord {
    const order = this.get(id);
    if (!force && order.status === 'trash') throw errors.alreadyTrashedOrder();
    if (force) this.#parts.orders.delete(order.id);
    else this.#parts.orders.put({ ...order, status: 'trash', modifiedAt: this.#seconds() });
    this.#parts.changes.emit({
      resource: 'order',
      event: 'deleted',
      id: order.id,
      body: () => ({ id: order.id }),
      silent: force,
    });
    if (force && order.customer_id > 0) this.#parts.accounts.lost(order.customer_id);
    return order;
  }

  #merge(before: OrderRecord, input: Params): OrderRecord {
    const { writer, taxRates, shown, lineIds, metaIds, hasCustomer, legacy } = this.#parts;
    const customer = input.customer_id == null ? before.customer_id : Number(input.customer_id);
    if (input.customer_id && !hasCustomer(customer)) throw errors.unknownOrderCustomer();
    const billing = mergeAddress(before.billing, input.billing);
    if (input.billing && billing.email !== '' && !isEmail(billing.email)) throw errors.invalidOrderEmail();
    const nextMetaId = () => metaIds.next();
    const { catalogue } = writer;
    const net = (micros: number, taxClass: string) =>
      before.prices_include_tax ? withoutTax(micros, taxClass, taxRates) : micros;
    const source = { catalogue, nextLineId: () => lineIds.next(), nextMetaId, now: this.#seconds(), legacy, net };
    const merged: OrderRecord = {
      ...before,
      ...pick(input, TEXTS, String),
      customer_id: customer,
      billing,
      shipping: mergeAddress(before.shipping, input.shipping),
      meta_data: mergeMeta(before.meta_data, input.meta_data, nextMetaId),
      ...mergeLines(before, input, source),
    };
    const isNew = this.find(before.id) === null;
    const isComputed = isNew || COMPUTED_FROM.some((name) => input[name] !== undefined);
    const order = isComputed ? { ...withTaxes(merged, taxRates), madeWith: shown.decimals } : merged;
    const status = String(input.status ?? '');
    return input.status ? this.#withStatus(order, STATUSES.has(status) ? status : 'pending') : order;
  }

  /** A status sets its dates; `refunded` also refunds what is left (recording 75). */
  #withStatus(order: OrderRecord, status: string): OrderRecord {
    const now = this.#seconds();
    const paid = status === 'processing' || status === 'completed';
    const next: OrderRecord = {
      ...order,
      status,
      paidAt: paid ? (order.paidAt ?? now) : order.paidAt,
      completedAt: status === 'completed' ? (order.completedAt ?? now) : order.completedAt,
    };
    const amount = refundable(next);
    if (status !== 'refunded' || order.status === 'refunded' || amount <= 0) return next;
    const reason = 'Order fully refunded.';
    const refund = { id: this.#parts.ids.next(), createdAt: now, reason, amount, refundedBy: 1 };
    return { ...next, refunds: [...next.refunds, refund] };
  }

  /** Stores an order as it is: no date of change, no webhook. */
  store(record: OrderRecord): void {
    this.#parts.orders.put(record);
  }

  /** Sets the modification date, unless it is given, stores the order and emits the change. */
  save(
    record: OrderRecord,
    event: ChangeEvent,
    { silent = false, modifiedAt }: { silent?: boolean; modifiedAt?: number | undefined } = {},
  ): OrderRecord {
    const { writer, metaIds, orders, accounts } = this.#parts;
    const wasIn = orders.get(record.id)?.status;
    // A line of 7.9 moves the stock with the status of its order only (recording 480).
    const isStocked = this.#parts.legacy && wasIn === record.status;
    const stocked = isStocked ? record : withStock(record, writer, () => metaIds.next());
    const order = {
      ...stocked,
      billing: this.#withEmail(stocked),
      modifiedAt: modifiedAt ?? this.#seconds(), // even when nothing changed, as WooCommerce does
    };
    orders.put(order);
    this.#parts.changes.emit({ resource: 'order', event, id: order.id, body: () => this.#shown(order.id), silent });
    if (order.status === 'completed' && wasIn !== 'completed' && order.customer_id > 0)
      accounts.completed(order.customer_id);
    return order;
  }

  /** An order of an account without an e-mail gets the account's (recording 425). */
  #withEmail({ billing, customer_id }: OrderRecord): OrderRecord['billing'] {
    return billing.email !== '' || customer_id === 0
      ? billing
      : { ...billing, email: this.#parts.accounts.emailOf(customer_id) };
  }

  #seconds(): number {
    return Math.floor(this.#parts.now() / 1000) * 1000;
  }
}
