import Big from 'big.js';
import { ItemRefused } from '../../../border/item.refused.ts';
import type { CanonicalOrder, CanonicalOrderLine } from '../../../canonical/canonical.types.ts';
import type { ItemProblem } from '../../../contract/connector.types.ts';
import { type Digits, findPrice } from './price.search.ts';
import { roundingLines, type WantedTotals } from './rounding.lines.ts';
import { type Arithmetic, type PricedLine, rounding, saleTotals, subtotalOf, sum } from './sale.totals.ts';
import type { SaleTax } from './tax.computation.ts';

export interface SaleFacts {
  readonly arithmetic: Arithmetic;
  readonly digits: Digits;
  /** The taxes that Odoo will compute of a line. */
  readonly taxesOf: (line: CanonicalOrderLine) => readonly SaleTax[];
}

/** What Odoo must show after the write; null where the source does not say. */
export interface ExpectedTotals {
  readonly untaxed: Big;
  readonly tax: Big | null;
  readonly decimals: number;
}

export interface SalePlan {
  /** One for each line of the order. */
  readonly lines: readonly PricedLine[];
  readonly rounding: readonly PricedLine[];
  readonly expected: ExpectedTotals;
  /** Why the totals cannot be the source's. */
  readonly problem: ItemProblem | null;
}

/**
 * Prices the lines of an order so that Odoo makes of them what the source says. `others` are rows of the order that people added: they
 * stay, and what they come to is added to what is expected.
 */
export function planSale(
  { lines = [], total, tax_total }: CanonicalOrder,
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
  };
  const problem = added ? null : totalsDiffer(expected, together, 'would make');
  return { lines: priced, rounding: added ?? [], expected, problem };
}

/** Both sums with their parts, in words; null when they are equal. */
export function totalsDiffer(
  { untaxed, tax, decimals }: ExpectedTotals,
  made: { readonly untaxed: Big; readonly tax: Big },
  verb: 'made' | 'would make',
): ItemProblem | null {
  if (made.untaxed.eq(untaxed) && (tax === null || made.tax.eq(tax))) return null;
  const text = (amount: Big) => amount.toFixed(decimals);
  const parts = (net: Big, taxes: Big) => `${text(net.plus(taxes))} (untaxed ${text(net)}, tax ${text(taxes)})`;
  const source = tax === null ? `untaxed ${text(untaxed)}` : parts(untaxed, tax);
  const message = `The order comes to ${source}; Odoo ${verb} it ${parts(made.untaxed, made.tax)}.`;
  return { error_class: 'totals_differ', message };
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

function missedBy(line: CanonicalOrderLine, priced: PricedLine | undefined, { arithmetic }: SaleFacts): Big {
  const wanted = rounding(arithmetic)(new Big(line.total));
  return priced ? subtotalOf(priced, arithmetic).minus(wanted).abs() : new Big(0);
}

function pricedLine(line: CanonicalOrderLine, facts: SaleFacts): PricedLine {
  const { arithmetic, digits } = facts;
  const round = rounding(arithmetic);
  const quantity = new Big(line.quantity);
  if (!quantity.eq(quantity.round(digits.quantity, Big.roundHalfUp))) {
    const message = `Odoo keeps ${digits.quantity} decimals of a quantity, and ${line.name} has ${line.quantity}.`;
    throw new ItemRefused('invalid_quantity', message);
  }
  const taxes = facts.taxesOf(line);
  const wanted = round(new Big(line.total));
  const inPrice = sum(taxes.filter((tax) => tax.included).map((tax) => round(new Big(amountOf(line, tax)))));
  // Where taxes are included, the price that makes the untaxed amount is found from the source's own amounts of tax.
  let amount = wanted.plus(inPrice);
  for (let i = 0; i < 5; i += 1) {
    const found = findPrice(amount, quantity, {
      ...{ digits, decimals: arithmetic.decimals },
      preferred: preferred(line, amount, wanted),
    });
    if (!found) break;
    const priced = { ...found, quantity, taxes };
    const missing = wanted.minus(subtotalOf(priced, arithmetic));
    if (missing.eq(0)) return priced;
    amount = amount.plus(missing);
  }
  const nearest = quantity.eq(0) ? new Big(0) : amount.div(quantity).round(digits.price, Big.roundHalfUp);
  return { price: nearest, discount: new Big(0), quantity, taxes };
}

/** The unit price before discounts, with the taxes that are included in Odoo. */
function preferred({ unit_price }: CanonicalOrderLine, amount: Big, wanted: Big): Big | undefined {
  if (unit_price === undefined) return undefined;
  return wanted.eq(0) ? new Big(unit_price) : new Big(unit_price).times(amount).div(wanted);
}

const amountOf = ({ taxes }: CanonicalOrderLine, { name }: SaleTax): string =>
  taxes?.find((tax) => tax.name === name)?.total ?? '0';
