import Big from 'big.js';
import { ItemRefused } from '../../border/item.refused.ts';
import type { Decimal } from '../../canonical/canonical.types.ts';
import { toDecimal } from '../../canonical/decimal.ts';
import { type Arithmetic, type PricedLine, rounding, sum, taxAmountsOf } from './amounts/sale.totals.ts';
import { inSequence, type KnownTax } from './tax.lookup.ts';

export interface TaxedLine extends Omit<PricedLine, 'taxes'> {
  readonly name: string;
  /** The sum of its taxes. */
  readonly taxTotal: Decimal;
}

/**
 * What each tax of a line came to. Odoo shows their sum only, so each is what Odoo computes of its rate, and the largest takes what rounding
 * leaves. Throws ItemRefused where that is not the sum: the rate of a tax has changed since, or it is none that is computed here.
 */
export function taxShares(
  line: TaxedLine,
  taxes: readonly KnownTax[],
  arithmetic: Arithmetic,
): { name: string; total: Decimal }[] {
  const [only, ...others] = taxes;
  if (!only || others.length === 0) return taxes.map(({ name }) => ({ name, total: line.taxTotal }));
  const amounts = amountsOf(line, taxes, arithmetic);
  const computed = sum([...amounts.values()]);
  const rest = new Big(line.taxTotal).minus(computed);
  const unit = new Big(10).pow(-arithmetic.decimals);
  const isRounding = rest.abs().lte(unit.times(amounts.size + 1));
  if (!isRounding) throw refusal(line, computed, arithmetic);
  const [largest] = [...taxes].sort((a, b) => sizeOf(amounts, b).cmp(sizeOf(amounts, a)));
  return taxes.map((tax) => {
    const amount = amounts.get(tax) ?? new Big(0);
    return { name: tax.name, total: toDecimal((tax === largest ? amount.plus(rest) : amount).toFixed()) ?? '0' };
  });
}

/** Rounded to the currency; that of a group is the sum of its children. */
function amountsOf(line: TaxedLine, taxes: readonly KnownTax[], arithmetic: Arithmetic): Map<KnownTax, Big> {
  const inOrder = [...taxes].sort(inSequence);
  const parts = inOrder.flatMap((tax) => tax.parts);
  const made = taxAmountsOf({ ...line, taxes: parts }, arithmetic);
  const round = rounding(arithmetic);
  let next = 0;
  return new Map(
    inOrder.map((tax) => {
      const own = made.slice(next, next + tax.parts.length);
      next += tax.parts.length;
      return [tax, round(sum(own))];
    }),
  );
}

const sizeOf = (amounts: ReadonlyMap<KnownTax, Big>, tax: KnownTax): Big => (amounts.get(tax) ?? new Big(0)).abs();

function refusal({ name, taxTotal }: TaxedLine, computed: Big, { decimals }: Arithmetic): ItemRefused {
  const [now, then] = [computed.toFixed(decimals), new Big(taxTotal).toFixed(decimals)];
  return new ItemRefused(
    'unknown_tax',
    `The taxes of the line ${name} come to ${now} by their rates, and Odoo has ${then}, so what each came to is not known.`,
  );
}
