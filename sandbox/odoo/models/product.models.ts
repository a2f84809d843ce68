import type { Environment, Field, GeneratedRows, Model, OdooVersion, Stored } from '../orm/model.types.ts';
import { validationError } from '../orm/odoo.error.ts';
import { unlinkRecords } from '../orm/record.remover.ts';
import { createRecord, writeRecords } from '../orm/record.writer.ts';
import { boolean, field, many2many, many2one, model, one2many } from './field.builders.ts';
import { onlyVariant, syncVariants, VARIANT_FIELDS, variantsOf } from './variant.service.ts';

const SOLD_OR_SERVED = [
  ['consu', 'Goods'],
  ['service', 'Service'],
  ['combo', 'Combo'],
] as const;

/** Templates, what is offered, and products, the variants of each; a template without attributes has one. */
export function productModels(version: OdooVersion, generated: Readonly<Record<string, GeneratedRows>>): Model[] {
  const ofTemplate = (type: Field['type'], label: string, name: string, relation?: string): Field => ({
    ...field(type, label, { related: ['product_tmpl_id', name] }),
    ...(relation && { relation }),
  });
  return [
    model({
      name: 'product.template',
      label: 'Product',
      order: 'is_favorite desc, name',
      displayName: (env, id) =>
        withCode(
          env.db.read(env, 'product.template', id, 'default_code'),
          env.db.table('product.template').value(id, 'name'),
        ),
      fields: {
        name: field('char', 'Name', { required: true, indexed: true }),
        default_code: shownVariant('char', 'Internal Reference', 'default_code'),
        barcode: shownVariant('char', 'Barcode', 'barcode'),
        standard_price: shownVariant('float', 'Cost', 'standard_price'),
        weight: shownVariant('float', 'Weight', 'weight'),
        list_price: field('float', 'Sales Price', { initial: () => 1 }),
        description: field('html', 'Description'),
        description_sale: field('text', 'Sales Description'),
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
      generated: generated['product.template'],
      saved(env, id, before, vals) {
        if (before === null) {
          syncVariants(env, id);
          // They were assigned before there was a variant to take them.
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
    }),
    model({
      name: 'product.product',
      label: 'Product Variant',
      order: 'is_favorite desc, default_code, name, id',
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
        standard_price: field('float', 'Cost', { initial: () => 0 }),
        weight: field('float', 'Weight', { initial: () => 0 }),
        list_price: ofTemplate('float', 'Sales Price', 'list_price'),
        price_extra: field('float', 'Variant Price Extra', { compute: priceExtra }),
        lst_price: field('float', 'Sales Price', {
          compute: (env, id) =>
            Number(env.db.read(env, 'product.product', id, 'list_price') ?? 0) + priceExtra(env, id),
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
      generated: generated['product.product'],
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
        // What the template keeps a copy of moves its write date too.
        const template = Number(env.db.table('product.product').value(id, 'product_tmpl_id'));
        if (vals.default_code !== undefined || vals.weight !== undefined)
          env.db.patch(env, 'product.template', template, {});
        if (vals.active === true) env.db.patch(env, 'product.template', template, { active: true });
      },
      deleted(env, before) {
        const template = Number(before.product_tmpl_id);
        if (!env.db.table('product.template').has(template) || variantsOf(env, template, true).length > 0) return;
        const lines = env.db.read(env, 'product.template', template, 'attribute_line_ids') as number[];
        if (lines.length === 0) unlinkRecords(env, 'product.template', [template]);
      },
    }),
  ];
}

/** A field of the template that is its variant's while there is only one, and empty otherwise. */
function shownVariant(type: Field['type'], label: string, name: string): Field {
  return field(type, label, {
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

function priceExtra(env: Environment, id: number): number {
  const values = env.db.table('product.product').value(id, 'product_template_attribute_value_ids') as number[] | null;
  return (values ?? []).reduce(
    (sum, value) => sum + Number(env.db.table('product.template.attribute.value').value(value, 'price_extra') ?? 0),
    0,
  );
}

function variantName(env: Environment, id: number): string {
  const table = env.db.table('product.product');
  const values = (table.value(id, 'product_template_attribute_value_ids') as number[] | null) ?? [];
  const names = values.map((value) => String(env.db.read(env, 'product.template.attribute.value', value, 'name')));
  const name = String(env.db.read(env, 'product.product', id, 'name') ?? '');
  return withCode(table.value(id, 'default_code'), names.length > 0 ? `${name} (${names.join(', ')})` : name);
}

function withCode(code: Stored, name: Stored): string {
  return code === null ? String(name ?? '') : `[${String(code)}] ${String(name ?? '')}`;
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
