import Big from 'big.js';
import { type Digits, findPrice } from './price.search.ts';
import { type Arithmetic, type PricedLine, saleTotals, sum } from './sale.totals.ts';
import type { SaleTax } from './tax.computation.ts';

/** What an order must come to. */
export interface WantedTotals {
  readonly untaxed: Big;
  /** Null when the source does not say. */
  readonly tax: Big | null;
  /** By id of the tax, as far as the source says. */
  readonly byTax: ReadonlyMap<number, Big>;
}

/** Around the amount that should do, so many are tried. */
const TRIES = 400;

/**
 * The lines of a few cents that make the sums of an order those of the source: the source may have rounded otherwise than Odoo does. A
 * cent of tax takes a small taxed amount, and the same amount without tax the other way. Null when lines cannot do it.
 */
export function roundingLines(
  lines: readonly PricedLine[],
  wanted: WantedTotals,
  arithmetic: Arithmetic,
  digits: Digits,
): PricedLine[] | null {
  const added: PricedLine[] = [];
  const now = () => saleTotals([...lines, ...added], arithmetic);
  for (const { tax, amount } of taxesWanted(lines, wanted, arithmetic)) {
    if (now().byTax.get(tax.id)?.eq(amount)) continue;
    const line = taxedLine([...lines, ...added], tax, amount, arithmetic, digits);
    if (line === null) return null;
    added.push(line);
  }
  const missing = wanted.untaxed.minus(now().untaxed);
  if (!missing.eq(0)) {
    const line = lineOf(missing, [], arithmetic, digits);
    if (line === null) return null;
    added.push(line);
  }
  const made = now();
  return made.untaxed.eq(wanted.untaxed) && (wanted.tax === null || made.tax.eq(wanted.tax)) ? added : null;
}

/** What each tax must come to, the sum being the order's: the largest that has a rate takes what the source's own rounding leaves. */
function taxesWanted(lines: readonly PricedLine[], { tax, byTax }: WantedTotals, arithmetic: Arithmetic) {
  if (tax === null) return [];
  const taxes = new Map(lines.flatMap((line) => line.taxes.map((one) => [one.id, one] as const)));
  const computed = saleTotals(lines, arithmetic).byTax;
  const each = [...taxes.values()].map((one) => {
    const made = computed.get(one.id) ?? new Big(0);
    const exact = byTax.get(one.id) ?? made;
    return { tax: one, exact, amount: byTax.has(one.id) ? exact.round(arithmetic.decimals, Big.roundHalfUp) : made };
  });
  // By what is not rounded yet, since all of them may be less than a unit.
  const [largest] = each.filter(({ tax: one }) => hasRate(one)).sort((a, b) => b.exact.abs().cmp(a.exact.abs()));
  const rest = tax.minus(sum(each.map(({ amount }) => amount)));
  return each.map((one) => (one === largest ? { ...one, amount: one.amount.plus(rest) } : one));
}

/** A line can bring such a tax to another amount. */
const hasRate = ({ type, amount }: SaleTax): boolean => type !== 'fixed' && !amount.eq(0);

/** The smallest line with this tax that brings it to `amount`. */
function taxedLine(
  lines: readonly PricedLine[],
  tax: SaleTax,
  amount: Big,
  arithmetic: Arithmetic,
  digits: Digits,
): PricedLine | null {
  if (!hasRate(tax)) return null;
  const unit = new Big(10).pow(-arithmetic.decimals);
  const made = saleTotals(lines, arithmetic).byTax.get(tax.id) ?? new Big(0);
  const start = amount.minus(made).times(100).div(tax.amount).div(unit).round(0, Big.roundHalfUp);
  for (let i = 0; i < TRIES; i += 1) {
    const step = i % 2 === 0 ? i / 2 : -(i + 1) / 2;
    const size = start.plus(step).times(unit);
    const line = size.eq(0) ? null : lineOf(size, [tax], arithmetic, digits);
    if (
      line &&
      saleTotals([...lines, line], arithmetic)
        .byTax.get(tax.id)
        ?.eq(amount)
    )
      return line;
  }
  return null;
}

function lineOf(size: Big, taxes: readonly SaleTax[], { decimals }: Arithmetic, digits: Digits): PricedLine | null {
  const quantity = new Big(1);
  const found = findPrice(size, quantity, { digits, decimals });
  return found && { ...found, quantity, taxes };
}
