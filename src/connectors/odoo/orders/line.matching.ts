import type { Row } from '../api/odoo-api.types.ts';
import { idOf, text } from '../client/odoo.values.ts';

/** What identifies a line: the product, and among lines of one product its name and quantity. */
export interface LineIdentity {
  /** Of product.product; null when it is not known. */
  readonly product: number | null;
  readonly name: string;
  readonly quantity: number;
}

export interface MatchedRows {
  /** The row of each wanted line; null for a new line. */
  readonly rows: readonly (Row | null)[];
  /** Rows of lines that the source no longer has. */
  readonly gone: readonly Row[];
  /** Rows that people added. */
  readonly others: readonly Row[];
}

/**
 * Finds the row of each line of an order by its product, never by its place. `before` are the lines of the source at the last sync: a row
 * that none of them accounts for was added by a person. Null when it is not known whose the rows are, undefined when they are the source's.
 */
export function matchRows(
  wanted: readonly LineIdentity[],
  before: readonly LineIdentity[] | null | undefined,
  present: readonly Row[],
): MatchedRows {
  const sold = present.filter((row) => text(row.display_type) === null);
  const claimed = before ? [...claims(before, sold, SAME_LINE).values()] : sold;
  // A line that was removed earlier is a row of quantity 0, which the same product takes again.
  const free = sold.filter((row) => claimed.includes(row) || row.product_uom_qty === 0);
  const found = claims(wanted, free, SAME_PRODUCT);
  const taken = new Set(found.values());
  const others = sold.filter((row) => !taken.has(row) && !claimed.includes(row));
  return {
    rows: wanted.map((line) => found.get(line) ?? null),
    gone: before === null ? [] : claimed.filter((row) => !taken.has(row)),
    others: before === null ? sold.filter((row) => !taken.has(row)) : others,
  };
}

type Rule = (line: LineIdentity, row: Row) => boolean;

const product: Rule = (line, row) => line.product !== null && idOf(row.product_id) === line.product;
const name: Rule = (line, row) => text(row.name) === line.name;
const quantity: Rule = (line, row) => row.product_uom_qty === line.quantity;
const every =
  (...rules: readonly Rule[]): Rule =>
  (line, row) =>
    rules.every((rule) => rule(line, row));
const sells: Rule = (_line, row) => row.product_uom_qty !== 0;

/** From the most to the least certain. */
const SAME_PRODUCT: readonly Rule[] = [
  every(product, name, quantity),
  every(product, name, sells),
  every(product, quantity),
  every(product, sells),
  every(product, name),
  product,
];
/** A person may have put another product into the row of a line. */
const SAME_LINE: readonly Rule[] = [...SAME_PRODUCT.slice(0, 4), every(name, sells)];

function claims(lines: readonly LineIdentity[], rows: readonly Row[], rules: readonly Rule[]): Map<LineIdentity, Row> {
  const found = new Map<LineIdentity, Row>();
  const free = new Set(rows);
  for (const rule of rules) {
    for (const line of lines) {
      if (found.has(line)) continue;
      const row = [...free].find((one) => rule(line, one));
      if (!row) continue;
      found.set(line, row);
      free.delete(row);
    }
  }
  return found;
}
