import { startOdooSandbox } from '@sync-operations/sandbox';
import { describe, expect, it } from 'vitest';
import { recordedTotals } from '../../recordings/totals.reader.ts';
import { jsonRpcClient } from './odoo-client.support.ts';

describe.each([18, 19] as const)('The totals of orders of Odoo %i', (version) => {
  // Recordings 910 and 204.
  it('are rounded per line by a new company of 18, over the order by one of 19; a price includes what the override says', async () => {
    const odoo = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
    const call = jsonRpcClient(odoo);
    const ids = [1, odoo.admin.create('res.company', { name: 'Second' })];
    const method = version === 18 ? 'round_per_line' : 'round_globally';
    const companies = odoo.admin.read('res.company', ids, ['tax_calculation_rounding_method']);
    expect(companies.map((row) => row.tax_calculation_rounding_method)).toEqual([method, method]);
    const included = async (vals: object) => {
      const { result: id } = await call('account.tax', 'create', [{ name: 'T', amount: 5, ...vals }]);
      return (await call('account.tax', 'read', [[id], ['price_include']])).result[0].price_include;
    };
    expect(await included({ price_include: true })).toBe(false);
    expect(await included({ price_include_override: 'tax_included' })).toBe(true);
    odoo.admin.write('res.company', [1], { account_price_include: 'tax_included' });
    expect(await included({})).toBe(true);
    expect(await included({ price_include_override: 'tax_excluded' })).toBe(false);
    await odoo.stop();
  });

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
