import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

type Mode = 'always' | 'dynamic' | 'no_variant';

/** Of recordings 701 to 778. */
describe.each([18, 19] as const)('Variants of Odoo %i, as recorded,', (version) => {
  let odoo: OdooSandbox;
  let call: ReturnType<typeof jsonRpcClient>;
  let made = 0;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, partners: 3, products: 0, orders: 0 });
    call = jsonRpcClient(odoo);
  });
  afterAll(() => odoo.stop());

  /** An attribute of its own with two values. */
  function attribute(create_variant: Mode) {
    made += 1;
    const id = odoo.admin.create('product.attribute', { name: `${create_variant} ${made}`, create_variant });
    const values = ['S', 'L'].map((name) => odoo.admin.create('product.attribute.value', { name, attribute_id: id }));
    return { id, values };
  }
  async function template(...attributes: readonly { id: number; values: readonly number[] }[]) {
    const attribute_line_ids = attributes.map(({ id, values }) => [
      ...[0, 0, { attribute_id: id, value_ids: [[6, 0, values]] }],
    ]);
    const { result } = await call('product.template', 'create', [{ name: 'Made', attribute_line_ids }]);
    return Number(result);
  }
  const variants = (id: number, archived = false) =>
    odoo.admin
      .search('product.product', [
        ['product_tmpl_id', '=', id],
        ['active', 'in', archived ? [true, false] : [true]],
      ])
      .sort((a, b) => a - b);
  const valuesOf = (variant: number) => odoo.admin.get('product.product', variant).product_template_attribute_value_ids;
  const offered = (id: number) =>
    odoo.admin.search('product.template.attribute.value', [['product_tmpl_id', '=', id]]).sort((a, b) => a - b);
  const lineOf = (id: number) => odoo.admin.get('product.template', id).attribute_line_ids[0];
  const active = (model: string, id: number) => odoo.admin.get(model, id).active;

  it('are all there at once, but with a dynamic attribute none, and with one that makes none a single one', async () => {
    const counts = async (...modes: Mode[]) => variants(await template(...modes.map(attribute))).length;
    expect(await counts('always')).toBe(2);
    expect(await counts('always', 'always')).toBe(4);
    expect(await counts('dynamic')).toBe(0);
    expect(await counts('dynamic', 'always')).toBe(0);
    expect(await counts('no_variant', 'always')).toBe(2);
    const alone = await template(attribute('no_variant'));
    expect(variants(alone).map(valuesOf)).toEqual([[]]);
  });

  it('of a dynamic attribute are made one by one, each once, and also without or with wrong values', async () => {
    const id = await template(attribute('dynamic'));
    const create = (values: number[]) =>
      call('product.product', 'create', [
        { product_tmpl_id: id, product_template_attribute_value_ids: [[6, 0, values]] },
      ]);
    const [first = 0] = offered(id);
    expect((await create([first])).result).toEqual(expect.any(Number));
    expect(await create([first])).toMatchObject({
      ...{ exception: 'odoo.exceptions.ValidationError', message: expect.stringContaining('combination_unique') },
    });
    expect((await create([])).result).toEqual(expect.any(Number));
    expect((await create([])).message).toContain('combination_unique');
    const wrapped = await template(attribute('no_variant'));
    const [wrap = 0] = offered(wrapped);
    const vals = { product_tmpl_id: wrapped, product_template_attribute_value_ids: [[6, 0, [wrap]]] };
    expect((await call('product.product', 'create', [vals])).result).toEqual(expect.any(Number));
  });

  it('are archived and brought back with their template, those archived before as well; one alone changes nothing else', async () => {
    const id = await template(attribute('always'));
    const [one = 0, two = 0] = variants(id);
    await call('product.product', 'write', [[one], { active: false }]);
    await call('product.template', 'action_archive', [[id]]);
    expect([one, two].map((variant) => active('product.product', variant))).toEqual([false, false]);
    await call('product.template', 'action_unarchive', [[id]]);
    expect([one, two].map((variant) => active('product.product', variant))).toEqual([true, true]);
    await call('product.product', 'write', [[one, two], { active: false }]);
    expect(active('product.template', id)).toBe(true);
    await call('product.product', 'write', [[two], { active: true }]);
    expect([one, two].map((variant) => active('product.product', variant))).toEqual([false, true]);
  });

  it('whose value is taken away go, or are archived where they were sold, and come back with their id or a new one', async () => {
    const { id: attribute_id, values } = attribute('always');
    const id = await template({ id: attribute_id, values });
    const [sold = 0, unsold = 0] = variants(id);
    odoo.admin.create('sale.order', { partner_id: 8, order_line: [[0, 0, { product_id: sold }]] });
    const third = odoo.admin.create('product.attribute.value', { name: 'M', attribute_id });
    const set = (ids: number[]) =>
      call('product.template.attribute.line', 'write', [[lineOf(id)], { value_ids: [[6, 0, ids]] }]);
    expect((await set([third])).result).toBe(true);
    expect(variants(id, true)).not.toContain(unsold);
    expect(active('product.product', sold)).toBe(false);
    expect((await set([third, ...values])).result).toBe(true);
    expect(active('product.product', sold)).toBe(true);
    const present = variants(id);
    expect(present).toHaveLength(3);
    expect(Math.max(...present)).toBeGreaterThan(unsold);
    expect(present).not.toContain(unsold);
  });

  // As `unlink` and `create` of attribute lines are written in 14 to 19.
  it('that were sold keep their line, archived, which comes back with them when the attribute does', async () => {
    const { id: attribute_id, values } = attribute('always');
    const id = await template({ id: attribute_id, values });
    const [sold = 0, unsold = 0] = variants(id);
    odoo.admin.create('sale.order', { partner_id: 8, order_line: [[0, 0, { product_id: sold }]] });
    const line = lineOf(id);
    const write = (command: unknown[]) => call('product.template', 'write', [[id], { attribute_line_ids: [command] }]);
    expect((await write([2, line])).result).toBe(true);
    expect(odoo.admin.get('product.template.attribute.line', line)).toMatchObject({ active: false, value_ids: [] });
    expect([active('product.product', sold), variants(id, true).includes(unsold)]).toEqual([false, false]);
    expect(variants(id).map(valuesOf)).toEqual([[]]);
    expect((await write([0, 0, { attribute_id, value_ids: [[6, 0, values]] }])).result).toBe(true);
    expect(odoo.admin.get('product.template.attribute.line', line)).toMatchObject({ active: true, value_ids: values });
    expect(variants(id)).toHaveLength(2);
    expect(variants(id)).toContain(sold);
  });

  it('keep their ids when an attribute of one value is taken off', async () => {
    const { id: attribute_id, values } = attribute('always');
    const id = await template({ id: attribute_id, values: values.slice(0, 1) });
    const before = variants(id);
    expect((await call('product.template.attribute.line', 'unlink', [[lineOf(id)]])).result).toBe(true);
    expect([variants(id), before.map(valuesOf)]).toEqual([before, [[]]]);
  });

  it('keep how their attribute makes them, have values of their own attribute only, and may share names and codes', async () => {
    const [size, colour] = [attribute('always'), attribute('always')];
    const id = await template(size);
    expect((await call('product.attribute', 'write', [[size.id], { create_variant: 'dynamic' }])).exception).toBe(
      'odoo.exceptions.UserError',
    );
    const line = (value_ids: unknown[]) =>
      call('product.template.attribute.line', 'create', [
        { product_tmpl_id: id, attribute_id: colour.id, value_ids: [[6, 0, value_ids]] },
      ]);
    for (const values of [[], size.values])
      expect((await line(values)).exception).toBe('odoo.exceptions.ValidationError');
    const same = { name: 'S', attribute_id: size.id };
    expect((await call('product.attribute.value', 'create', [same])).result).toEqual(expect.any(Number));
    for (const _ of [1, 2])
      expect((await call('product.template', 'create', [{ name: 'T', default_code: 'TWICE' }])).result).toEqual(
        expect.any(Number),
      );
    await call('product.template', 'create', [{ name: 'T', barcode: '4000000000017' }]);
    expect((await call('product.template', 'create', [{ name: 'T', barcode: '4000000000017' }])).message).toMatch(
      /Barcode\(s\) already assigned/,
    );
    expect((await call('product.template', 'create', [{ name: 'T', type: 'product' }])).exception).toBe(
      'builtins.ValueError',
    );
  });
});
