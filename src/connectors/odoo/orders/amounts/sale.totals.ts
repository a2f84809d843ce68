import Big from 'big.js';
import { type Round, type SaleTax, type TaxedPrice, taxedPrice } from './tax.computation.ts';

/** How a company's orders are added up. */
export interface Arithmetic {
  /** Of the order's currency. */
  readonly decimals: number;
  /** Each line is rounded, otherwise only the order's sums. */
  readonly perLine: boolean;
  /** Of the server: 19 adds up otherwise than 18. */
  readonly major: number;
}

export interface PricedLine {
  readonly quantity: Big;
  readonly price: Big;
  /** In percent. */
  readonly discount: Big;
  /** In the order in which Odoo computes them. */
  readonly taxes: readonly SaleTax[];
}

export interface SaleTotals {
  readonly untaxed: Big;
  readonly tax: Big;
  /** By id of the tax. */
  readonly byTax: ReadonlyMap<number, Big>;
}

export function rounding({ decimals }: Pick<Arithmetic, 'decimals'>): Round {
  return (value) => value.round(decimals, Big.roundHalfUp);
}

/** The untaxed amount that a line shows. */
export function subtotalOf(line: PricedLine, arithmetic: Arithmetic): Big {
  return rounding(arithmetic)(taxed(line, arithmetic).untaxed);
}

/** The taxes of a line, not rounded where Odoo rounds over the order. */
export function taxOf(line: PricedLine, arithmetic: Arithmetic): Big {
  return sum(taxAmountsOf(line, arithmetic));
}

/** One for each tax of the line. */
export function taxAmountsOf(line: PricedLine, arithmetic: Arithmetic): Big[] {
  return taxed(line, arithmetic).taxes.map(({ amount }) => amount);
}

/** The totals that Odoo will make of these lines; held against the totals of real servers. */
export function saleTotals(lines: readonly PricedLine[], arithmetic: Arithmetic): SaleTotals {
  const round = rounding(arithmetic);
  const prices = lines.map((line) => taxed(line, arithmetic));
  const all = prices.flatMap(({ taxes }) => taxes);
  const byTax = new Map<number, Big>();
  for (const { tax, amount } of all) byTax.set(tax.id, (byTax.get(tax.id) ?? new Big(0)).plus(amount));
  for (const [id, amount] of byTax) byTax.set(id, round(amount));
  const tax = sum([...byTax.values()]);
  const untaxed = sum(prices.map((price) => price.untaxed));
  // Where every tax is in the price, 19 keeps the prices whole and takes the tax out of their sum.
  const whole = !arithmetic.perLine && arithmetic.major >= 19 && all.every((one) => one.tax.included);
  if (!whole) return { untaxed: round(untaxed), tax, byTax };
  return { untaxed: round(untaxed.plus(sum(all.map(({ amount }) => amount)))).minus(tax), tax, byTax };
}

function taxed({ quantity, price, discount, taxes }: PricedLine, arithmetic: Arithmetic): TaxedPrice {
  const round = arithmetic.perLine ? rounding(arithmetic) : (value: Big) => value;
  const base = round(quantity.times(price).times(new Big(100).minus(discount)).div(100));
  return taxedPrice(base, quantity, taxes, round);
}

export const sum = (values: readonly Big[]): Big => values.reduce((all, value) => all.plus(value), new Big(0));
