import { taxOn } from './order.money.ts';
import { TAX_RATE } from './order.totals.ts';
import type { LineTax, OrderRecord } from './order.types.ts';

/** Where the shop is: of an order without an address, its own taxes are taken (recording 425). */
const BASE_COUNTRY = 'DE';

/** A row of the shop's table of taxes. */
export interface TaxRate {
  readonly id: number;
  /** Of the delivery; empty: everywhere. */
  readonly country: string;
  /** Of the product: empty for the standard one. */
  readonly class: string;
  readonly percent: number;
  readonly label: string;
  /** Whether shipping is taxed, too. */
  readonly shipping: boolean;
}

/** How a rate is named in an order. */
export type NamedRate = Pick<TaxRate, 'id' | 'percent' | 'label'> & { readonly code: string };

export function namedRate(rates: readonly TaxRate[], id: number): NamedRate {
  const rate = rates.find((one) => one.id === id);
  if (!rate) return TAX_RATE;
  // PHP knows no capitals but those of ASCII.
  const label = rate.label.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  return { ...rate, code: [rate.country, label, '1'].filter(Boolean).join('-') };
}

/** The price of a product of a shop whose prices include its own taxes, without them, wherever it is sent (recordings 120, 123, 124). */
export function withoutTax(micros: number, taxClass: string, rates: readonly TaxRate[]): number {
  const own = rates.filter((rate) => rate.class === taxClass && ['', BASE_COUNTRY].includes(rate.country));
  return Math.round(micros / (1 + own.reduce((sum, { percent }) => sum + percent, 0) / 100));
}

/** What an order costs by tax class, without what is taken off. */
function costsOf(
  { line_items, fee_lines, shipping_lines }: OrderRecord,
  shippedAs: string | undefined,
): Map<string, number> {
  const costs = new Map<string, number>();
  const add = (taxClass: string, total: number) => total > 0 && costs.set(taxClass, (costs.get(taxClass) ?? 0) + total);
  for (const { tax_class, total } of [...line_items, ...fee_lines]) add(tax_class, total);
  // Without a line, shipping has no class (recording 138).
  if (shippedAs !== undefined) for (const { total } of shipping_lines) add(shippedAs, total);
  return costs;
}

/** A fee of less than nothing takes from the taxes of all that the order costs, whatever its own class (recording 135). */
function spread(
  fee: number,
  costs: ReadonlyMap<string, number>,
  taxed: (taxClass: string, total: number) => readonly LineTax[],
): LineTax[] {
  const all = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  return [...costs].flatMap(([taxClass, cost]) => taxed(taxClass, Math.round((fee * cost) / all)));
}

/**
 * The order with the taxes of the shop's own table, unrounded (recording 102): what is sent as tax is not read (133, 455).
 */
export function withTaxes(order: OrderRecord, rates: readonly TaxRate[]): OrderRecord {
  if (rates.length === 0) return order;
  const country = order.shipping.country || order.billing.country || BASE_COUNTRY;
  const here = rates.filter((rate) => rate.country === '' || rate.country === country);
  const taxed = (taxClass: string, total: number, subtotal = total): LineTax[] =>
    here
      .filter((rate) => rate.class === taxClass)
      .map(({ id, percent }) => ({ rateId: id, total: taxOn(total, percent), subtotal: taxOn(subtotal, percent) }));
  // Shipping is taxed as what is shipped: as the standard where some of it is, and not at all without a line (recordings 100, 138).
  const classes = order.line_items.map((line) => line.tax_class);
  const shippedAs = classes.includes('') ? '' : classes[0];
  const shipped = here.filter((rate) => rate.shipping && rate.class === shippedAs);
  return {
    ...order,
    line_items: order.line_items.map((line) => ({ ...line, taxes: taxed(line.tax_class, line.total, line.subtotal) })),
    fee_lines: order.fee_lines.map((line) => ({
      ...line,
      taxes: line.total < 0 ? spread(line.total, costsOf(order, shippedAs), taxed) : taxed(line.tax_class, line.total),
    })),
    shipping_lines: order.shipping_lines.map((line) => ({
      ...line,
      taxes: shipped.map(({ id, percent }) => ({ rateId: id, total: taxOn(line.total, percent), subtotal: 0 })),
    })),
  };
}
