import Big from 'big.js';
import type { CanonicalOrder, CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import { decimalsOf } from '../mapping/exact.totals.ts';
import { isNothing, newProductLines, type SkuHolders } from '../mapping/order-line.mapping.ts';
import { listOf } from '../mapping/raw.reader.ts';
import type { Raw } from '../shop/shop.client.ts';

type Line = CanonicalOrderLine;

/**
 * What keeps lines from being sent, since the shop would make something else of them in silence: a batch cuts a fraction off a quantity,
 * because its items are not checked, a quantity below nothing costs nothing (recording 448), and an unknown SKU becomes a line without a product. `before` is the order as the shop has it.
 */
export function lineRefusal(lines: readonly Line[], before: Raw, holders: SkuHolders): ItemProblem | null {
  const products = lines.filter(({ kind }) => kind === 'product');
  const fraction = products.find(({ quantity }) => !Number.isSafeInteger(Number(quantity)));
  if (fraction) return invalidQuantity(fraction, 'The shop holds whole quantities only');
  const kept = new Set(listOf(before.line_items).map(({ quantity }) => Number(quantity)));
  const negative = products.find(({ quantity }) => Number(quantity) < 0 && !kept.has(Number(quantity)));
  if (negative) return invalidQuantity(negative, 'The shop makes 0.00 of a line of less than nothing');
  const added = newProductLines(lines, before).filter((line) => !isNothing(line));
  const empty = added.find(({ quantity }) => Number(quantity) === 0);
  if (empty) return invalidQuantity(empty, 'The shop takes no line of nothing that has an amount');
  const unknown = added.find(({ sku, product_external_id }) => sku && !product_external_id && !holders.has(sku));
  if (!unknown) return null;
  const message = `The shop has no product for the line ${unknown.name} (${unknown.sku}).`;
  return { error_class: 'unknown_product', message };
}

const invalidQuantity = ({ name, quantity }: Line, rule: string): ItemProblem => ({
  error_class: 'invalid_quantity',
  message: `${rule}; the quantity of the line ${name} is ${quantity}.`,
});

/** What the shop must have made of an order. */
export interface ExpectedOrder {
  /** The order as the source has it; without it, no totals are compared. */
  readonly whole: CanonicalOrder | undefined;
  /** The lines that were sent. */
  readonly lines: readonly Line[] | undefined;
}

/**
 * Compares an order as the shop has it with what it must have become: the shop computes taxes itself, by its own table, and takes what it
 * does not understand for something else. Null when both are the same to the last unit.
 */
export function orderDiffers({ whole, lines }: ExpectedOrder, made: CanonicalOrder): ItemProblem | null {
  if (whole?.currency && made.currency !== whole.currency) {
    const message = `The order is in ${whole.currency}; the shop has it in ${made.currency}.`;
    return { error_class: 'currency_differs', message };
  }
  const [wanted, kept] = [lines && linesShown(lines, made.currency), linesShown(made.lines ?? [], made.currency)];
  if (wanted !== undefined && wanted !== kept) return differ(wanted, kept);
  return whole ? totalsDiffer(whole, made) : null;
}

/** The same of an order that is there with all lines of the source. One with other lines is compared once they are written. */
export function totalsDifferAlone(whole: CanonicalOrder, made: CanonicalOrder): ItemProblem | null {
  const isWhole = linesShown(whole.lines ?? [], made.currency) === linesShown(made.lines ?? [], made.currency);
  return isWhole ? totalsDiffer(whole, made) : null;
}

/** Two orders in one currency that come to the same, or have the same lines. */
export function looksAlike(one: CanonicalOrder, other: CanonicalOrder): boolean {
  const shown = ({ lines, currency }: CanonicalOrder) => linesShown(lines ?? [], currency);
  const sum = ({ total, currency }: CanonicalOrder) => total !== undefined && rounded(total, currency);
  return one.currency === other.currency && (sum(one) === sum(other) || shown(one) === shown(other));
}

function totalsDiffer(whole: CanonicalOrder, made: CanonicalOrder): ItemProblem | null {
  if (whole.total === undefined) return null;
  const text = (amount: Decimal | undefined) => rounded(amount ?? '0', made.currency);
  const sums = ({ total, tax_total }: CanonicalOrder) =>
    whole.tax_total === undefined ? text(total) : `${text(total)} (tax ${text(tax_total)})`;
  return sums(whole) === sums(made) ? null : differ(sums(whole), sums(made));
}

const differ = (wanted: string, made: string): ItemProblem => ({
  error_class: 'totals_differ',
  message: `The order comes to ${wanted}; the shop made it ${made}.`,
});

/** `2 × 19.90, shipping 4.90`, in whatever order the lines stand. */
function linesShown(lines: readonly Line[], currency: unknown): string {
  const shown = ({ kind, quantity, total }: Line) =>
    kind === 'product'
      ? `${new Big(quantity).toFixed()} × ${rounded(total, currency)}`
      : `${kind} ${rounded(total, currency)}`;
  const texts = lines.filter((line) => !isNothing(line)).map(shown);
  return texts.length === 0 ? 'nothing' : texts.sort().join(', ');
}

/** A shop keeps the decimals that it shows, whatever the currency: usually two, more where the currency has more (recordings 115, 116). */
const USUAL_DECIMALS = 2;

function rounded(amount: Decimal, currency: unknown): string {
  const places = Math.max(decimalsOf(currency), USUAL_DECIMALS);
  return new Big(amount).round(places, Big.roundHalfUp).toFixed(places);
}
