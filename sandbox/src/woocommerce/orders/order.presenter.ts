import { selfLinks } from '../products/sellable.presenter.ts';
import { timePair } from '../store/shop.clock.ts';
import { type LineLabels, presentFee, presentLine, presentShipping, presentTaxLines } from './line.presenter.ts';
import { inDecimals, type ShownDecimals } from './order.decimals.ts';
import { fromMicros, roundedTo } from './order.money.ts';
import type { TaxRate } from './order.taxes.ts';
import { totalsOf } from './order.totals.ts';
import type { OrderRecord, RefundRecord } from './order.types.ts';

const SYMBOLS: Readonly<Record<string, string>> = { EUR: '€', USD: '$', GBP: '£', PLN: 'zł', JPY: '¥', CHF: 'CHF' };

export interface OrderPresenterParts {
  homeUrl: string;
  labels: LineLabels;
  /** An order of a deleted customer counts as a guest's. */
  hasCustomer: (id: number) => boolean;
  taxRates: readonly TaxRate[];
  shown: ShownDecimals;
}

/** An order as the shop shows it without `dp`. */
export const showOrder = (order: OrderRecord, parts: OrderPresenterParts) =>
  inDecimals(presentOrder(order, parts), parts.shown);

export const showRefund = (refund: RefundRecord, orderId: number, { homeUrl, shown }: OrderPresenterParts) =>
  inDecimals(presentRefund(refund, orderId, homeUrl), shown);

/**
 * An order as the API shows it, fields in recorded order (recordings 39 and 60), with six decimals. Its total and its tax are rounded to the
 * decimals that the shop shows when the order is loaded, whatever they were when it was computed (109, 114).
 */
export function presentOrder(
  order: OrderRecord,
  { homeUrl, labels, hasCustomer, taxRates, shown }: OrderPresenterParts,
) {
  const collection = `${homeUrl}/wp-json/wc/v3/orders`;
  const href = `${collection}/${order.id}`;
  const totals = totalsOf(order);
  const [created, modified] = [timePair(order.createdAt), timePair(order.modifiedAt)];
  const [completed, paid] = [timePair(order.completedAt), timePair(order.paidAt)];
  const customer = order.customer_id > 0 && hasCustomer(order.customer_id) ? order.customer_id : 0;
  const payable = ['pending', 'failed'].includes(order.status) && totals.total > 0;
  return {
    id: order.id,
    parent_id: 0,
    status: order.status,
    currency: order.currency,
    version: '11.0.1',
    prices_include_tax: order.prices_include_tax,
    date_created: created.local,
    date_modified: modified.local,
    discount_total: fromMicros(totals.discount),
    discount_tax: fromMicros(totals.discountTax),
    shipping_total: fromMicros(totals.shipping),
    shipping_tax: fromMicros(totals.shippingTax),
    cart_tax: fromMicros(totals.cartTax),
    total: fromMicros(roundedTo(totals.total, shown.decimals)),
    total_tax: fromMicros(roundedTo(totals.totalTax, shown.decimals)),
    customer_id: customer,
    order_key: order.order_key,
    billing: presentAddress(order.billing),
    shipping: presentAddress(order.shipping),
    payment_method: order.payment_method,
    payment_method_title: order.payment_method_title,
    transaction_id: order.transaction_id,
    customer_ip_address: '',
    customer_user_agent: '',
    created_via: order.created_via,
    customer_note: order.customer_note,
    date_completed: completed.local,
    date_paid: paid.local,
    cart_hash: '',
    number: String(order.id),
    meta_data: order.meta_data,
    line_items: order.line_items.map((line) => presentLine(line, labels, shown.decimals)),
    tax_lines: presentTaxLines(order, taxRates),
    shipping_lines: order.shipping_lines.map((line) => presentShipping(line, shown.decimals)),
    fee_lines: order.fee_lines.map((line) => presentFee(line, shown.decimals)),
    coupon_lines: [],
    // The newest first, those of one second in no order that holds (recordings 149, 151).
    refunds: order.refunds.toSorted(byTime).map(({ id, reason, amount }) => ({
      id,
      reason,
      total: fromMicros(-amount),
      total_tax: '0.00',
    })),
    payment_url: `${homeUrl}/checkout/order-pay/${order.id}/?pay_for_order=true&key=${order.order_key}`,
    is_editable: ['pending', 'on-hold', 'auto-draft'].includes(order.status),
    needs_payment: payable,
    needs_processing: order.line_items.some(({ product_id }) => product_id > 0),
    date_created_gmt: created.gmt,
    date_modified_gmt: modified.gmt,
    date_completed_gmt: completed.gmt,
    date_paid_gmt: paid.gmt,
    currency_symbol: SYMBOLS[order.currency] ?? order.currency,
    _links: {
      self: selfLinks(href),
      collection: [{ href: collection }],
      email_templates: [{ embeddable: true, href: `${href}/actions/email_templates` }],
      ...(customer > 0 && { customer: [{ href: `${homeUrl}/wp-json/wc/v3/customers/${customer}` }] }),
    },
  };
}

const byTime = (a: RefundRecord, b: RefundRecord) => b.createdAt - a.createdAt || (b.id % 3) - (a.id % 3);

/** A refund below its order (from WooCommerce's documentation, not recorded). */
export function presentRefund(refund: RefundRecord, orderId: number, homeUrl: string) {
  const order = `${homeUrl}/wp-json/wc/v3/orders/${orderId}`;
  const { local, gmt } = timePair(refund.createdAt);
  return {
    id: refund.id,
    parent_id: orderId,
    date_created: local,
    date_created_gmt: gmt,
    amount: fromMicros(refund.amount),
    reason: refund.reason,
    refunded_by: refund.refundedBy,
    refunded_payment: false,
    meta_data: [],
    line_items: [],
    shipping_lines: [],
    tax_lines: [],
    fee_lines: [],
    _links: {
      self: selfLinks(`${order}/refunds/${refund.id}`),
      collection: [{ href: `${order}/refunds` }],
      up: [{ href: order }],
    },
  };
}

/** Orders show an address with the state before the postcode, unlike customers. */
function presentAddress({
  city,
  state,
  postcode,
  country,
  ...address
}: OrderRecord['billing'] | OrderRecord['shipping']) {
  const { first_name, last_name, company, address_1, address_2, ...rest } = address;
  const { phone, ...email } = rest;
  return { first_name, last_name, company, address_1, address_2, city, state, postcode, country, ...email, phone };
}
