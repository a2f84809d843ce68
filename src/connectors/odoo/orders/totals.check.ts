import Big from 'big.js';
import { ItemRefused } from '../../border/item.refused.ts';
import type { ItemProblem } from '../../contract/connector.types.ts';
import type { Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { amountOf, idOf, labelOf } from '../client/odoo.values.ts';
import type { Finding, Written } from '../odoo.entity.ts';
import { type ExpectedTotals, totalsDiffer } from './amounts/sale.plan.ts';

/** What the totals of an order are read from. */
export const TOTAL_FIELDS = ['amount_untaxed', 'amount_tax', 'currency_id'];

/** Reads what Odoo made of the written orders and of their lines, in a call each, and compares it with what it must be. */
export async function compareTotals(
  client: OdooClient,
  written: readonly Written[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Finding>> {
  const wanted = written.filter(({ prepared }) => prepared.expected);
  if (wanted.length === 0) return new Map();
  const ids = wanted.map(({ id }) => id);
  const orders = await client.searchRead('sale.order', { domain: [['id', 'in', ids]], fields: TOTAL_FIELDS }, signal);
  const rows = new Map(orders.map((row) => [Number(row.id), row]));
  const lines = await linesOf(client, wanted, signal);
  const isFatal = client.settings.totalsDiffer === 'fail';
  return new Map(
    wanted.flatMap(({ id, prepared }): [number, Finding][] => {
      const problem = prepared.expected && differenceOf(prepared.expected, rows.get(id), lines.get(id) ?? []);
      // What Odoo does not show it does not let us take back either: the order is there, and its item must not be made again.
      const isShown = rows.has(id);
      return problem ? [[id, { problem: { ...problem, final: isShown }, fatal: isFatal && isShown }]] : [];
    }),
  );
}

async function linesOf(client: OdooClient, written: readonly Written[], signal: AbortSignal) {
  const ids = written.flatMap(({ id, prepared }) => (prepared.expected?.lines ? [id] : []));
  if (ids.length === 0) return new Map<number, Row[]>();
  const search = { domain: [['order_id', 'in', ids]], fields: ['order_id', 'price_subtotal'] };
  return Map.groupBy(await client.searchRead('sale.order.line', search, signal), (row) => idOf(row.order_id) ?? 0);
}

/** The totals that an order has before a write that must leave them. */
export function totalsOf(row: Row, decimals: number): ExpectedTotals {
  const amount = (field: string) => new Big(amountOf(row[field], field));
  const currency = labelOf(row.currency_id);
  return { untaxed: amount('amount_untaxed'), tax: amount('amount_tax'), decimals, currency, lines: null };
}

function differenceOf(expected: ExpectedTotals, row: Row | undefined, lines: readonly Row[]): ItemProblem | null {
  if (!row) return notShown(expected);
  try {
    const made = totalsOf(row, expected.decimals);
    if (expected.currency && made.currency && made.currency !== expected.currency) {
      const message = `The order is in ${expected.currency}; Odoo has it in ${made.currency}.`;
      return { error_class: 'currency_differs', message };
    }
    const difference = totalsDiffer(expected, { untaxed: made.untaxed, tax: made.tax ?? new Big(0) }, 'made');
    return difference ?? (expected.lines && linesDiffer(expected, expected.lines, lines));
  } catch (error) {
    if (error instanceof ItemRefused) return error.problem;
    throw error;
  }
}

function linesDiffer({ decimals }: ExpectedTotals, wanted: readonly Big[], rows: readonly Row[]): ItemProblem | null {
  const made = rows.map((row) => new Big(amountOf(row.price_subtotal, 'order_line.price_subtotal')));
  const shown = (amounts: readonly Big[]) =>
    amounts
      .filter((amount) => !amount.eq(0))
      .map((amount) => amount.toFixed(decimals))
      .sort()
      .join(', ');
  if (shown(made) === shown(wanted)) return null;
  const message = `The lines of the order come to ${shown(wanted)}; Odoo made them ${shown(made)}.`;
  return { error_class: 'totals_differ', message };
}

function notShown({ untaxed, tax, decimals }: ExpectedTotals): ItemProblem {
  const total = untaxed.plus(tax ?? 0).toFixed(decimals);
  const message = `Odoo does not show the order that was written, so whether it came to ${total} was not compared.`;
  return { error_class: 'totals_unknown', message };
}
