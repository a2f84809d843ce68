import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

describe.each([18, 19] as const)('Write dates of Odoo %i', (version) => {
  let odoo: OdooSandbox;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 300, products: 10, orders: 0 });
  });
  afterAll(() => odoo.stop());

  const writeDate = (id: number) => odoo.admin.get('res.partner', id).write_date as string;

  it('compare with what is shown as the real one does', async () => {
    const id = odoo.admin.create('res.partner', { name: 'Fresh' });
    const shown = writeDate(id);
    const found = async (operator: string) =>
      (
        await jsonRpcClient(odoo)('res.partner', 'search_count', [
          [
            ['id', '=', id],
            ['write_date', operator, shown],
          ],
        ])
      ).result;

    const counts = [await found('>'), await found('>='), await found('='), await found('<=')];
    expect(counts).toEqual(version === 18 ? [1, 1, 0, 0] : [0, 1, 1, 1]);
  });

  it('move with a write that changes nothing', () => {
    const [id = 0] = odoo.admin.search('res.partner', [['ref', '=', 'PEER-0003']]);
    const before = odoo.admin.get('res.partner', id);
    odoo.admin.write('res.partner', [id], { name: before.name });

    const after = odoo.admin.get('res.partner', id);
    expect(after).toEqual({ ...before, write_date: expect.any(String), write_uid: [2, 'Administrator'] });
    expect(after.write_date > before.write_date).toBe(true);
  });

  it('are the start of the transaction, so that a long one commits behind a later short one', async () => {
    const clock = { millis: Date.UTC(2030, 0, 1) };
    const slow = await startOdooSandbox({ version, partners: 10, products: 0, orders: 0, now: () => clock.millis });
    const [first = 0, second = 0] = slow.admin.search('res.partner', [['ref', 'in', ['PEER-0001', 'PEER-0002']]]);
    const late = slow.admin.begin();
    late.write('res.partner', [first], { name: 'Late' });
    clock.millis += 60_000;
    slow.admin.write('res.partner', [second], { name: 'Early' });
    const changed = () =>
      slow.admin.search('res.partner', [['write_date', '>=', '2030-01-01 00:00:00']], 'write_date, id');

    expect(changed()).toEqual([second]);
    late.commit();
    expect(changed()).toEqual([first, second]);
    expect(slow.admin.read('res.partner', [first], ['name', 'write_date'])).toEqual([
      { id: first, name: 'Late', write_date: '2030-01-01 00:00:00' },
    ]);
    await slow.stop();
  });

  it('as the only order lose rows across pages; with the id none', async () => {
    const call = jsonRpcClient(odoo);
    const readAllPages = async (order: string) => {
      const seen = new Set<number>();
      for (let offset = 0; ; offset += 7) {
        const page = (await call('res.partner', 'search', [[['ref', '=like', 'PEER-%']]], { limit: 7, offset, order }))
          .result;
        for (const id of page) seen.add(id);
        if (page.length < 7) return seen.size;
      }
    };
    const all = odoo.admin.search('res.partner', [
      ['ref', '=like', 'PEER-%'],
      ['active', '=', true],
    ]).length;

    expect(await readAllPages('write_date, id')).toBe(all);
    expect(await readAllPages('write_date')).toBeLessThan(all);
  });

  it('of a template move its variants, and those of a line its order', () => {
    const stamps = (model: string, ids: number[]) =>
      odoo.admin.read(model, ids, ['write_date']).map((r) => r.write_date);
    const variants = odoo.admin.search('product.product', [['product_tmpl_id', '=', 10]]);
    odoo.admin.write('product.template', [10], { list_price: 5 });
    expect(new Set(stamps('product.product', variants))).toEqual(new Set(stamps('product.template', [10])));

    const [partner = 0] = odoo.admin.search('res.partner', [['ref', '=', 'PEER-0001']]);
    const order = odoo.admin.create('sale.order', { partner_id: partner, order_line: [[0, 0, { product_id: 1 }]] });
    const lines = odoo.admin.search('sale.order.line', [['order_id', '=', order]]);
    odoo.admin.write('sale.order.line', lines, { product_uom_qty: 3 });
    expect(stamps('sale.order', [order])).toEqual(stamps('sale.order.line', lines));
  });
});
