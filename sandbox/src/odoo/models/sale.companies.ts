import type { Environment } from '../orm/model.types.ts';
import { userError } from '../orm/odoo.error.ts';

const PARTNERS = [
  ['partner_id', 'Customer'],
  ['partner_invoice_id', 'Invoice Address'],
  ['partner_shipping_id', 'Delivery Address'],
] as const;

/** Refuses an order whose partners belong to another company (recordings 850 and 851); products have no company here. */
export function checkCompanies(env: Environment, order: number): void {
  const value = (model: string, id: unknown, field: string) => env.db.table(model).value(Number(id), field);
  const own = value('sale.order', order, 'company_id');
  const wrong = PARTNERS.flatMap(([field, label]) => {
    const partner = value('sale.order', order, field);
    const company = value('res.partner', partner, 'company_id');
    if (typeof company !== 'number' || company === own) return [];
    return [`“${label}” (${field}: '${String(value('res.partner', partner, 'name'))}') belongs to another company.`];
  });
  if (wrong.length === 0) return;
  const record = `“${String(value('sale.order', order, 'name'))}” belongs to company “${String(value('res.company', own, 'name'))}”`;
  const lines = (joined: string) => wrong.map((one) => `- ${record} ${joined} ${one}`).join('\n');
  if (env.version === 18) throw userError(`Incompatible companies on records:\n${lines('and')}`);
  throw userError(
    `Uh-oh! You’ve got some company inconsistencies here:\n${lines('while')}\nTo avoid a mess, no company crossover is allowed!`,
  );
}
