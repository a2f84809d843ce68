import Big from 'big.js';
import type { Decimal } from './canonical.types.ts';

// Without an exponent: 0.0000001, never 1e-7.
Big.NE = -20;
Big.PE = 40;

/**
 * Normalizes an exact decimal, so that equal amounts are equal texts: no exponent, no plus, no zeros at either end (`12.50` and
 * `012.5` become `12.5`), `0` for every zero. Null for empty text and null; undefined for what is not a number.
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
