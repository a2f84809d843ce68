import { startOdooSandbox } from '@sync-operations/sandbox';
import { describe, expect, it } from 'vitest';
import { recordedTotals } from '../../recordings/totals.reader.ts';

describe.each([18, 19] as const)('The totals of orders of Odoo %i', (version) => {
  it('are those of the recorded server, by both rounding methods, with any taxes and currency', async () => {
    const odoo = await startOdooSandbox({ version, partners: 0, products: 1, orders: 0 });
    const { taxes, orders } = recordedTotals(version);
    const taxIds = new Map(taxes.map((tax) => [tax.name, odoo.admin.create('account.tax', { ...tax })]));
    const [product = 0] = odoo.admin.search('product.product', []);
    const different: unknown[] = [];
    for (const order of orders) {
      odoo.admin.write('res.company', [1], { tax_calculation_rounding_method: order.rounding });
      const [pricelist = 0] = odoo.admin.search('product.pricelist', [['currency_id.name', '=', order.currency]]);
      const line = ({ quantity, price_unit, discount, taxes: names }: (typeof order.lines)[number]) => ({
        ...{ product_id: product, product_uom_qty: quantity, price_unit, discount },
        [version === 18 ? 'tax_id' : 'tax_ids']: [[6, 0, names.map((name) => taxIds.get(name))]],
      });
      const order_line = order.lines.map((one) => [0, 0, line(one)]);
      const id = odoo.admin.create('sale.order', { partner_id: 3, pricelist_id: pricelist, order_line });
      const made = odoo.admin.get('sale.order', id);
      const lines = odoo.admin.read('sale.order.line', made.order_line, ['price_subtotal', 'price_total']);
      const seen = [made.amount_untaxed, made.amount_tax, made.amount_total].map(Number);
      const shown = lines.map(({ price_subtotal, price_total }) => [price_subtotal, price_total]);
      const right = [order.untaxed, order.tax, order.total];
      const rightLines = order.lines.map(({ subtotal, total }) => [subtotal, total]);
      if (JSON.stringify([seen, shown]) !== JSON.stringify([right, rightLines])) {
        different.push({ order, seen, shown });
      }
    }
    await odoo.stop();
    expect(different).toEqual([]);
    expect(orders).toHaveLength(298);
  });
});
