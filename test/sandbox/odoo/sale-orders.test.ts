import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

describe.each([18, 19] as const)('Orders of Odoo %i', (version) => {
  let odoo: OdooSandbox;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 100, products: 50, orders: 10 });
  });
  afterAll(() => odoo.stop());

  const taxes = version === 18 ? 'tax_id' : 'tax_ids';
  const make = (lines: unknown[]) =>
    jsonRpcClient(odoo)('sale.order', 'create', [{ partner_id: 12, order_line: lines }]);

  it('add up their lines, with discounts and taxes, to the cent', async () => {
    const lines = [
      [0, 0, { product_id: 5, product_uom_qty: 3, price_unit: 9.99, discount: 10, [taxes]: [[6, 0, [3]]] }],
      [0, 0, { product_id: 2, product_uom_qty: 1, price_unit: 0.35, [taxes]: [] }],
      [0, 0, { display_type: 'line_note', name: 'Thank you' }],
    ];
    const { result: id } = await make(lines);
    const order = odoo.admin.get('sale.order', id);
    expect(order).toMatchObject({
      amount_untaxed: 27.32,
      amount_tax: 5.12,
      amount_total: 32.44,
      state: 'draft',
      currency_id: [1, 'USD'],
    });
    expect(order.name).toMatch(/^S000\d\d$/);
    expect(order.order_line.length).toBe(3);
  });

  it('copy name, price and taxes of a line from its product, and addresses from the partner', async () => {
    const [company = 0] = odoo.admin.search('res.partner', [['ref', '=', 'PEER-0006']]);
    const { result: id } = await jsonRpcClient(odoo)('sale.order', 'create', [
      { partner_id: company, order_line: [[0, 0, { product_id: 5 }]] },
    ]);
    const order = odoo.admin.get('sale.order', id);
    const [line] = odoo.admin.read('sale.order.line', order.order_line);
    expect(line).toMatchObject({ name: '[SKU-0005] Product 5', price_unit: 6, [taxes]: [1], price_total: 6.9 });
    expect(order.partner_shipping_id[0]).toBe(company + 2);
    expect(order.partner_invoice_id[0]).toBe(company);
  });

  it('take a line without a product, but not one that says it is no down payment, and leave nothing of the order', async () => {
    const line = { name: 'Shipping', price_unit: 5, [taxes]: [] };
    const { result: id } = await make([[0, 0, line]]);
    expect(odoo.admin.get('sale.order', id).amount_total).toBe(5);
    const before = odoo.state()['sale.order']?.count;
    const lines = [
      [0, 0, { product_id: 5 }],
      [0, 0, { ...line, is_downpayment: false }],
    ];
    expect(await make(lines)).toMatchObject({
      exception: 'odoo.exceptions.ValidationError',
      message: expect.stringContaining('Missing required fields on accountable sale order line'),
    });
    expect(odoo.state()['sale.order']?.count).toBe(before);
  });

  it('are confirmed once, keep their lines then, and are deleted only when cancelled', async () => {
    const call = jsonRpcClient(odoo);
    const { result: id } = await make([[0, 0, { product_id: 5 }]]);
    expect((await call('sale.order', 'action_confirm', [[id]])).result).toBe(true);
    expect((await call('sale.order', 'action_confirm', [[id]])).exception).toBe('odoo.exceptions.UserError');
    expect((await call('sale.order', 'write', [[id], { order_line: [[5]] }])).message).toContain(
      "can't remove one of its lines",
    );
    expect((await call('sale.order', 'unlink', [[id]])).message).toContain('You must first cancel it');

    await call('sale.order', 'action_cancel', [[id]], { context: { disable_cancel_warning: true } });
    expect(odoo.admin.read('sale.order', [id], ['state'])).toEqual([{ id, state: 'cancel' }]);
    expect((await call('sale.order', 'unlink', [[id]])).result).toBe(true);
    expect(odoo.admin.search('sale.order.line', [['order_id', '=', id]])).toEqual([]);
  });

  it('keep their customer from being deleted', async () => {
    const [partner] = odoo.admin.get('sale.order', 1).partner_id;
    expect(await jsonRpcClient(odoo)('res.partner', 'unlink', [[partner]])).toMatchObject({
      exception: 'odoo.exceptions.ValidationError',
      message: expect.stringContaining(version === 18 ? 'sale_order_partner_id_fkey' : "'Customer' (partner_id)"),
    });
    expect(odoo.admin.search('res.partner', [['id', '=', partner]])).toEqual([partner]);
  });
});

it('Cancelling a confirmed order on 18 returns a dialog and cancels nothing', async () => {
  const odoo = await startOdooSandbox({ version: 18, orders: 10 });
  const { result } = await jsonRpcClient(odoo)('sale.order', 'action_cancel', [[4]]);
  expect(result).toMatchObject({ type: 'ir.actions.act_window', res_model: 'sale.order.cancel' });
  expect(odoo.admin.read('sale.order', [4], ['state'])).toEqual([{ id: 4, state: 'sale' }]);
  await odoo.stop();
});
