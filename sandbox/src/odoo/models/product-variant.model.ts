import { roundTo } from '../orm/field.coercion.ts';
import { decimalsOf } from '../orm/field.digits.ts';
import type { Environment, Field, Model } from '../orm/model.types.ts';
import { validationError } from '../orm/odoo.error.ts';
import { unlinkRecords } from '../orm/record.remover.ts';
import type { GeneratedRows } from '../orm/record.types.ts';
import { createRecord, writeRecords } from '../orm/record.writer.ts';
import { idsIn } from '../orm/relation.ids.ts';
import { boolean, field, many2many, many2one, model } from './field.builders.ts';
import {
  combinationKey,
  isDynamic,
  onlyVariant,
  VARIANT_FIELDS,
  valuesOf,
  variantsOf,
  withCode,
} from './variant.service.ts';

/** Variants: what is sold and stocked. Their template holds what they share. */
export function productVariantModel(generated: GeneratedRows | undefined): Model {
  return model({
    name: 'product.product',
    label: 'Product Variant',
    order: 'is_favorite desc, default_code, name, id',
    chatter: { tracked: [] },
    displayName: variantName,
    fields: {
      product_tmpl_id: many2one('product.template', 'Product Template', {
        required: true,
        indexed: true,
        onDelete: 'cascade',
      }),
      name: ofTemplate('char', 'Name', 'name'),
      default_code: field('char', 'Internal Reference', { indexed: true }),
      barcode: field('char', 'Barcode', { indexed: true }),
      standard_price: field('float', 'Cost', { digits: 'Product Price', initial: () => 0 }),
      weight: field('float', 'Weight', { digits: 'Stock Weight', initial: () => 0 }),
      list_price: { ...ofTemplate('float', 'Sales Price', 'list_price'), digits: 'Product Price' },
      price_extra: field('float', 'Variant Price Extra', { compute: priceExtra }),
      lst_price: field('float', 'Sales Price', {
        digits: 'Product Price',
        compute: (env, id) =>
          roundTo(
            Number(env.db.read(env, 'product.product', id, 'list_price') ?? 0) + priceExtra(env, id),
            decimalsOf(env.db, 'Product Price'),
          ),
        assign: (env, id, value) =>
          writeRecords(env, 'product.product', [id], { list_price: Number(value ?? 0) - priceExtra(env, id) }),
      }),
      description: ofTemplate('html', 'Description', 'description'),
      description_sale: ofTemplate('text', 'Sales Description', 'description_sale'),
      type: ofTemplate('selection', 'Product Type', 'type'),
      categ_id: ofTemplate('many2one', 'Product Category', 'categ_id', 'product.category'),
      taxes_id: ofTemplate('many2many', 'Sales Taxes', 'taxes_id', 'account.tax'),
      sale_ok: ofTemplate('boolean', 'Sales', 'sale_ok'),
      is_favorite: ofTemplate('boolean', 'Favorite', 'is_favorite'),
      image_128: field('binary', 'Image 128'),
      image_1920: field('binary', 'Image'),
      product_template_attribute_value_ids: many2many('product.template.attribute.value', 'Attribute Values'),
      qty_available: field('float', 'Quantity On Hand', { readonly: true, initial: () => 0 }),
      active: boolean('Active', true),
    },
    generated,
    prepare(env, vals) {
      if (vals.product_tmpl_id) return vals;
      const own = new Set([
        ...VARIANT_FIELDS,
        'product_template_attribute_value_ids',
        'lst_price',
        'active',
        'qty_available',
      ]);
      const shared = Object.fromEntries(Object.entries(vals).filter(([name]) => !own.has(name)));
      const template = createRecord(
        { ...env, context: { ...env.context, create_product_product: false } },
        'product.template',
        shared,
      );
      return {
        ...Object.fromEntries(Object.entries(vals).filter(([name]) => own.has(name))),
        product_tmpl_id: template,
      };
    },
    saved(env, id, _before, vals) {
      uniqueBarcode(env, id);
      uniqueCombination(env, id);
      const template = Number(env.db.table('product.product').value(id, 'product_tmpl_id'));
      // What the template shows as its own moves its time of change; nothing of one variant among several does (write-dates.jsonl).
      const isCopied = vals.default_code !== undefined || vals.weight !== undefined;
      if (isCopied && onlyVariant(env, template) === id) env.db.patch(env, 'product.template', template, {});
      const isArchived = env.db.table('product.template').value(template, 'active') !== true;
      if (vals.active === true && isArchived) env.db.patch(env, 'product.template', template, { active: true });
    },
    deleted(env, before) {
      const template = Number(before.product_tmpl_id);
      if (!env.db.table('product.template').has(template)) return;
      // The template goes with its last variant. Until 18, archived ones count only where the context says so (`unlink` of Odoo's products).
      const countsArchived = env.internal || env.context.active_test === false;
      const isLast = variantsOf(env, template, countsArchived).length === 0;
      if (isLast && !isDynamic(env, template)) unlinkRecords(env, 'product.template', [template]);
    },
  });
}

/** A field that the template holds and the variant shows and writes. */
function ofTemplate(type: Field['type'], label: string, name: string, relation?: string): Field {
  return { ...field(type, label, { related: ['product_tmpl_id', name] }), ...(relation && { relation }) };
}

function priceExtra(env: Environment, id: number): number {
  const values = idsIn(env.db.table('product.product').value(id, 'product_template_attribute_value_ids'));
  return values.reduce(
    (sum, value) => sum + Number(env.db.table('product.template.attribute.value').value(value, 'price_extra') ?? 0),
    0,
  );
}

function variantName(env: Environment, id: number): string {
  const table = env.db.table('product.product');
  const values = idsIn(table.value(id, 'product_template_attribute_value_ids'));
  const names = values.map((value) => String(env.db.read(env, 'product.template.attribute.value', value, 'name')));
  const name = String(env.db.read(env, 'product.product', id, 'name') ?? '');
  return withCode(table.value(id, 'default_code'), names.length > 0 ? `${name} (${names.join(', ')})` : name);
}

function uniqueBarcode(env: Environment, id: number): void {
  const table = env.db.table('product.product');
  const barcode = table.value(id, 'barcode');
  if (typeof barcode !== 'string') return;
  const other = (table.findEqual('barcode', barcode) ?? []).find((found) => found !== id);
  if (other === undefined) return;
  throw validationError(
    `Barcode(s) already assigned:\n\n- Barcode "${barcode}" already assigned to product(s): ${variantName(env, other)}, ${variantName(env, id)}`,
  );
}

/** A unique index of Postgres over the active variants (recordings 724, 726). */
function uniqueCombination(env: Environment, id: number): void {
  const table = env.db.table('product.product');
  if (table.value(id, 'active') !== true) return;
  const template = Number(table.value(id, 'product_tmpl_id'));
  const own = combinationKey(valuesOf(env, id));
  if (!variantsOf(env, template).some((other) => other !== id && combinationKey(valuesOf(env, other)) === own)) return;
  throw validationError(
    'The operation cannot be completed: duplicate key value violates unique constraint "product_product_combination_unique"\n' +
      `DETAIL:  Key (product_tmpl_id, combination_indices)=(${template}, ${own}) already exists.\n`,
  );
}
