import Big from 'big.js';
import type { Decimal } from './canonical.types.ts';

// 0.0000001 stays as it is written, never 1e-7.
Big.NE = -20;
Big.PE = 40;

/**
 * The one form of an exact decimal, so that equal amounts are equal text: no exponent, no plus, no zeros at either end (`12.50` and
 * `012.5` are `12.5`), `0` for every zero. Null for empty text and for null; undefined when it is not a number.
 */
export function toDecimal(value: string | number | null | undefined): Decimal | null | undefined {
  if (value === null || value === undefined || value === '') return null;
  try {
    const big = new Big(value);
    return big.eq(0) ? '0' : big.toFixed();
  } catch {
    return undefined;
  }
}
