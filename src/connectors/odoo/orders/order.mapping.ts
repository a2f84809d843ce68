import { known, membersOf } from '../../border/exact.value.ts';
import type { CanonicalOrder, CanonicalOrderLine, OrderStatus } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import { amountOf, idOf, labelOf, odooTime, orFalse, text, timestampOf } from '../client/odoo.values.ts';
import { sumOf } from './line.amounts.ts';

/** The fields that a read requests, if the server has them. */
export const ORDER_FIELDS = [
  'name',
  'client_order_ref',
  'partner_id',
  'state',
  'date_order',
  'currency_id',
  'amount_tax',
  'amount_total',
];

/** The canonical members of an order, as the catalogue lists them. */
export const ORDER_MEMBERS = [
  'number',
  'status',
  'currency',
  'created_at',
  'customer',
  'lines',
  'shipping_total',
  'tax_total',
  'total',
];

const STATUSES: Readonly<Record<string, OrderStatus>> = {
  draft: 'pending',
  sent: 'pending',
  sale: 'processing',
  // Locked orders, until 16.
  done: 'completed',
  cancel: 'cancelled',
};

/** Amounts are in the order's currency. The number is the customer reference, which holds the shop's number, otherwise Odoo's own. */
export function orderFromSale(row: Row, lines: readonly CanonicalOrderLine[]): CanonicalOrder {
  const of = membersOf(row);
  const status = STATUSES[String(row.state)];
  return known({
    number: of('client_order_ref', (number) => text(number) ?? text(row.name)),
    ...(status !== undefined && { status }),
    currency: of('currency_id', labelOf),
    created_at: of('date_order', timestampOf),
    customer: of('partner_id', (partner) => {
      const id = idOf(partner);
      return { external_id: id === null ? null : String(id) };
    }),
    lines,
    shipping_total: sumOf(lines.filter(({ kind }) => kind === 'shipping').map(({ total }) => total)),
    tax_total: amountOf(row.amount_tax, 'amount_tax'),
    total: amountOf(row.amount_total, 'amount_total'),
  });
}

/** Without the customer and the lines, whose ids must be found first, and without the currency, which only a create sets. */
export function saleValues(data: CanonicalOrder, paths: readonly string[] | null): Values {
  const time = data.created_at ? odooTime(data.created_at) : null;
  return {
    ...(data.number !== undefined && changes(paths, 'number') && { client_order_ref: orFalse(data.number) }),
    ...(time !== null && changes(paths, 'created_at') && { date_order: time }),
  };
}

/** The action that gives an order the canonical status; null when none is needed, or when Odoo has none for it. */
export function stateAction(data: CanonicalOrder): 'action_cancel' | 'action_confirm' | null {
  if (data.status === 'cancelled') return 'action_cancel';
  return data.status === 'processing' || data.status === 'completed' ? 'action_confirm' : null;
}
