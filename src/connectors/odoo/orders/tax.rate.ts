import Big from 'big.js';
import type { CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';

/** Amounts of tax are rounded at least to this many decimals. */
const PLACES = 2;
const RATE_PLACES = 4;

/**
 * The rate of a tax in percent: the only one with the fewest decimals that all its amounts agree with. Null when they leave several: 0.10
 * of 0.50 may be 19, 20 or 21 %.
 */
export function rateOf(name: string, lines: readonly CanonicalOrderLine[]): Decimal | null {
  const taxed = lines.flatMap((line) =>
    (line.taxes ?? []).filter((tax) => tax.name === name).map((tax) => ({ line, tax })),
  );
  let [low, high] = [new Big(0), new Big(1000)];
  for (const { line, tax } of taxed) {
    const net = new Big(line.total).abs();
    if (net.eq(0)) continue;
    const amount = new Big(tax.total).abs();
    const half = new Big(10).pow(-Math.max(PLACES, placesOf(tax.total))).div(2);
    const [from, to] = [amount.minus(half), amount.plus(half)].map((value) => value.times(100).div(net));
    if (from?.gt(low)) low = from;
    if (to?.lt(high)) high = to;
  }
  for (let places = 0; places <= RATE_PLACES; places += 1) {
    const first = low.round(places, Big.roundUp);
    const last = high.round(places, Big.roundDown);
    if (first.lt(last)) return null;
    if (first.eq(last)) return first.toFixed();
  }
  return null;
}

const placesOf = (amount: Decimal): number => amount.split('.')[1]?.length ?? 0;
