import type { Field, Model, OdooVersion, Precision } from '../orm/model.types.ts';
import type { GeneratedRows, Stored } from '../orm/record.types.ts';
import { writeRecords } from '../orm/record.writer.ts';
import { boolean, field, many2many, many2one, model, one2many } from './field.builders.ts';
import { onlyVariant, syncVariants, VARIANT_FIELDS, variantsOf, withCode } from './variant.service.ts';

const SOLD_OR_SERVED = [
  ['consu', 'Goods'],
  ['service', 'Service'],
  ['combo', 'Combo'],
] as const;

/** Templates: what is offered. A template without attributes has one variant and shows some of its fields as its own. */
export function productTemplateModel(version: OdooVersion, generated: GeneratedRows | undefined): Model {
  return model({
    name: 'product.template',
    label: 'Product',
    order: 'is_favorite desc, name',
    chatter: { tracked: ['name', 'list_price'] },
    displayName: (env, id) =>
      withCode(
        env.db.read(env, 'product.template', id, 'default_code'),
        env.db.table('product.template').value(id, 'name'),
      ),
    fields: {
      name: field('char', 'Name', { required: true, indexed: true, translated: true }),
      default_code: shownVariant('char', 'Internal Reference', 'default_code'),
      barcode: shownVariant('char', 'Barcode', 'barcode'),
      standard_price: shownVariant('float', 'Cost', 'standard_price', 'Product Price'),
      weight: shownVariant('float', 'Weight', 'weight', 'Stock Weight'),
      list_price: field('float', 'Sales Price', { digits: 'Product Price', initial: () => 1 }),
      description: field('html', 'Description'),
      description_sale: field('text', 'Sales Description', { translated: true }),
      type: field('selection', 'Product Type', { required: true, selection: SOLD_OR_SERVED, initial: () => 'consu' }),
      categ_id: many2one('product.category', 'Product Category', { initial: () => (version === 18 ? 1 : null) }),
      taxes_id: many2many('account.tax', 'Sales Taxes', { initial: () => [1] }),
      sale_ok: boolean('Sales', true),
      purchase_ok: boolean('Purchase', true),
      is_favorite: boolean('Favorite', false),
      active: boolean('Active', true),
      image_128: field('binary', 'Image 128'),
      image_1920: field('binary', 'Image'),
      attribute_line_ids: one2many('product.template.attribute.line', 'product_tmpl_id', 'Product Attributes'),
      product_variant_ids: one2many('product.product', 'product_tmpl_id', 'Products'),
      product_variant_id: {
        ...field('many2one', 'Product', { compute: (env, id) => variantsOf(env, id)[0] ?? null }),
        relation: 'product.product',
      },
      product_variant_count: field('integer', '# Product Variants', {
        compute: (env, id) => variantsOf(env, id).length,
      }),
      qty_available: field('float', 'Quantity On Hand', {
        compute: (env, id) =>
          variantsOf(env, id).reduce(
            (sum, v) => sum + Number(env.db.table('product.product').value(v, 'qty_available') ?? 0),
            0,
          ),
      }),
      currency_id: { ...field('many2one', 'Currency', { compute: () => 1 }), relation: 'res.currency' },
    },
    generated,
    saved(env, id, before, vals) {
      if (before === null) {
        syncVariants(env, id);
        // They were assigned before the variant existed.
        const own = VARIANT_FIELDS.filter((name) => vals[name] !== undefined);
        const variant = onlyVariant(env, id);
        if (variant !== null && own.length > 0)
          writeRecords(env, 'product.product', [variant], Object.fromEntries(own.map((name) => [name, vals[name]])));
      }
      const archived = before !== null && vals.active !== undefined && before.active !== Boolean(vals.active);
      for (const variant of variantsOf(env, id, true))
        env.db.patch(env, 'product.product', variant, archived ? { active: Boolean(vals.active) } : {});
    },
    deleting(env, ids) {
      for (const id of ids)
        for (const variant of variantsOf(env, id, true)) env.db.model('product.product').deleting?.(env, [variant]);
    },
  });
}

/** A field of the template that is its variant's while there is only one, and empty otherwise. */
function shownVariant(type: Field['type'], label: string, name: string, digits?: Precision): Field {
  return field(type, label, {
    ...(digits && { digits }),
    compute(env, id): Stored {
      const variant = onlyVariant(env, id);
      return variant === null ? null : env.db.table('product.product').value(variant, name);
    },
    assign(env, id, value) {
      const variant = onlyVariant(env, id);
      if (variant !== null) writeRecords(env, 'product.product', [variant], { [name]: value ?? false });
    },
    ...((name === 'default_code' || name === 'barcode') && {
      candidates: (db, value: string | number) => {
        const products = db.table('product.product');
        return (products.findEqual(name, String(value)) ?? []).map((id) =>
          Number(products.value(id, 'product_tmpl_id')),
        );
      },
    }),
  });
}
