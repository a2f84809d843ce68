import type { OdooClient } from '../client/odoo.client.ts';
import { idOf } from '../client/odoo.values.ts';

/**
 * The salesperson of each partner; null where there is none. Odoo would take the owner of the key for a new order, who sold nothing. One
 * call for all.
 */
export async function findSalespeople(
  client: OdooClient,
  partners: readonly number[],
  signal: AbortSignal,
): Promise<(partner: number) => number | null> {
  const ids = [...new Set(partners)];
  const search = { domain: [['id', 'in', ids]], fields: ['user_id'] };
  const rows = ids.length === 0 ? [] : await client.searchRead('res.partner', search, signal);
  const byPartner = new Map(rows.map((row) => [Number(row.id), idOf(row.user_id)]));
  return (partner) => byPartner.get(partner) ?? null;
}
