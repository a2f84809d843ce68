import type { Database, Field, Precision } from './model.types.ts';

const TOTAL = 16;
const DECIMALS = 2;

/** The digits of a field as `fields_get` shows them; undefined for one that is rounded to its currency or not at all. */
export function digitsOf(db: Database, { digits }: Field): readonly [total: number, decimals: number] | undefined {
  return typeof digits === 'string' ? [TOTAL, decimalsOf(db, digits)] : digits;
}

export const decimalsOf = (db: Database, precision: Precision): number => db.decimals.get(precision) ?? DECIMALS;
