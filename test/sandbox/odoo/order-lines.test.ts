import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

const KEEP_LINES = /Once a sales order is confirmed/;
const KEEP_PRODUCT = 'You cannot modify the product of this order line.';

/** Of recordings 101 to 159. */
describe.each([18, 19] as const)('Lines and states of orders of Odoo %i, as recorded,', (version) => {
  let odoo: OdooSandbox;
  let call: ReturnType<typeof jsonRpcClient>;
  let goods: number;
  let service: number;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 3, products: 3, orders: 0 });
    call = jsonRpcClient(odoo);
    [goods, service] = ['consu', 'service'].map((type) =>
      odoo.admin.create('product.product', { name: `A ${type}`, type, list_price: 10 }),
    ) as [number, number];
  });
  afterAll(() => odoo.stop());

  const taxes = version === 18 ? 'tax_id' : 'tax_ids';
  const state = (id: number) => odoo.admin.get('sale.order', id).state;
  const write = (id: number, vals: object) => call('sale.order', 'write', [[id], vals]);
  const act = (id: number, method: string, context: object = {}) => call('sale.order', method, [[id]], { context });

  async function order(...actions: string[]) {
    const order_line = [goods, service].map((product_id) => [0, 0, { product_id, product_uom_qty: 2, price_unit: 5 }]);
    const { result: id } = await call('sale.order', 'create', [{ partner_id: 8, order_line }]);
    for (const action of actions) await act(id, action, { disable_cancel_warning: true });
    const [first, second] = odoo.admin.get('sale.order', id).order_line;
    return { id: Number(id), first: Number(first), second: Number(second) };
  }

  it('keep each line of a confirmed order, by whatever command, and its product unless it is an undelivered service', async () => {
    const { id, first, second } = await order('action_confirm');
    for (const command of [[2, first], [3, first], [5], [6, 0, [second]]])
      expect((await write(id, { order_line: [command] })).message).toMatch(KEEP_LINES);
    expect((await call('sale.order.line', 'unlink', [[first]])).message).toMatch(KEEP_LINES);
    expect((await write(id, { order_line: [[1, first, { product_id: service }]] })).message).toBe(KEEP_PRODUCT);
    expect((await write(id, { order_line: [[1, first, { product_id: goods }]] })).result).toBe(true);
    expect((await write(id, { order_line: [[1, second, { product_id: goods }]] })).result).toBe(true);
  });

  it('take new lines, quantities, prices, names and taxes when confirmed', async () => {
    const { id, first } = await order('action_confirm');
    for (const vals of [{ product_uom_qty: 0 }, { price_unit: 7, discount: 5 }, { name: 'Cup' }, { [taxes]: [[5]] }])
      expect((await write(id, { order_line: [[1, first, vals]] })).result).toBe(true);
    expect((await write(id, { order_line: [[0, 0, { product_id: goods }]] })).result).toBe(true);
    const changed = { partner_id: 7, currency_id: 125, date_order: '2026-05-01 10:00:00', client_order_ref: 'x' };
    expect((await write(id, changed)).result).toBe(true);
    expect(odoo.admin.get('sale.order', id)).toMatchObject({ date_order: '2026-05-01 10:00:00', state: 'sale' });
    expect(odoo.admin.get('sale.order', id).currency_id[0]).toBe(125);
    expect((await write(id, { state: 'draft' })).result).toBe(true);
    expect(state(id)).toBe('draft');
  });

  it('keep the product of a cancelled order and let its lines go', async () => {
    const { id, first, second } = await order('action_confirm', 'action_cancel');
    expect((await write(id, { order_line: [[1, first, { product_id: service }]] })).message).toBe(KEEP_PRODUCT);
    expect((await write(id, { order_line: [[2, second]] })).result).toBe(true);
    expect(odoo.admin.get('sale.order', id).order_line).toEqual([first]);
  });

  it('come back as drafts from cancelled, and are confirmed again; a draft stays as it is', async () => {
    const { id } = await order('action_confirm', 'action_cancel');
    expect((await act(id, 'action_confirm')).message).toBe('Some orders are not in a state requiring confirmation.');
    for (const _ of [1, 2]) {
      expect((await act(id, 'action_draft')).result).toBe(true);
      expect(state(id)).toBe('draft');
    }
    expect((await act(id, 'action_confirm')).result).toBe(true);
    expect(state(id)).toBe('sale');
  });

  it('are cancelled at once as drafts; otherwise 18 asks, unless the context says not to', async () => {
    const draft = await order();
    expect((await act(draft.id, 'action_cancel')).result).toBe(true);
    expect(state(draft.id)).toBe('cancel');
    const { id } = await order('action_confirm');
    const { result } = await act(id, 'action_cancel');
    expect([state(id), result === true]).toEqual(version === 18 ? ['sale', false] : ['cancel', true]);
    await act(id, 'action_cancel', { disable_cancel_warning: true });
    expect(state(id)).toBe('cancel');
  });

  it('are confirmed without lines, at the time of the confirmation, or made as confirmed', async () => {
    const date_order = '2026-05-01 10:00:00';
    const { result: empty } = await call('sale.order', 'create', [{ partner_id: 8, date_order }]);
    expect((await act(empty, 'action_confirm')).result).toBe(true);
    expect(odoo.admin.get('sale.order', empty).date_order).not.toBe(date_order);
    const { result: made } = await call('sale.order', 'create', [{ partner_id: 8, state: 'sale', name: 'S-OWN' }]);
    expect(odoo.admin.get('sale.order', made)).toMatchObject({ state: 'sale', name: 'S-OWN' });
    for (const date of ['2026-05-01T10:00:00', '2026-05-01T10:00:00Z']) {
      const { exception } = await call('sale.order', 'create', [{ partner_id: 8, date_order: date }]);
      expect(exception).toBe('builtins.ValueError');
    }
  });

  it('write a line of another order without complaint, and none that is not there', async () => {
    const [one, other] = [await order(), await order()];
    expect((await write(one.id, { order_line: [[1, other.first, { name: 'Elsewhere' }]] })).result).toBe(true);
    expect(odoo.admin.get('sale.order.line', other.first)).toMatchObject({ name: 'Elsewhere' });
    expect(odoo.admin.get('sale.order.line', other.first).order_id[0]).toBe(other.id);
    for (const command of [
      [1, 99_999, { name: 'x' }],
      [2, 99_999],
    ])
      expect((await write(one.id, { order_line: [command] })).exception).toBe('odoo.exceptions.MissingError');
    const section = [[0, 0, { display_type: 'line_section', name: 'Part 1', price_unit: 3 }]];
    expect((await write(one.id, { order_line: section })).exception).toBe('odoo.exceptions.ValidationError');
  });
});
