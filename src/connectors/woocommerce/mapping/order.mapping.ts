import { amountOf, flagOf, listItems, membersOf, plainText, readItem, timeOf } from '../../border/exact.value.ts';
import type { CanonicalOrder, CanonicalRefund } from '../../canonical/canonical.types.ts';
import { type Changes, changedMembers, changes } from '../../canonical/changed.paths.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { addressFromShop, addressToShop } from './address.mapping.ts';
import { guestId } from './customer.mapping.ts';
import { exactTotals } from './exact.totals.ts';
import { linesFromShop, linesToShop, type SkuHolders } from './order-line.mapping.ts';
import { statusFromShop, statusToShop } from './order-status.mapping.ts';
import { idOf, markedWith, numberOfId, recordOf, trashed, unmappable } from './raw.reader.ts';
import { textOf } from './shop.values.ts';

/** The fields that a read requests. */
export const ORDER_FIELDS =
  'id,number,status,currency,date_created_gmt,date_modified_gmt,customer_id,billing,shipping,prices_include_tax,discount_total,' +
  'shipping_total,shipping_tax,cart_tax,total_tax,total,line_items,shipping_lines,fee_lines,tax_lines,refunds,payment_method,customer_note';

export interface OrderMapping {
  /** True: an order without an account refers to the guest with its email. */
  readonly includeGuests: boolean;
  readonly orderStatuses: Readonly<Record<string, unknown>>;
}

/** How many decimals the shop shows to people; null where that is not known. */
export type ShownDecimals = number | null;

export function orderFromShop(raw: Raw, mapping: OrderMapping, shown: ShownDecimals = null): ExternalItem {
  const broken = unmappable(raw);
  if (broken) return broken;
  if (raw.status === 'trash') return trashed(raw);
  return readItem(String(idOf(raw)), raw, () => orderData(raw, mapping, shown));
}

function orderData(raw: Raw, mapping: OrderMapping, shown: ShownDecimals): CanonicalOrder {
  const of = membersOf(raw);
  const billing = of('billing', addressFromShop);
  const status = statusFromShop(raw.status, mapping.orderStatuses);
  const { tax_total, total, lines } = exactTotals(raw, linesFromShop(raw), shown);
  return {
    number: of('number', plainText),
    ...(status !== undefined && { status }),
    currency: of('currency', plainText),
    created_at: of('date_created_gmt', timeOf),
    customer: of('customer_id', (id) => ({
      external_id: customerIdOf(id, raw, mapping.includeGuests),
      email: billing?.email ?? null,
      name: [billing?.first_name, billing?.last_name].filter(Boolean).join(' ') || null,
    })),
    billing,
    shipping: of('shipping', addressFromShop),
    lines,
    prices_include_tax: of('prices_include_tax', flagOf),
    discount_total: of('discount_total', amountOf),
    shipping_total: of('shipping_total', amountOf),
    tax_total,
    total,
    refunds: of('refunds', refundsOf),
    payment_method: of('payment_method', plainText),
    note: of('customer_note', plainText),
  };
}

function customerIdOf(value: unknown, raw: Raw, includeGuests: boolean): string | null {
  const id = numberOfId(value, 'customer_id');
  if (id > 0) return String(id);
  const email = textOf(recordOf(raw.billing).email);
  return includeGuests && email !== null ? guestId(email) : null;
}

/** The shop returns a refund as a negative amount, without its time, and those of one second in any order (recording 149). */
function refundsOf(value: unknown, field: string): CanonicalRefund[] {
  const refunds = listItems(value, field).map((refund, index) => {
    const { id, total, reason } = recordOf(refund);
    const amount = amountOf(total, `${field}[${index}].total`).replace(/^-/, '');
    return { id: Number(id), refund: { amount, reason: textOf(reason) } };
  });
  return refunds.sort((a, b) => a.id - b.id).map(({ refund }) => refund);
}

/** What the shop has, as far as the body of an order depends on it. */
export interface OrderWriting {
  /** The order as the shop has it before an update; its lines keep their ids. */
  readonly before: Raw;
  readonly holders: SkuHolders;
}

/** The body of a create (`paths` null), or of an update of the `paths`. The shop sets number, times, totals and refunds itself. */
export function orderToShop(data: CanonicalOrder, paths: Changes, { before, holders }: OrderWriting): Raw {
  const body: Record<string, unknown> = {};
  if (data.status !== undefined && changes(paths, 'status')) body.status = statusToShop(data.status);
  if (data.currency && changes(paths, 'currency')) body.currency = data.currency;
  if (data.customer && changes(paths, 'customer')) {
    const id = Number(data.customer.external_id);
    const isKnown = Number.isSafeInteger(id) && id > 0; // The id of a guest is not a number.
    // An order keeps its account when it is not known whose the other one is.
    if (isKnown || paths === null || data.customer.external_id !== undefined) body.customer_id = isKnown ? id : 0;
  }
  if (data.billing && changes(paths, 'billing')) {
    body.billing = addressToShop(changedMembers(paths, 'billing', data.billing));
  }
  if (data.shipping && changes(paths, 'shipping')) {
    const { email: _email, ...shipping } = changedMembers(paths, 'shipping', data.shipping);
    body.shipping = addressToShop(shipping);
  }
  if (data.payment_method !== undefined && changes(paths, 'payment_method')) {
    body.payment_method = data.payment_method ?? '';
  }
  if (data.note !== undefined && changes(paths, 'note')) body.customer_note = data.note ?? '';
  if (data.lines && changes(paths, 'lines')) Object.assign(body, linesToShop(data.lines, before, holders));
  return body;
}

export function orderToCreate(data: CanonicalOrder, key: string, holders: SkuHolders): Raw {
  const body = orderToShop(data, null, { before: {}, holders });
  const email = data.customer?.email;
  const billing = recordOf(body.billing);
  return {
    ...body,
    ...(email && !billing.email && { billing: { ...billing, email } }),
    meta_data: markedWith(key),
  };
}
