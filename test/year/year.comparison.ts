import type { OdooSandbox } from '@sync-operations/sandbox';
import type { YearShop } from './year.world.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows as the systems show them
type Row = any;

/** What both ends hold, read afresh from the systems themselves, in one form: sorted lines of text, one for each thing. */
export interface Ends {
  readonly shops: Readonly<Record<Entity, readonly string[]>>;
  readonly odoo: Readonly<Record<Entity, readonly string[]>>;
}
export type Entity = 'customer' | 'product' | 'order';

export const readEnds = (shops: readonly YearShop[], odoo: OdooSandbox): Ends => ({
  shops: {
    // Who is known to both shops is one partner.
    customer: unique(shops.flatMap(peopleOf)),
    product: unique(shops.flatMap(productsOf)),
    order: shops.flatMap(ordersOf).sort(),
  },
  odoo: { customer: partnersOf(odoo), product: templatesOf(odoo), order: saleOrdersOf(odoo) },
});

const unique = (lines: readonly string[]): string[] => [...new Set(lines)].sort();
const line = (...parts: readonly unknown[]): string => parts.map((part) => part || '-').join(' | ');
const amount = (value: unknown): string => Number(value).toFixed(2);

/** An account, or else the newest order of a guest. */
function peopleOf({ sandbox }: YearShop): string[] {
  const state = sandbox.state();
  const people = new Map<string, string>();
  const person = (row: Row, billing: Row) =>
    line(row.email ?? billing.email, `${row.first_name} ${row.last_name}`, billing.phone, billing.city);
  const guests = state.orders().filter(({ customer_id, status }: Row) => customer_id === 0 && status !== 'trash');
  for (const { billing } of guests.toSorted((a: Row, b: Row) => a.id - b.id) as Row[])
    people.set(billing.email, person(billing, billing));
  for (const account of state.customers() as Row[])
    if (account.role === 'customer') people.set(account.email, person(account, account.billing));
  return [...people.values()];
}

const productsOf = ({ sandbox }: YearShop): string[] =>
  (sandbox.state().products() as Row[])
    .filter(({ status }) => status !== 'trash')
    .map(({ sku, name, regular_price }) => line(sku, name, amount(regular_price)));

const ordersOf = ({ sandbox }: YearShop): string[] =>
  (sandbox.state().orders() as Row[])
    .filter(({ status }) => status !== 'trash')
    .map(({ number, billing, total, line_items }) =>
      line(number, billing.email, amount(total), ...lines(line_items.map((one: Row) => [one.quantity, one.total]))),
    );

const lines = (all: readonly [unknown, unknown][]): string[] =>
  all.map(([quantity, total]) => `${Number(quantity)} for ${amount(total)}`).sort();

const partnersOf = ({ admin }: OdooSandbox): string[] =>
  admin
    .read(
      'res.partner',
      admin.search('res.partner', [
        ['active', '=', true],
        ['customer_rank', '>', 0],
      ]),
    )
    .map(({ email, name, phone, city }) => line(email, name, phone, city))
    .sort();

const templatesOf = ({ admin }: OdooSandbox): string[] =>
  admin
    .read(
      'product.template',
      admin.search('product.template', [
        ['active', '=', true],
        ['type', '!=', 'service'],
      ]),
    )
    .map(({ default_code, name, list_price }) => line(default_code, name, amount(list_price)))
    .sort();

function saleOrdersOf({ admin }: OdooSandbox): string[] {
  const orders = admin.read('sale.order', admin.search('sale.order', [['state', '!=', 'cancel']]));
  return orders
    .map(({ client_order_ref, partner_id, amount_total, order_line }) => {
      const [{ email } = { email: '' }] = admin.read('res.partner', [partner_id[0]], ['email']);
      // A line that we add so that the order's total is the shop's; the shop has none.
      const rows = admin
        .read('sale.order.line', order_line)
        .filter(({ product_uom_qty, name }) => product_uom_qty !== 0 && name !== 'Rounding');
      const all = rows.map(({ product_uom_qty, price_subtotal }): [number, number] => [
        product_uom_qty,
        price_subtotal,
      ]);
      return line(client_order_ref, email, amount(amount_total), ...lines(all));
    })
    .sort();
}
