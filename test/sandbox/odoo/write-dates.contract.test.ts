import { readFileSync } from 'node:fs';
import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonRpcClient } from './odoo-client.support.ts';

interface Recorded {
  readonly action: string;
  readonly moved: readonly string[];
}

/** Bank accounts, pricelists, posts, deliveries and invoices, which are not imitated. */
const NOT_IMITATED = /bank account|pricelist|message_post|stock|picking|invoice|portal url/;
/** The smallest picture that there is. */
const GIF = 'R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

type Call = readonly [model: string, method: string, args: unknown[], context?: object];

describe.each([18, 19] as const)('Odoo %i moves the times of change that were recorded, and no others', (version) => {
  const path = new URL(`../../recordings/odoo-${version}/write-dates.jsonl`, import.meta.url);
  // What the records are comes first.
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const cases = lines.map((line): Recorded => JSON.parse(line)).filter(({ action }) => !NOT_IMITATED.test(action));
  const taxes = version === 18 ? 'tax_id' : 'tax_ids';
  let odoo: OdooSandbox;
  let watched: Readonly<Record<string, readonly [model: string, id: number]>>;
  beforeEach(async () => {
    odoo = await startOdooSandbox({ version, partners: 0, products: 0, orders: 0 });
    watched = records();
  });
  afterEach(() => odoo.stop());

  function records() {
    const { admin } = odoo;
    const company = admin.create('res.partner', { name: 'Peers', is_company: true, street: 'Main Street 1' });
    const child = (name: string, type: string) => admin.create('res.partner', { name, type, parent_id: company });
    const [contact, delivery] = [child('Ada', 'contact'), child('Yard', 'delivery')];
    const template = admin.create('product.template', { name: 'Lamp', list_price: 10 });
    const attribute_id = admin.create('product.attribute', { name: 'Fit' });
    const values = ['tight', 'loose', 'free'].map((name) =>
      admin.create('product.attribute.value', { name, attribute_id }),
    );
    const attribute_line_ids = [[0, 0, { attribute_id, value_ids: [[6, 0, values]] }]];
    const many = admin.create('product.template', { name: 'Shirt', attribute_line_ids });
    const service = admin.create('product.template', { name: 'Hours', type: 'service' });
    const variantOf = (id: number): number => admin.get('product.template', id).product_variant_ids[0];
    const [option = 0] = admin.search('product.template.attribute.value', [['product_tmpl_id', '=', many]]);
    const order_line = [template, service].map((id) => [0, 0, { product_id: variantOf(id), product_uom_qty: 2 }]);
    const order = admin.create('sale.order', { partner_id: company, order_line });
    const [first = 0, second = 0] = admin.search('sale.order.line', [['order_id', '=', order]]);
    return {
      'partner (company)': ['res.partner', company],
      'its contact': ['res.partner', contact],
      'its delivery address': ['res.partner', delivery],
      template: ['product.template', template],
      'its only variant': ['product.product', variantOf(template)],
      'template with variants': ['product.template', many],
      'one of its variants': ['product.product', variantOf(many)],
      'attribute value of template': ['product.template.attribute.value', option],
      order: ['sale.order', order],
      'first order line': ['sale.order.line', first],
      'second order line': ['sale.order.line', second],
    } as const;
  }

  const write = (what: string, vals: object, context?: object): Call => {
    const [model = '', id = 0] = watched[what] ?? [];
    return [model, 'write', [[id], vals], context];
  };
  const others = (model: string, name: string, vals: object): Call => {
    const [id] = odoo.admin.search(model, [['name', '=', name]]);
    return [model, 'write', [[id], vals]];
  };
  const line = (vals: object) => write('order', { order_line: [[1, watched['first order line']?.[1], vals]] });
  const attributeLine = () =>
    odoo.admin.search('product.template.attribute.line', [
      ['product_tmpl_id', '=', watched['template with variants']?.[1]],
    ])[0] ?? 0;
  const valueIds = () => odoo.admin.get('product.template.attribute.line', attributeLine()).value_ids;

  /** Prepares an action as the administrator, and returns the call of the client. */
  function callOf(action: string): Call {
    const [, who = '', field = ''] =
      /^(partner|template|variant): (street|email|vat|comment|default_code)$/.exec(action) ?? [];
    if (field !== '') {
      const of = { partner: 'partner (company)', template: 'template', variant: 'its only variant' }[who] ?? '';
      return write(of, { [field]: `new ${field}` });
    }
    switch (action) {
      case 'partner: name':
        return write('partner (company)', { name: 'Friends' });
      case 'partner: lang':
        return write('partner (company)', { lang: 'de_DE' });
      case 'partner: same name again':
        return write('partner (company)', { name: 'Peers' });
      case 'contact: street':
        return write('its contact', { street: 'Side Street 2' });
      case 'partner: write {}':
        return write('partner (company)', {});
      case 'tag renamed': {
        const tag = odoo.admin.create('res.partner.category', { name: 'Tag' });
        odoo.admin.write('res.partner', [Number(watched['partner (company)']?.[1])], { category_id: [[4, tag]] });
        return ['res.partner.category', 'write', [[tag], { name: 'Label' }]];
      }
      // The contact was, as what moved shows.
      case 'partner: archived':
        return write('its contact', { active: false });
      case 'template: name':
        return write('template', { name: 'Lantern' });
      case 'template: name in German':
        return write('template', { name: 'Lampe' }, { lang: 'de_DE' });
      case 'template: list_price':
        return write('template', { list_price: 11 });
      case 'variant: standard_price':
        return write('its only variant', { standard_price: 4 });
      case 'variant: weight':
        return write('its only variant', { weight: 2 });
      case 'variant: barcode':
        return write('its only variant', { barcode: '4006381333931' });
      case 'variant: lst_price':
        return write('its only variant', { lst_price: 12 });
      case 'template: taxes':
        return write('template', { taxes_id: [[6, 0, [2]]] });
      case 'template: image':
        return write('template', { image_1920: GIF });
      case 'template: category':
        return write('template', { categ_id: odoo.admin.create('product.category', { name: 'Lights' }) });
      case 'category renamed':
        return ['product.category', 'write', [[1], { name: 'Any' }]];
      case 'tax: amount':
      case 'tax of the line: amount':
        return ['account.tax', 'write', [[1], { amount: 21 }]];
      case 'variant of many: default_code':
        return write('one of its variants', { default_code: 'SHIRT-T' });
      case 'variant of many: archived':
        return write('one of its variants', { active: false });
      case 'variant of many: back':
        odoo.admin.archive('product.product', [Number(watched['one of its variants']?.[1])]);
        return write('one of its variants', { active: true });
      case 'price_extra':
        return write('attribute value of template', { price_extra: 3 });
      case 'attribute value renamed':
        return others('product.attribute.value', 'tight', { name: 'narrow' });
      case 'attribute line: value removed':
        return [
          'product.template.attribute.line',
          'write',
          [[attributeLine()], { value_ids: [[3, valueIds().at(-1)]] }],
        ];
      case 'attribute line: value added': {
        const attribute_id = odoo.admin.get('product.template.attribute.line', attributeLine()).attribute_id[0];
        const added = odoo.admin.create('product.attribute.value', { name: 'wide', attribute_id });
        return ['product.template.attribute.line', 'write', [[attributeLine()], { value_ids: [[4, added]] }]];
      }
      case 'template of many: attribute_line_ids command':
        return write('template with variants', {
          attribute_line_ids: [[1, attributeLine(), { value_ids: [[3, valueIds().at(-1)]] }]],
        });
      case 'order: line price by the line':
        return write('first order line', { price_unit: 7 });
      case 'order: line name by the line':
        return write('first order line', { name: 'Lamp, red' });
      case 'order: line name by the order':
        return line({ name: 'Lamp, red' });
      case 'order: client_order_ref':
        return write('order', { client_order_ref: 'PO 7' });
      case 'order: line taxes':
        return line({ [taxes]: [[6, 0, [2]]] });
      case 'order: confirm':
        return ['sale.order', 'action_confirm', [[watched.order?.[1]]]];
      case 'order: lock':
        return ['sale.order', 'action_lock', [[watched.order?.[1]]]];
      default:
        throw new Error(`There is no call for ${action}.`);
    }
  }

  /** To the microsecond, which no call shows. */
  const times = () =>
    Object.entries(watched).map(([name, [model, id]]) => ({
      name,
      time: odoo.state()[model]?.kept.find((row) => row.id === id)?.write_date,
    }));

  it.each(cases)('$action', async ({ action, moved }) => {
    const [model, method, args, context = {}] = callOf(action);
    const before = times();
    const response = await jsonRpcClient(odoo)(model, method, args, { context });
    expect(response.exception).toBeUndefined();
    const after = times();
    expect(after.flatMap(({ name, time }, index) => (time === before[index]?.time ? [] : name))).toEqual(moved);
  });
});
