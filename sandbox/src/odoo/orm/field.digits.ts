import type { Database, Field } from './model.types.ts';

/** What numbers are of, for the settings of their decimals (recordings 205 and 929). They do not depend on a currency. */
export type Precision = 'Product Price' | 'Discount' | 'Product Unit' | 'Stock Weight';

const TOTAL = 16;
const DECIMALS = 2;

/** The digits of a field as `fields_get` shows them; undefined for one that is rounded to its currency or not at all. */
export function digitsOf(db: Database, { digits }: Field): readonly [total: number, decimals: number] | undefined {
  return typeof digits === 'string' ? [TOTAL, decimalsOf(db, digits)] : digits;
}

export const decimalsOf = (db: Database, precision: Precision): number => db.decimals.get(precision) ?? DECIMALS;
