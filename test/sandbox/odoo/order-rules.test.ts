import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

const QUIET = { tracking_disable: true };

describe.each([18, 19] as const)('Orders of Odoo %i, as recorded,', (version) => {
  let odoo: OdooSandbox;
  let call: ReturnType<typeof jsonRpcClient>;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 5, products: 5, orders: 0 });
    call = jsonRpcClient(odoo);
  });
  afterAll(() => odoo.stop());

  async function order(values: object = {}) {
    const order_line = [[0, 0, { product_id: 2, product_uom_qty: 1, price_unit: 5, discount: 7.5 }]];
    const { result: id } = await call('sale.order', 'create', [{ partner_id: 8, order_line, ...values }]);
    const line = odoo.admin.get('sale.order', id).order_line[0];
    const write = (vals: object) => call('sale.order', 'write', [[id], { order_line: [[1, line, vals]] }]);
    return { id, write, line: () => odoo.admin.get('sale.order.line', line) };
  }

  it('compute price and discount anew when a quantity is written alone', async () => {
    const list = odoo.admin.get('product.product', 2).lst_price;
    const alone = await order();
    await alone.write({ product_uom_qty: 4 });
    expect(alone.line()).toMatchObject({ product_uom_qty: 4, price_unit: list, discount: 0 });
    const together = await order();
    await together.write({ product_uom_qty: 4, price_unit: 5, discount: 7.5 });
    expect(together.line()).toMatchObject({ product_uom_qty: 4, price_unit: 5, discount: 7.5 });
  });

  it('keep products and lines once confirmed, and everything of a line once locked', async () => {
    const { id, write } = await order();
    await call('sale.order', 'action_confirm', [[id]]);
    expect((await write({ product_id: 3 })).message).toBe('You cannot modify the product of this order line.');
    expect((await write({ price_unit: 6, discount: 5 })).result).toBe(true);
    expect((await call('sale.order', 'write', [[id], { pricelist_id: 2 }])).message).toContain('pricelist');
    expect((await call('sale.order', 'action_confirm', [[id]])).message).toBe(
      'Some orders are not in a state requiring confirmation.',
    );
    await call('sale.order', 'action_lock', [[id]]);
    expect((await write({ price_unit: 6, product_uom_qty: 1 })).message).toMatch(
      /locked order:\nUnit Price\nQuantity$/,
    );
    const added = [[0, 0, { product_id: 3 }]];
    expect((await call('sale.order', 'write', [[id], { order_line: added, client_order_ref: 'x' }])).result).toBe(true);
    await call('sale.order', 'action_unlock', [[id]]);
    expect((await write({ price_unit: 7 })).result).toBe(true);
    expect((await call('sale.order', 'write', [[id], { order_line: [[2, 99999]] }])).exception).toContain('Missing');
  });

  it('take their currency from the pricelist, never from the create, and their salesperson from the partner', async () => {
    const currency = (values: object) =>
      order(values).then(({ id }) => odoo.admin.get('sale.order', id).currency_id[1]);
    expect(await currency({ currency_id: 125 })).toBe('USD');
    expect(await currency({ pricelist_id: 2 })).toBe('EUR');
    expect(await currency({ pricelist_id: false, currency_id: 125 })).toBe('USD');
    const seller = async (values: object) => odoo.admin.get('sale.order', (await order(values)).id).user_id;
    expect(await seller({})).toEqual([2, 'Administrator']);
    expect(await seller({ user_id: false })).toBe(false);
  });

  it('apply no language unless the context names one, and refuse languages and companies that are not there', async () => {
    const write = (lang: string | undefined, name: string) =>
      call('product.template', 'write', [[1], { name }], { context: lang ? { lang } : {} });
    await write(undefined, 'Cup');
    await write('de_DE', 'Tasse');
    const read = async (context: object) =>
      (await call('product.template', 'read', [[1], ['name']], { context })).result[0].name;
    expect(await read({})).toBe('Cup');
    expect(await read({ lang: 'de_DE' })).toBe('Tasse');
    const refused = (context: object) => call('res.partner', 'search', [[]], { context, limit: 1 });
    expect((await refused({ lang: 'fr_FR' })).message).toBe('Invalid language code: fr_FR');
    expect((await refused({ allowed_company_ids: [99] })).exception).toBe('odoo.exceptions.AccessError');
    const { result: id } = await call('res.partner', 'create', [{ name: 'Def' }], { context: { default_city: 'Ctx' } });
    expect(odoo.admin.get('res.partner', id).city).toBe('Ctx');
  });

  it('are changed by a user without an email address on 19 alone, where quantities of a confirmed one or a salesperson do', async () => {
    const { id, write } = await order();
    await call('sale.order', 'action_confirm', [[id]]);
    const [own] = odoo.admin.get('res.users', odoo.uid).partner_id;
    const { email } = odoo.admin.get('res.partner', own);
    odoo.admin.write('res.partner', [own], { email: false });
    const outcomes = [
      await write({ product_uom_qty: 3, price_unit: 5, discount: 0 }),
      await call('sale.order', 'create', [{ partner_id: 8, user_id: version === 18 ? 6 : 5 }]),
    ];
    const quiet = await call('sale.order', 'create', [{ partner_id: 8, user_id: version === 18 ? 6 : 5 }], {
      context: QUIET,
    });
    odoo.admin.write('res.partner', [own], { email });
    const refused = "Unable to send message, please configure the sender's email address.";
    expect(outcomes.map(({ message }) => message)).toEqual(
      version === 18 ? [refused, refused] : [undefined, undefined],
    );
    expect(quiet.message).toBeUndefined();
  });

  it('write creates and changes into the chatter, unless the context says not to', async () => {
    const rows = (table: string) => odoo.state()[table]?.count ?? 0;
    const added = async (work: () => Promise<unknown>) => {
      const before = [rows('mail.message'), rows('mail.followers'), rows('mail.mail')];
      await work();
      return [rows('mail.message'), rows('mail.followers'), rows('mail.mail')].map((n, i) => n - (before[i] ?? 0));
    };
    const create = (model: string, vals: object, context: object = {}) =>
      added(() => call(model, 'create', [vals], { context }));
    expect(await create('res.partner', { name: 'A' })).toEqual([1, 1, 0]);
    expect(await create('res.partner', { name: 'A' }, { mail_create_nolog: true })).toEqual([0, 1, 0]);
    expect(await create('res.partner', { name: 'A' }, { mail_create_nosubscribe: true })).toEqual([1, 0, 0]);
    expect(await create('product.template', { name: 'A' })).toEqual([2, 2, 0]);
    expect(await create('sale.order', { partner_id: 8 }, QUIET)).toEqual([0, 0, 0]);
    expect(await create('sale.order', { partner_id: 8, user_id: version === 18 ? 6 : 5 })).toEqual([2, 2, 1]);
    const rename = (context: object) =>
      added(() => call('res.partner', 'write', [[8], { name: `N${Math.random()}` }], { context }));
    expect(await rename({})).toEqual([1, 0, 0]);
    expect(await rename(QUIET)).toEqual([0, 0, 0]);
  });
});
