import Big from 'big.js';
import type { CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';

const RATE_PLACES = 4;
/** In percent. Rates come in steps of an eighth, so of amounts that leave more than that none is told. */
const NARROW = new Big('0.125');

/**
 * The rate of a tax in percent: the only one with the fewest decimals that all its amounts agree with. Null when they leave several: 0.10
 * of 0.50 may be 19, 20 or 21 %.
 * `decimals`: those of the currency, to which amounts are rounded unless they have more: of prices with tax, the net is as well.
 */
export function rateOf(name: string, lines: readonly CanonicalOrderLine[], decimals = 2): Decimal | null {
  const taxed = lines.flatMap((line) =>
    (line.taxes ?? []).filter((tax) => tax.name === name).map((tax) => ({ line, tax })),
  );
  let [low, high] = [new Big(0), new Big(1000)];
  for (const { line, tax } of taxed) {
    const net = new Big(line.total).abs();
    if (net.eq(0)) continue;
    const amount = new Big(tax.total).abs();
    const half = (value: Decimal) => new Big(10).pow(-Math.max(decimals, placesOf(value))).div(2);
    const [least, most] = [net.plus(half(line.total)), net.minus(half(line.total))];
    const from = amount.minus(half(tax.total)).times(100).div(least);
    if (from.gt(low)) low = from;
    if (most.lte(0)) continue;
    const to = amount.plus(half(tax.total)).times(100).div(most);
    if (to.lt(high)) high = to;
  }
  if (high.minus(low).gt(NARROW)) return null;
  for (let places = 0; places <= RATE_PLACES; places += 1) {
    const first = low.round(places, Big.roundUp);
    const last = high.round(places, Big.roundDown);
    if (first.lt(last)) return null;
    if (first.eq(last)) return first.toFixed();
  }
  return null;
}

const placesOf = (amount: Decimal): number => amount.split('.')[1]?.length ?? 0;
