import { productIdAt, variationIdAt } from '../products/product.ids.ts';
import { readPage } from '../products/product.query.ts';
import { type DateFilter, judgeSpan, passesDates, readDateFilter } from '../store/date.filter.ts';
import { type Filter, listKnown, listRecords, type RecordPage, type SortOrder } from '../store/record.listing.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { ORDER_SPAN, orderEmail, orderFacts } from './order.facts.ts';
import { orderedProducts } from './order.generator.ts';
import { orderIdAt } from './order.ids.ts';
import type { OrderStore } from './order.store.ts';
import type { OrderRecord, OrderSeed } from './order.types.ts';

interface Wanted {
  dates: DateFilter;
  statuses: readonly string[];
  customer: number | null;
  product: number;
  search: string;
}

/** What an order list needs to know of the shop; an order of a deleted customer counts as a guest's. */
export interface OrderSurroundings {
  /** WooCommerce 7.9 lists carts at the checkout under `any` (recording 420). */
  listsDrafts: boolean;
  hasCustomer(id: number): boolean;
  /** Changes with every deletion. */
  deletions(): number;
}

/** Runs the validated parameters of GET /orders. */
export function findOrders(store: OrderStore, presence: OrderSurroundings, params: Params): RecordPage<OrderRecord> {
  const wanted = readWanted(params);
  const filter = orderFilter(wanted, store.shop, presence);
  const orderby = String(params.orderby);
  const exclude = params.exclude as number[];
  const include = params.include as number[];
  const order = sortOrder(orderby, store.shop);
  const page = readPage(params);
  if (include.length === 0) return listRecords(store, { ...page, filter, order, exclude });
  const found = include.filter((id) => !exclude.includes(id)).flatMap((id) => store.get(id) ?? []);
  return listKnown(found.filter(filter.matches), { ...page, order: orderby === 'include' ? null : order });
}

/** `customer` uses the current customers, so the orders of a deleted customer are found under 0. */
function orderFilter(wanted: Wanted, shop: OrderSeed, presence: OrderSurroundings): Filter<OrderRecord> {
  const { customer, product, search, statuses, dates } = wanted;
  const ownerOf = (id: number) => (id > 0 && presence.hasCustomer(id) ? id : 0);
  const passesFacts = (facts: { status: string; customer_id: number; createdAt: number; modifiedAt: number }) =>
    hasStatus(facts.status, statuses, presence.listsDrafts) &&
    (customer === null || ownerOf(facts.customer_id) === customer) &&
    passesDates(facts, dates);
  const matches = (order: OrderRecord) =>
    passesFacts(order) &&
    (product === 0 || order.line_items.some((line) => line.product_id === product || line.variation_id === product)) &&
    (search === '' || isFound(search, order.id, order.billing.email));
  const generated = (index: number) =>
    passesFacts(orderFacts(index, shop)) &&
    (product === 0 || hasProduct(index, product, shop)) &&
    (search === '' || isFound(search, orderIdAt(index, shop), orderEmail(index, shop)));

  const span = judgeSpan(ORDER_SPAN, dates);
  const plain = customer === null && product === 0 && search === '' && statuses.includes('any');
  const known = span === 'none' ? 'none' : plain && span === 'all' ? 'all' : generated;
  const name = JSON.stringify([wanted, customer === null ? 0 : presence.deletions()]);
  return { name, matches, generated: known };
}

function sortOrder(orderby: string, shop: OrderSeed): SortOrder<OrderRecord> {
  if (orderby === 'modified') {
    return {
      name: 'modified',
      key: ({ modifiedAt }) => modifiedAt,
      generatedKey: (index) => orderFacts(index, shop).modifiedAt,
    };
  }
  // Generated orders were created in the order of their ids. The remaining sort orders do not apply to orders.
  if (orderby === 'date') return { name: 'date', key: ({ createdAt }) => createdAt };
  return { name: 'id', key: ({ id }) => id };
}

function readWanted(params: Params): Wanted {
  return {
    dates: readDateFilter(params),
    statuses: params.status as string[],
    customer: params.customer === undefined ? null : Number(params.customer),
    product: Number(params.product ?? 0),
    search: String(params.search ?? '').toLowerCase(),
  };
}

/** `any` leaves out orders in the trash and orders that were never placed. */
function hasStatus(status: string, wanted: readonly string[], listsDrafts: boolean): boolean {
  if (!wanted.includes('any')) return wanted.includes(status);
  return !['trash', 'auto-draft'].includes(status) && (listsDrafts || status !== 'checkout-draft');
}

function isFound(search: string, id: number, email: string): boolean {
  return email.toLowerCase().includes(search) || String(id) === search;
}

function hasProduct(index: number, wanted: number, shop: OrderSeed): boolean {
  if (shop.products === 0) return false;
  return orderedProducts(index, shop).some(
    ({ product, variation }) =>
      productIdAt(product) === wanted || (variation >= 0 && variationIdAt(variation) === wanted),
  );
}
