import { readFileSync } from 'node:fs';
import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

type Counts = Readonly<Record<string, number>>;
interface Recorded {
  readonly case: string;
  readonly added: Counts;
}

/** The tables that the sandbox has; it has no activities. */
const TABLES = ['mail_message', 'mail_followers', 'mail_mail', 'mail_notification'];
const KEYS: Readonly<Record<string, object>> = {
  none: {},
  nosub: { mail_create_nosubscribe: true },
  nolog: { mail_create_nolog: true },
  notrack: { mail_notrack: true },
  tracking_disable: { tracking_disable: true },
  no_reset_password: { no_reset_password: true },
  disable_cancel_warning: { disable_cancel_warning: true },
};
/** What a delivery of a confirmed order adds, which is not imitated, is no part of the messages below this key. */
const OF_DELIVERIES = /^(confirm|cancel|write line qty of confirmed)/;

describe.each([18, 19] as const)('Odoo %i adds as many rows to the tables of mail as recorded', (version) => {
  const path = new URL(`../../recordings/odoo-${version}/mail-rows.jsonl`, import.meta.url);
  // What the numbers are comes first.
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const cases = lines.map((line): Recorded => JSON.parse(line));
  let odoo: OdooSandbox;
  let made = 0;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
  });
  afterAll(() => odoo.stop());

  const counts = (): Counts =>
    Object.fromEntries(TABLES.map((name) => [name, odoo.state()[name.replace('_', '.')]?.count ?? 0]));
  const other = () => odoo.admin.search('res.users', [['login', '=', 'limited']])[0] ?? 0;
  const partner = () => odoo.admin.create('res.partner', { name: 'Ada' });
  function sale(confirmed: boolean): { order: number; line: number } {
    const product_id = odoo.admin.create('product.product', { name: 'Lamp', type: 'consu', list_price: 10 });
    const order = odoo.admin.create('sale.order', {
      ...{ partner_id: partner(), user_id: odoo.uid, order_line: [[0, 0, { product_id, product_uom_qty: 3 }]] },
    });
    if (confirmed) odoo.admin.call('sale.order', 'action_confirm', [order]);
    return { order, line: odoo.admin.get('sale.order', order).order_line[0] };
  }
  function sixVariants(): unknown[] {
    made += 1;
    const attribute_id = odoo.admin.create('product.attribute', { name: `Size ${made}` });
    const values = [1, 2, 3, 4, 5, 6].map((n) =>
      odoo.admin.create('product.attribute.value', { name: `${n}`, attribute_id }),
    );
    return [[0, 0, { attribute_id, value_ids: [[6, 0, values]] }]];
  }

  /** Prepares a case as the administrator, and returns the call that is counted: model, method and arguments. */
  function callOf(what: string): [string, string, unknown[]] {
    switch (what) {
      case 'create partner':
        return ['res.partner', 'create', [{ name: 'Ada', email: 'a@x.example' }]];
      case 'write partner name+email':
        return ['res.partner', 'write', [[partner()], { name: 'Ben', email: 'b@x.example' }]];
      case 'create product.template':
        return ['product.template', 'create', [{ name: 'Lamp' }]];
      case 'create product.product':
        return ['product.product', 'create', [{ name: 'Lamp' }]];
      case 'create template with 6 variants':
        return ['product.template', 'create', [{ name: 'Lamp', attribute_line_ids: sixVariants() }]];
      case 'write product.template price+name': {
        const id = odoo.admin.create('product.template', { name: 'Lamp', list_price: 10 });
        return ['product.template', 'write', [[id], { list_price: 11, name: 'Lantern' }]];
      }
      case 'create sale.order':
        return ['sale.order', 'create', [{ partner_id: partner() }]];
      case 'create sale.order user_id False':
        return ['sale.order', 'create', [{ partner_id: partner(), user_id: false }]];
      case 'create sale.order with another salesperson':
        return ['sale.order', 'create', [{ partner_id: partner(), user_id: other() }]];
      case 'write sale.order line qty': {
        const { order, line } = sale(false);
        return ['sale.order', 'write', [[order], { order_line: [[1, line, { product_uom_qty: 4 }]] }]];
      }
      case 'write line qty of confirmed': {
        const { order, line } = sale(true);
        return ['sale.order', 'write', [[order], { order_line: [[1, line, { product_uom_qty: 4 }]] }]];
      }
      case 'confirm sale.order (stock product)':
        return ['sale.order', 'action_confirm', [[sale(false).order]]];
      case 'cancel':
        return ['sale.order', 'action_cancel', [[sale(true).order]]];
      case 'write partner user_id to another (assignment mail?)':
        return ['res.partner', 'write', [[partner()], { user_id: other() }]];
      case 'write order user_id to another':
        return ['sale.order', 'write', [[sale(false).order], { user_id: other() }]];
      case 'archive partner':
        return ['res.partner', 'action_archive', [[partner()]]];
      default:
        throw new Error(`There is no call for ${what}.`);
    }
  }

  const known = cases.flatMap(({ case: name, added }) => {
    // Nothing calls it, so the sandbox does not have it.
    if (name === 'message_post on order') return [];
    const [what = '', keys = 'none'] = name.split(', ');
    const names = keys.split('+');
    const ofDelivery = OF_DELIVERIES.test(what) && !names.includes('tracking_disable');
    return ofDelivery ? [] : [[name, what, Object.assign({}, ...names.map((key) => KEYS[key])), added] as const];
  });

  it.each(known)('%s', async (_name, what, context, added) => {
    const call = callOf(what);
    const before = counts();
    const response = await jsonRpcClient(odoo)(call[0], call[1], call[2], { context });
    expect(response.exception).toBeUndefined();
    const after = counts();
    const found = Object.fromEntries(TABLES.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
    // The followers of a new delivery of 18.
    const tables = OF_DELIVERIES.test(what) ? ['mail_message', 'mail_mail'] : TABLES;
    expect(tables.map((name) => [name, found[name]])).toEqual(tables.map((name) => [name, added[name]]));
  });
});
