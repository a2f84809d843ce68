import type { Model, OdooVersion } from '../orm/model.types.ts';
import { userError, validationError } from '../orm/odoo.error.ts';
import { postMessage, requireSender } from '../orm/record.chatter.ts';
import type { GeneratedRows } from '../orm/record.types.ts';
import { boolean, field, many2many, many2one, model } from './field.builders.ts';
import { lineAmounts, taxField } from './sale.amounts.ts';
import { changedLine, newLine } from './sale-line.rules.ts';

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
      currency_id: {
        ...field('many2one', 'Currency', { related: ['order_id', 'currency_id'] }),
        relation: 'res.currency',
      },
      name: field('text', 'Description', { required: true }),
      product_uom_qty: field('float', 'Quantity', { digits: 'Product Unit', initial: () => 1 }),
      price_unit: field('float', 'Unit Price', { digits: 'Product Price', initial: () => 0 }),
      // Deliveries are not imitated: `admin` says what was delivered.
      qty_delivered: field('float', 'Delivery Quantity', { digits: 'Product Unit', initial: () => 0 }),
      // The price that was computed. One that a person wrote later is another, and is kept.
      technical_price_unit: field('float', 'Technical Price Unit', { digits: 'Product Price' }),
      discount: field('float', 'Discount (%)', { digits: 'Discount', initial: () => 0 }),
      [taxField(version)]: many2many('account.tax', 'Taxes'),
      price_subtotal: field('monetary', 'Subtotal', { compute: (env, id) => lineAmounts(env, id).subtotal.toNumber() }),
      price_tax: field('float', 'Total Tax', {
        // A difference of floats, with their error: 1.9000000000000004.
        compute: (env, id) => lineAmounts(env, id).total.toNumber() - lineAmounts(env, id).subtotal.toNumber(),
      }),
      price_total: field('monetary', 'Total', { compute: (env, id) => lineAmounts(env, id).total.toNumber() }),
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
    prepare: newLine,
    prepareWrite: changedLine,
    saved(env, id, before, vals) {
      const table = env.db.table('sale.order.line');
      const isNote = table.value(id, 'display_type') !== null;
      // A line without a product is accepted, unless the client says that it is no down payment (recordings 146 and 156).
      if (!isNote && vals.is_downpayment === false && table.value(id, 'product_id') === null) {
        throw validationError(
          'The operation cannot be completed: Missing required fields on accountable sale order line.',
        );
      }
      if (isNote && (table.value(id, 'product_id') !== null || Number(table.value(id, 'price_unit')) !== 0)) {
        throw validationError('The operation cannot be completed: Forbidden values on non-accountable sale order line');
      }
      const order = Number(table.value(id, 'order_id'));
      if (before && before.product_uom_qty !== table.value(id, 'product_uom_qty')) {
        postMessage(env, 'sale.order', order);
        if (env.db.table('sale.order').value(order, 'state') === 'sale') {
          requireSender(env);
          // Of its delivery, too.
          postMessage(env, 'sale.order', order);
        }
      }
      // Another name of a line is no change of its order.
      const isRenamed = before !== null && Object.keys(vals).every((name) => name === 'name');
      if (!isRenamed) env.db.patch(env, 'sale.order', order, {});
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
