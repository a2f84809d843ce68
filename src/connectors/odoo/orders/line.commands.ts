import type { Row, Values } from '../api/odoo-api.types.ts';
import { idsOf } from '../client/odoo.values.ts';
import type { MatchedRows } from './line.matching.ts';

/** Odoo computes price and discount anew when a quantity is written without them, so the three always go together. */
const AMOUNTS = ['product_uom_qty', 'price_unit', 'discount'];

/**
 * The commands that make the rows of an order its lines. Only what differs is sent, since a locked order refuses even equal values. A
 * confirmed order keeps its rows: the quantity of a line that is gone becomes 0.
 */
export function lineCommands(lines: readonly Values[], { rows, gone }: MatchedRows, confirmed: boolean): unknown[] {
  const sequences = sequencesFor(rows);
  const written = lines.flatMap((values, i): unknown[] => {
    const row = rows[i];
    const sequence = sequences[i];
    if (!row) return [[0, 0, { ...values, ...(sequence !== undefined && { sequence }) }]];
    const changed = changedValues(values, row);
    if (sequence !== undefined && sequence !== row.sequence) changed.sequence = sequence;
    return Object.keys(changed).length === 0 ? [] : [[1, row.id, changed]];
  });
  return [...written, ...gone.flatMap((row) => removal(row, confirmed))];
}

function removal(row: Row, confirmed: boolean): unknown[] {
  if (!confirmed) return [[2, row.id]];
  if (row.product_uom_qty === 0) return [];
  const { price_unit, discount } = row;
  return [[1, row.id, { product_uom_qty: 0, price_unit, ...(discount !== undefined && { discount }) }]];
}

function changedValues(values: Values, row: Row): Record<string, unknown> {
  const differs = (name: string) =>
    Array.isArray(values[name]) ? !sameIds(values[name], row[name]) : values[name] !== row[name];
  const names = Object.keys(values).filter((name) => name !== 'product_id' && differs(name));
  const amounts = names.some((name) => AMOUNTS.includes(name)) ? AMOUNTS.filter((name) => name in values) : [];
  return Object.fromEntries([...new Set([...names, ...amounts])].map((name) => [name, values[name]]));
}

/** Whether `[[6, 0, ids]]` sets the ids that the row has. */
function sameIds(commands: unknown, present: unknown): boolean {
  const [command] = commands as readonly (readonly unknown[])[];
  const wanted = idsOf(command?.[2]);
  const ids = idsOf(present);
  return wanted.length === ids.length && wanted.every((id) => ids.includes(id));
}

/** The order of the lines; undefined for each when the rows, with new ones behind them, have it already. */
function sequencesFor(rows: readonly (Row | null)[]): (number | undefined)[] {
  const place = (row: Row) => [Number(row.sequence ?? 0), Number(row.id)] as const;
  const inOrder = rows.every((row, i) => {
    const next = rows[i + 1];
    if (i === rows.length - 1 || next === undefined) return true;
    if (!row) return next === null;
    if (!next) return true;
    const [[a, idA], [b, idB]] = [place(row), place(next)];
    return a < b || (a === b && idA < idB);
  });
  const last = rows.findLast((row) => row !== null);
  if (inOrder && last) return rows.map((row) => (row ? undefined : Number(last.sequence ?? 10)));
  return rows.map((_, i) => 10 + i);
}
