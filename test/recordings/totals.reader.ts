import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A sale order of a real Odoo: what was written, and the amounts that it computed. */
export interface RecordedOrder {
  readonly rounding: 'round_per_line' | 'round_globally';
  readonly currency: string;
  readonly untaxed: number;
  readonly tax: number;
  readonly total: number;
  readonly lines: readonly RecordedLine[];
}

interface RecordedLine {
  readonly quantity: number;
  readonly price_unit: number;
  readonly discount: number;
  /** Names of `taxes`. */
  readonly taxes: readonly string[];
  readonly subtotal: number;
  readonly total: number;
}

export interface RecordedTax {
  readonly name: string;
  readonly amount: number;
  readonly amount_type: string;
  readonly price_include: boolean;
  readonly include_base_amount: boolean;
  readonly sequence: number;
}

/** The first line of the file names the taxes, each other one is an order. */
export function recordedTotals(version: 18 | 19): { taxes: RecordedTax[]; orders: RecordedOrder[] } {
  const path = join(import.meta.dirname, `odoo-${version}`, 'totals.jsonl');
  const [taxes, ...orders] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    taxes: Object.entries<[number, string, boolean, boolean, number]>(taxes).map(
      ([name, [amount, amount_type, price_include, include_base_amount, sequence]]) => ({
        ...{ name, amount, amount_type, price_include, include_base_amount, sequence },
      }),
    ),
    orders: orders.map(([rounding, currency, untaxed, tax, total, lines]) => ({
      ...{ rounding, currency, untaxed, tax, total },
      lines: lines.map(([quantity, price_unit, discount, names, subtotal, whole]: unknown[]) => ({
        ...{ quantity, price_unit, discount, taxes: names, subtotal, total: whole },
      })),
    })),
  };
}
