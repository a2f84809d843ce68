import Big from 'big.js';
import { ItemRefused } from '../../../border/item.refused.ts';
import type { CanonicalOrder, CanonicalOrderLine } from '../../../canonical/canonical.types.ts';
import type { ItemProblem } from '../../../contract/connector.types.ts';
import { type Digits, findPrice } from './price.search.ts';
import { roundingLines, type WantedTotals } from './rounding.lines.ts';
import { type Arithmetic, type PricedLine, rounding, saleTotals, subtotalOf, sum, taxOf } from './sale.totals.ts';
import type { SaleTax } from './tax.computation.ts';

export interface SaleFacts {
  readonly arithmetic: Arithmetic;
  readonly digits: Digits;
  /** The taxes that Odoo will compute of a line. */
  readonly taxesOf: (line: CanonicalOrderLine) => readonly SaleTax[];
}

/** What Odoo must show after the write; null where it is not known. */
export interface ExpectedTotals {
  readonly untaxed: Big;
  readonly tax: Big | null;
  readonly decimals: number;
  readonly currency: string | null;
  /** The untaxed amounts of all lines, those of nothing left out. */
  readonly lines: readonly Big[] | null;
}

export interface SalePlan {
  /** One for each line of the order. */
  readonly lines: readonly PricedLine[];
  readonly rounding: readonly PricedLine[];
  readonly expected: ExpectedTotals;
  /** Why the totals cannot be the source's. */
  readonly problem: ItemProblem | null;
  /** The lines that Odoo cannot make what they are in the source, while the totals are. */
  readonly told: ItemProblem | null;
}

/**
 * Prices the lines of an order so that Odoo makes of them what the source says. `others` are rows of the order that people added: they
 * stay, and what they come to is added to what is expected.
 */
export function planSale(
  { lines = [], total, tax_total, currency = null }: CanonicalOrder,
  others: readonly PricedLine[],
  facts: SaleFacts,
): SalePlan {
  const { arithmetic } = facts;
  const priced = lines.map((line) => pricedLine(line, facts));
  const wanted = wantedTotals({ lines, total, tax_total }, facts);
  const made = saleTotals(priced, arithmetic);
  const missed = sum(lines.map((line, i) => missedBy(line, priced[i], facts)));
  const within = (a: Big, b: Big) => a.minus(b).abs().lte(slack(lines, arithmetic).plus(missed));
  const close = within(wanted.untaxed, made.untaxed) && (wanted.tax === null || within(wanted.tax, made.tax));
  const added = close ? roundingLines(priced, wanted, arithmetic, facts.digits) : null;
  const ours = [...priced, ...(added ?? [])];
  const alone = saleTotals(ours, arithmetic);
  const together = saleTotals([...ours, ...others], arithmetic);
  const expected = {
    untaxed: wanted.untaxed.plus(together.untaxed).minus(alone.untaxed),
    tax: wanted.tax?.plus(together.tax).minus(alone.tax) ?? null,
    decimals: arithmetic.decimals,
    currency,
    lines: [...ours, ...others].map((line) => subtotalOf(line, arithmetic)).filter((amount) => !amount.eq(0)),
  };
  const problem = added ? null : totalsDiffer(expected, together, 'would make');
  return { lines: priced, rounding: added ?? [], expected, problem, told: linesDiffer(lines, priced, facts) };
}

/** Both sums with their parts, in words; null when they are equal. */
export function totalsDiffer(
  { untaxed, tax, decimals }: Pick<ExpectedTotals, 'untaxed' | 'tax' | 'decimals'>,
  made: { readonly untaxed: Big; readonly tax: Big },
  verb: 'made' | 'would make',
): ItemProblem | null {
  if (sumsEqual({ untaxed, tax }, made)) return null;
  const text = (amount: Big) => amount.toFixed(decimals);
  const parts = (net: Big, taxes: Big) => `${text(net.plus(taxes))} (untaxed ${text(net)}, tax ${text(taxes)})`;
  const source = tax === null ? `untaxed ${text(untaxed)}` : parts(untaxed, tax);
  const message = `The order comes to ${source}; Odoo ${verb} it ${parts(made.untaxed, made.tax)}.`;
  return { error_class: 'totals_differ', message };
}

const sumsEqual = (wanted: { untaxed: Big; tax: Big | null }, made: { untaxed: Big; tax: Big }): boolean =>
  made.untaxed.eq(wanted.untaxed) && (wanted.tax === null || made.tax.eq(wanted.tax));

/**
 * Tells of the first line whose untaxed amount is another one in Odoo, or whose tax differs by more than where it is rounded: no price makes
 * it, or the user may give no discount. Lines of rounding then make the totals right, and not the line.
 */
function linesDiffer(
  lines: readonly CanonicalOrderLine[],
  priced: readonly PricedLine[],
  { arithmetic }: SaleFacts,
): ItemProblem | null {
  const round = rounding(arithmetic);
  const unit = new Big(10).pow(-arithmetic.decimals);
  for (const [i, line] of lines.entries()) {
    const made = priced[i];
    if (!made) continue;
    const [wanted, untaxed] = [round(new Big(line.total)), subtotalOf(made, arithmetic)];
    const tax = line.taxes && sum(line.taxes.map(({ total }) => new Big(total)));
    const taxMade = taxOf(made, arithmetic);
    const isTaxed =
      tax === undefined ||
      tax
        .minus(taxMade)
        .abs()
        .lte(unit.times(made.taxes.length + 1));
    if (untaxed.eq(wanted) && isTaxed) continue;
    const text = (amount: Big) => amount.toFixed(arithmetic.decimals);
    const parts = (net: Big, taxes: Big | undefined) =>
      taxes === undefined || isTaxed ? text(net) : `${text(net)} (tax ${text(taxes)})`;
    const message = `The line ${line.name} comes to ${parts(wanted, tax)}; Odoo makes it ${parts(untaxed, taxMade)}, and the totals of the order are right.`;
    return { error_class: 'line_differs', message };
  }
  return null;
}

/** The totals of the order itself; without them, the sums of its lines. */
function wantedTotals({ lines = [], total, tax_total }: CanonicalOrder, facts: SaleFacts): WantedTotals {
  const round = rounding(facts.arithmetic);
  const known = lines.every((line) => line.taxes !== undefined);
  const tax = known && tax_total !== undefined ? round(new Big(tax_total)) : null;
  const untaxed =
    total !== undefined && tax_total !== undefined
      ? round(new Big(total)).minus(round(new Big(tax_total)))
      : sum(lines.map((line) => round(new Big(line.total))));
  const byTax = new Map<number, Big>();
  for (const line of lines) {
    for (const { name, total: amount } of line.taxes ?? []) {
      const found = facts.taxesOf(line).find((one) => one.name === name);
      if (found) byTax.set(found.id, (byTax.get(found.id) ?? new Big(0)).plus(amount));
    }
  }
  return { untaxed, tax, byTax };
}

/** A unit of the currency for each line and for the order: what rounding in another place can make. More is another amount. */
function slack(lines: readonly CanonicalOrderLine[], { decimals }: Arithmetic): Big {
  return new Big(10).pow(-decimals).times(lines.length + 1);
}

/** Of a line of nothing that has an amount, no line of rounding is made. */
function missedBy(line: CanonicalOrderLine, priced: PricedLine | undefined, { arithmetic }: SaleFacts): Big {
  const wanted = rounding(arithmetic)(new Big(line.total));
  return priced && !priced.quantity.eq(0) ? subtotalOf(priced, arithmetic).minus(wanted).abs() : new Big(0);
}

function pricedLine(line: CanonicalOrderLine, facts: SaleFacts): PricedLine {
  const { arithmetic, digits } = facts;
  const quantity = new Big(line.quantity);
  if (!quantity.eq(quantity.round(digits.quantity, Big.roundHalfUp))) {
    const message = `Odoo keeps ${digits.quantity} decimals of a quantity, and ${line.name} has ${line.quantity}.`;
    throw new ItemRefused('invalid_quantity', message);
  }
  const taxes = facts.taxesOf(line);
  const amount = amountOfLine(line, quantity, taxes, facts);
  const wanted = rounding(arithmetic)(new Big(line.total));
  const isIncluded = taxes.some((tax) => tax.included);
  const unit = new Big(10).pow(-arithmetic.decimals);
  for (const step of isIncluded ? STEPS : [0]) {
    const near = amount.plus(unit.times(step));
    const found = findPrice(near, quantity, {
      ...{ digits, decimals: arithmetic.decimals },
      preferred: preferred(line, near, wanted),
      fits: (price) => !isIncluded || subtotalOf({ ...price, quantity, taxes }, arithmetic).eq(wanted),
    });
    if (found) return { ...found, quantity, taxes };
  }
  const nearest = quantity.eq(0) ? new Big(0) : amount.div(quantity).round(digits.price, Big.roundHalfUp);
  return { price: nearest, discount: new Big(0), quantity, taxes };
}

/** In units of the currency: where Odoo takes taxes out of prices, the untaxed amount may be that of a price beside. */
const STEPS = [0, 1, -1, 2, -2] as const;

/** What the line comes to with the taxes that Odoo includes in its price, which is found from the source's own amounts of tax. */
function amountOfLine(
  line: CanonicalOrderLine,
  quantity: Big,
  taxes: readonly SaleTax[],
  { arithmetic }: SaleFacts,
): Big {
  const round = rounding(arithmetic);
  const wanted = round(new Big(line.total));
  const inPrice = taxes.filter((tax) => tax.included).map((tax) => round(new Big(amountOf(line, tax))));
  let amount = wanted.plus(sum(inPrice));
  if (quantity.eq(0)) return amount;
  for (let i = 0; i < 5; i += 1) {
    const exact = { price: amount.div(quantity), discount: new Big(0), quantity, taxes };
    const missing = wanted.minus(subtotalOf(exact, arithmetic));
    if (missing.eq(0)) return amount;
    amount = amount.plus(missing);
  }
  return amount;
}

/** The unit price before discounts, with the taxes that are included in Odoo. */
function preferred({ unit_price }: CanonicalOrderLine, amount: Big, wanted: Big): Big | undefined {
  if (unit_price === undefined) return undefined;
  return wanted.eq(0) ? new Big(unit_price) : new Big(unit_price).times(amount).div(wanted);
}

const amountOf = ({ taxes }: CanonicalOrderLine, { name }: SaleTax): string =>
  taxes?.find((tax) => tax.name === name)?.total ?? '0';
