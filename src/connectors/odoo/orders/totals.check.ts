import Big from 'big.js';
import type { OdooClient } from '../client/odoo.client.ts';
import { amountOf } from '../client/odoo.values.ts';
import type { Finding, Written } from '../odoo.entity.ts';
import { totalsDiffer } from './amounts/sale.plan.ts';

/** Reads the totals that Odoo made of the written orders, in one call, and compares them with those of the source. */
export async function compareTotals(
  client: OdooClient,
  written: readonly Written[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Finding>> {
  const findings = new Map<number, Finding>();
  const expected = new Map(written.flatMap(({ id, prepared }) => (prepared.expected ? [[id, prepared.expected]] : [])));
  if (expected.size === 0) return findings;
  const search = { domain: [['id', 'in', [...expected.keys()]]], fields: ['amount_untaxed', 'amount_tax'] };
  const fatal = client.settings.totalsDiffer === 'fail';
  for (const row of await client.searchRead('sale.order', search, signal)) {
    const wanted = expected.get(Number(row.id));
    const amount = (field: string) => new Big(amountOf(row[field], field));
    const made = { untaxed: amount('amount_untaxed'), tax: amount('amount_tax') };
    const problem = wanted && totalsDiffer(wanted, made, 'made');
    if (problem) findings.set(Number(row.id), { problem: { ...problem, final: true }, fatal });
  }
  return findings;
}
