import type { Environment, Model } from '../orm/model.types.ts';
import type { GeneratedRows } from '../orm/record.types.ts';
import { checkCreationMode, checkLine } from './attribute.checks.ts';
import { archivedLine, archivedWhereSold } from './attribute-line.archive.ts';
import { boolean, field, many2many, many2one, model, one2many } from './field.builders.ts';
import { fixedRows } from './reference.models.ts';
import { syncTemplateOf, syncVariants, touchTemplateOf } from './variant.service.ts';

/** Attributes, their values, and which of them a template has. */
export function attributeModels(generated: Readonly<Record<string, GeneratedRows>>): Model[] {
  const withAttribute = (name: string) => (env: Environment, id: number) => {
    const attribute = env.db.read(env, name, id, 'attribute_id');
    const attributeName = typeof attribute === 'number' ? env.db.read(env, 'product.attribute', attribute, 'name') : '';
    return `${String(attributeName)}: ${String(env.db.read(env, name, id, 'name'))}`;
  };
  const [line, lineValue] = ['product.template.attribute.line', 'product.template.attribute.value'];
  return [
    model({
      name: 'product.attribute',
      label: 'Product Attribute',
      order: 'sequence, id',
      fields: {
        name: field('char', 'Attribute', { required: true, indexed: true, translated: true }),
        sequence: field('integer', 'Sequence', { initial: () => 20 }),
        create_variant: field('selection', 'Variant Creation', {
          selection: [
            ['always', 'Instantly'],
            ['dynamic', 'Dynamically'],
            ['no_variant', 'Never'],
          ],
          initial: () => 'always',
        }),
        display_type: field('selection', 'Display Type', {
          selection: [
            ['radio', 'Radio'],
            ['pills', 'Pills'],
            ['select', 'Select'],
            ['color', 'Color'],
            ['multi', 'Multi-checkbox'],
          ],
          initial: () => 'radio',
        }),
        value_ids: one2many('product.attribute.value', 'attribute_id', 'Values'),
        active: boolean('Active', true),
      },
      saved: (env, id, before, vals) => checkCreationMode(env, id, before, vals),
      rows: fixedRows(
        ['Size', 'Color'].map((name, i) => ({
          id: i + 1,
          name,
          sequence: 20,
          create_variant: 'always',
          display_type: 'radio',
          active: true,
        })),
      ),
    }),
    model({
      name: 'product.attribute.value',
      label: 'Attribute Value',
      order: 'attribute_id, sequence, id',
      displayName: withAttribute('product.attribute.value'),
      fields: {
        name: field('char', 'Value', { required: true, indexed: true, translated: true }),
        sequence: field('integer', 'Sequence', { initial: () => 10 }),
        attribute_id: many2one('product.attribute', 'Attribute', {
          required: true,
          indexed: true,
          onDelete: 'cascade',
        }),
        active: boolean('Active', true),
      },
      rows: fixedRows(
        ['S', 'L', 'Red', 'Blue'].map((name, i) => ({
          id: i + 1,
          name,
          sequence: 10,
          attribute_id: i < 2 ? 1 : 2,
          active: true,
        })),
      ),
    }),
    model({
      name: line,
      label: 'Product Template Attribute Line',
      order: 'sequence, attribute_id, id',
      displayName: (env, id) =>
        String(env.db.read(env, 'product.attribute', Number(env.db.read(env, line, id, 'attribute_id')), 'name')),
      fields: {
        product_tmpl_id: many2one('product.template', 'Product Template', {
          required: true,
          indexed: true,
          onDelete: 'cascade',
        }),
        attribute_id: many2one('product.attribute', 'Attribute', { required: true, onDelete: 'restrict' }),
        value_ids: many2many('product.attribute.value', 'Values'),
        product_template_value_ids: one2many(lineValue, 'attribute_line_id', 'Product Attribute Values'),
        sequence: field('integer', 'Sequence', { initial: () => 10 }),
        active: boolean('Active', true),
      },
      generated: generated[line],
      saved(env, id) {
        checkLine(env, id);
        syncTemplateOf(env, id);
        touchTemplateOf(env, id);
      },
      broughtBack: archivedLine,
      archivedInstead: archivedWhereSold,
      deleted: (env, before) => syncVariants(env, Number(before.product_tmpl_id)),
    }),
    model({
      name: lineValue,
      label: 'Product Template Attribute Value',
      order: 'attribute_line_id, product_attribute_value_id, id',
      displayName: withAttribute(lineValue),
      fields: {
        name: field('char', 'Value', { related: ['product_attribute_value_id', 'name'] }),
        product_attribute_value_id: many2one('product.attribute.value', 'Attribute Value', {
          required: true,
          onDelete: 'restrict',
        }),
        attribute_line_id: many2one(line, 'Attribute Line', { required: true, indexed: true, onDelete: 'cascade' }),
        attribute_id: {
          ...field('many2one', 'Attribute', { related: ['attribute_line_id', 'attribute_id'] }),
          relation: 'product.attribute',
        },
        product_tmpl_id: {
          ...field('many2one', 'Product Template', { related: ['attribute_line_id', 'product_tmpl_id'] }),
          relation: 'product.template',
        },
        price_extra: field('float', 'Extra Price', { digits: 'Product Price', initial: () => 0 }),
        ptav_active: boolean('Active', true),
      },
      generated: generated[lineValue],
    }),
  ];
}
