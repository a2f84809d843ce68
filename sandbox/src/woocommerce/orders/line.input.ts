import type { Catalogue } from '../products/product.catalogue.ts';
import { priceOf, priceRange } from '../products/product.price.ts';
import { fields } from '../products/sellable.input.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import {
  feeWithoutName,
  newLineOfNothing,
  noProductNamed,
  shippingWithoutMethod,
  unknownLine,
} from './order.errors.ts';
import { toMicros } from './order.money.ts';
import type { FeeLine, LineItem, LineMeta, OrderRecord, ShippingLine } from './order.types.ts';

/** What order lines need from the rest of the shop. */
export interface LineSource {
  catalogue: Catalogue;
  nextLineId(): number;
  nextMetaId(): number;
  /** Milliseconds. */
  now: number;
  /** WooCommerce 7.9. */
  legacy: boolean;
  /** A price of the shop's table without tax. */
  net(micros: number, taxClass: string): number;
}

type Lines = Pick<OrderRecord, 'line_items' | 'shipping_lines' | 'fee_lines'>;

/** The lines after an input: an item with an id changes that line, one without is added, a null or a quantity of 0 removes it. */
export function mergeLines(order: OrderRecord, input: Params, source: LineSource): Lines {
  const { legacy } = source;
  return {
    line_items: mergeList(order.line_items, input.line_items, 'product_id', legacy, (before, given) => {
      if (!before && given.quantity === 0) throw newLineOfNothing();
      return mergeItem(before, given, source);
    }),
    shipping_lines: mergeList(order.shipping_lines, input.shipping_lines, 'method_id', legacy, (before, given) =>
      mergeShipping(before, given, source),
    ),
    fee_lines: mergeList(order.fee_lines, input.fee_lines, 'name', legacy, (before, given) =>
      mergeFee(before, given, source),
    ),
  };
}

function mergeList<T extends { id: number }>(
  lines: readonly T[],
  given: unknown,
  key: string,
  legacy: boolean,
  merge: (before: T | null, item: Params) => T,
): readonly T[] {
  if (!Array.isArray(given)) return lines;
  let merged = [...lines];
  for (const item of given.map(fields)) {
    const before = item.id ? merged.find(({ id }) => id === Number(item.id)) : null;
    if (before === undefined) throw unknownLine();
    // A new line of nothing is none in 7.9 (recording 450).
    const removed = before === null ? legacy && item.quantity === 0 : item[key] === null || item.quantity === 0;
    if (removed) merged = merged.filter((line) => line !== before);
    else if (before) merged = merged.map((line) => (line === before ? merge(before, item) : line));
    else merged.push(merge(null, item));
  }
  return merged;
}

/** A product that does not exist becomes a line with product 0, without name or price (recording 39). */
function mergeItem(before: LineItem | null, given: Params, source: LineSource): LineItem {
  const product = before ? null : productOf(given, source);
  const quantity = Math.trunc(Number(given.quantity ?? before?.quantity ?? 1)) || 0;
  const tax_class = String(given.tax_class ?? before?.tax_class ?? product?.taxClass ?? '');
  // A line of less than nothing costs nothing (recording 448).
  const price = quantity < 0 ? 0 : source.net((product?.price ?? 0) * quantity, product?.taxClass ?? '');
  const total = given.total == null ? (before?.total ?? price) : toMicros(given.total);
  // A total alone is a discount where it is lower, and raises the subtotal where it is higher (recordings 134, 454).
  const subtotal = given.subtotal == null ? Math.max(before?.subtotal ?? price, total) : toMicros(given.subtotal);
  return {
    id: before?.id ?? source.nextLineId(),
    name: String(given.name ?? before?.name ?? product?.name ?? ''),
    product_id: before?.product_id ?? product?.productId ?? 0,
    variation_id: before?.variation_id ?? product?.variationId ?? 0,
    quantity,
    tax_class,
    subtotal,
    total,
    taxes: before?.taxes ?? [],
    meta_data: mergeLineMeta(before?.meta_data ?? product?.meta ?? [], given.meta_data, source),
  };
}

interface OrderedProduct {
  productId: number;
  variationId: number;
  name: string;
  /** Millionths. */
  price: number;
  taxClass: string;
  meta: readonly LineMeta[];
}

function productOf(given: Params, { catalogue, nextMetaId, now }: LineSource): OrderedProduct | null {
  const named = Number(given.variation_id) || Number(given.product_id) || 0;
  if (named === 0 && !given.sku) throw noProductNamed();
  const id = given.sku ? (catalogue.idOfSku(String(given.sku)) ?? 0) : named;
  const variation = catalogue.variations.get(id);
  const product = catalogue.products.get(variation?.parent_id ?? id);
  if (!product) return null;
  const label = catalogue.labelOf(product.id, variation?.id ?? 0);
  const range = product.type === 'variable' ? priceRange(catalogue.childrenOf(product.id), now) : null;
  return {
    productId: product.id,
    variationId: variation?.id ?? 0,
    name: label?.name ?? '',
    price: toMicros(variation ? priceOf(variation, now) : (range?.low ?? priceOf(product, now))),
    taxClass: variation && variation.tax_class !== 'parent' ? variation.tax_class : product.tax_class,
    meta: (variation?.attributes ?? []).map(({ name, option }) => lineMeta(nextMetaId(), slugOf(name), option, name)),
  };
}

function mergeLineMeta(before: readonly LineMeta[], given: unknown, { nextMetaId }: LineSource): readonly LineMeta[] {
  if (!Array.isArray(given)) return before;
  let merged = [...before];
  for (const item of given.map(fields)) {
    const known = merged.find(({ id, key }) => (item.id ? id === Number(item.id) : key === item.key));
    const next = lineMeta(known?.id ?? nextMetaId(), String(item.key ?? known?.key ?? ''), item.value ?? null);
    merged = [...merged.filter((other) => other !== known), next];
  }
  return merged;
}

function mergeShipping(before: ShippingLine | null, given: Params, { nextLineId }: LineSource): ShippingLine {
  if (!before && !given.method_id) throw shippingWithoutMethod();
  return {
    id: before?.id ?? nextLineId(),
    method_title: String(given.method_title ?? before?.method_title ?? ''),
    method_id: String(given.method_id ?? before?.method_id ?? ''),
    instance_id: String(given.instance_id ?? before?.instance_id ?? ''),
    total: given.total == null ? (before?.total ?? 0) : toMicros(given.total),
    taxes: before?.taxes ?? [],
  };
}

function mergeFee(before: FeeLine | null, given: Params, { nextLineId }: LineSource): FeeLine {
  if (!before && !given.name) throw feeWithoutName();
  return {
    id: before?.id ?? nextLineId(),
    name: String(given.name ?? before?.name ?? 'Fee'),
    tax_class: String(given.tax_class ?? before?.tax_class ?? ''),
    total: given.total == null ? (before?.total ?? 0) : toMicros(given.total),
    taxes: before?.taxes ?? [],
  };
}

/** Meta data of a line, with the key and value to display (recording 60). */
export function lineMeta(id: number, key: string, value: unknown, displayKey = key): LineMeta {
  return { id, key, value, display_key: displayKey, display_value: value };
}
