import type { Environment, Model, OdooVersion } from '../orm/model.types.ts';
import { userError, validationError } from '../orm/odoo.error.ts';
import type { GeneratedRows } from '../orm/record.types.ts';
import { boolean, field, many2many, many2one, model } from './field.builders.ts';
import { lineAmounts, taxField } from './sale-line.amounts.ts';

/** Lines of orders: products, or headings and notes. The taxes are `tax_id` on 18 and `tax_ids` on 19. */
export function saleLineModel(version: OdooVersion, generated: GeneratedRows | undefined): Model {
  return model({
    name: 'sale.order.line',
    label: 'Sales Order Line',
    order: 'order_id, sequence, id',
    generated,
    fields: {
      order_id: many2one('sale.order', 'Order Reference', { required: true, indexed: true, onDelete: 'cascade' }),
      product_id: many2one('product.product', 'Product', { onDelete: 'restrict' }),
      product_template_id: {
        ...field('many2one', 'Product Template', { related: ['product_id', 'product_tmpl_id'] }),
        relation: 'product.template',
      },
      name: field('text', 'Description', { required: true }),
      product_uom_qty: field('float', 'Quantity', { initial: () => 1 }),
      price_unit: field('float', 'Unit Price', { initial: () => 0 }),
      discount: field('float', 'Discount (%)', { initial: () => 0 }),
      [taxField(version)]: many2many('account.tax', 'Taxes'),
      price_subtotal: field('monetary', 'Subtotal', { compute: (env, id) => lineAmounts(env, id).subtotal.toNumber() }),
      price_tax: field('float', 'Total Tax', { compute: (env, id) => lineAmounts(env, id).tax.toNumber() }),
      price_total: field('monetary', 'Total', {
        compute: (env, id) => lineAmounts(env, id).subtotal.plus(lineAmounts(env, id).tax).toNumber(),
      }),
      display_type: field('selection', 'Display Type', {
        selection: [
          ['line_section', 'Section'],
          ['line_note', 'Note'],
        ],
      }),
      is_downpayment: boolean('Is a down payment', false),
      sequence: field('integer', 'Sequence', { initial: () => 10 }),
      state: { ...field('selection', 'Order Status', { related: ['order_id', 'state'] }) },
    },
    prepare: withDefaults,
    saved(env, id, before, vals) {
      const table = env.db.table('sale.order.line');
      const accountable = table.value(id, 'display_type') === null && table.value(id, 'is_downpayment') !== true;
      const product = table.value(id, 'product_id');
      if (accountable && product === null) {
        throw validationError(
          'The operation cannot be completed: Missing required fields on accountable sale order line.',
        );
      }
      if (
        table.value(id, 'display_type') !== null &&
        (product !== null || Number(table.value(id, 'price_unit')) !== 0)
      ) {
        throw validationError('The operation cannot be completed: Forbidden values on non-accountable sale order line');
      }
      const isRenamed = before !== null && Object.keys(vals).every((name) => name === 'name');
      // Another name of a line is no change of its order.
      if (!isRenamed) env.db.patch(env, 'sale.order', Number(table.value(id, 'order_id')), {});
    },
    deleting(env, ids) {
      const confirmed = ids.some(
        (id) =>
          env.db.read(env, 'sale.order.line', id, 'state') === 'sale' &&
          env.db.table('sale.order.line').value(id, 'display_type') === null,
      );
      if (!confirmed) return;
      throw userError(
        "Once a sales order is confirmed, you can't remove one of its lines (we need to track if something gets invoiced or delivered).\n                Set the quantity to 0 instead.",
      );
    },
    deleted: (env, before) => env.db.patch(env, 'sale.order', Number(before.order_id), {}),
  });
}

/** The defaults of a line's name, price and taxes come from its product. */
function withDefaults(env: Environment, vals: Record<string, unknown>): Record<string, unknown> {
  if (vals.display_type) return { ...vals, product_uom_qty: 0 };
  const product = Number(vals.product_id);
  if (!env.db.table('product.product').has(product)) return { ...vals, name: vals.name || '/' };
  const read = (name: string) => env.db.read(env, 'product.product', product, name);
  const sold = read('description_sale');
  const title = env.db.model('product.product').displayName(env, product);
  const taxes = taxField(env.version);
  return {
    ...vals,
    name: vals.name || (sold === null ? title : `${title}\n${String(sold)}`),
    price_unit: vals.price_unit ?? read('lst_price'),
    [taxes]: vals[taxes] ?? [[6, 0, read('taxes_id') ?? []]],
  };
}
