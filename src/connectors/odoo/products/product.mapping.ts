import { known, membersOf } from '../../border/exact.value.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalProduct, CanonicalVariation, Decimal } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import { withoutMark } from '../client/odoo.marker.ts';
import { decimalOf, floatOf, idOf, idsOf, isActive, labelOf, orFalse, text } from '../client/odoo.values.ts';
import { type Decimals, optionsKey, type TemplateOption } from './variant.types.ts';

/** The fields that a read requests, if the server has them. */
export const TEMPLATE_FIELDS = [
  'name',
  'default_code',
  'barcode',
  'list_price',
  'standard_price',
  'weight',
  'description_sale',
  'type',
  'attribute_line_ids',
  'active',
];

export const VARIANT_FIELDS = [
  'product_tmpl_id',
  'default_code',
  'barcode',
  'lst_price',
  'standard_price',
  'weight',
  'active',
  'product_template_attribute_value_ids',
];

export const OPTION_FIELDS = ['name', 'attribute_id', 'product_tmpl_id', 'price_extra'];

/** The canonical members of a template, as the catalogue lists them. */
export const PRODUCT_MEMBERS = [
  'type',
  'name',
  'sku',
  'barcode',
  'price',
  'cost',
  'weight',
  'short_description',
  'active',
  'attributes',
  'variations',
];

export interface TemplateParts {
  /** Of this template only. */
  readonly variants: readonly Row[];
  readonly options: ReadonlyMap<number, TemplateOption>;
  readonly decimals: Decimals;
}

/**
 * A template with one variant is a plain product. With several, code, barcode, price, cost and weight belong to the variants, so the
 * product leaves them out. In Odoo, zero means no price, cost or weight.
 */
export function productFromTemplate(row: Row, all: TemplateParts): CanonicalProduct {
  const parts = { ...all, variants: inUse(all) };
  const { variants, decimals } = parts;
  const type = typeOf(row, variants);
  const of = membersOf(row);
  const common = {
    ...(type !== null && { type }),
    name: of('name', text),
    short_description: of('description_sale', text),
    active: of('active', isActive),
  };
  if (variants.some((variant) => idsOf(variant.product_template_attribute_value_ids).length > 0)) {
    return known({ ...common, ...variationsOf(parts, common.active !== false) });
  }
  // For an archived template, only the variant still has code and barcode.
  const own = variants.length === 1 ? { ...row, ...variants[0] } : row;
  const ofOwn = membersOf(own);
  return known({
    ...common,
    sku: ofOwn('default_code', codeOf),
    barcode: ofOwn('barcode', text),
    price: of('list_price', priceIn(decimals)),
    cost: ofOwn('standard_price', priceIn(decimals)),
    weight: ofOwn('weight', weightIn(decimals)),
    attributes: [],
    variations: [],
  });
}

/** Without archived variants of other attributes than those that there are: Odoo keeps what was sold before a template got or lost one. */
function inUse({ variants, options }: TemplateParts): readonly Row[] {
  const attributesOf = (row: Row) => {
    const ids = idsOf(row.product_template_attribute_value_ids);
    return optionsKey(Object.fromEntries(ids.map((id) => [options.get(id)?.attribute ?? String(id), ''])));
  };
  const used = new Set(variants.filter(({ active }) => isActive(active)).map(attributesOf));
  return used.size === 0 ? variants : variants.filter((row) => isActive(row.active) || used.has(attributesOf(row)));
}

/** A combo is made of other products. A template without a variant is still to be configured, and nobody can buy it as it is. */
function typeOf(row: Row, variants: readonly Row[]): string | null {
  if (row.type === 'combo') return 'combo';
  return variants.length === 0 && idsOf(row.attribute_line_ids).length > 0 ? 'configurable' : null;
}

const codeOf = (code: unknown): string | null => withoutMark(text(code));

const priceIn =
  ({ price }: Decimals) =>
  (value: unknown, field: string): Decimal | null =>
    noneForZero(decimalOf(value, field, { decimals: price }));

const weightIn =
  ({ weight }: Decimals) =>
  (value: unknown, field: string): Decimal | null =>
    noneForZero(decimalOf(value, field, { kind: 'quantity', decimals: weight }));

const noneForZero = (decimal: Decimal | null): Decimal | null => (decimal === '0' ? null : decimal);

function variationsOf({ variants, options, decimals }: TemplateParts, active: boolean) {
  const offered = new Map<string, Set<string>>();
  const variations = variants.map((variant): CanonicalVariation => {
    const chosen = idsOf(variant.product_template_attribute_value_ids).flatMap((id) => options.get(id) ?? []);
    chosen.sort((a, b) => compare(a.attribute, b.attribute));
    for (const { attribute, option } of chosen) {
      offered.set(attribute, (offered.get(attribute) ?? new Set()).add(option));
    }
    const of = membersOf(variant);
    return known({
      sku: of('default_code', codeOf),
      barcode: of('barcode', text),
      // Archiving a template archives all its variants, so `active` of a single one means nothing then.
      active: active ? of('active', isActive) : undefined,
      price: of('lst_price', priceIn(decimals)),
      weight: of('weight', weightIn(decimals)),
      options: Object.fromEntries(chosen.map(({ attribute, option }) => [attribute, option])),
    });
  });
  const order = (variation: CanonicalVariation) => `${variation.sku ?? ''}\u0000${optionsKey(variation.options)}`;
  return {
    attributes: [...offered]
      .map(([name, found]) => ({ name, options: inOrder(found, name, options) }))
      .sort((a, b) => compare(a.name, b.name)),
    variations: variations.sort((a, b) => compare(order(a), order(b))),
  };
}

/** In the order of the template's list. */
function inOrder(found: ReadonlySet<string>, name: string, options: TemplateParts['options']): string[] {
  const listed = [...options.values()].filter(({ attribute, option }) => attribute === name && found.has(option));
  return [...new Set(listed.map(({ option }) => option))];
}

export function optionFrom(row: Row, decimals: Decimals): TemplateOption {
  return {
    id: idOf(row.id) ?? 0,
    templateId: idOf(row.product_tmpl_id) ?? 0,
    attributeId: idOf(row.attribute_id) ?? 0,
    attribute: labelOf(row.attribute_id) ?? '',
    option: text(row.name) ?? '',
    // Read when it is used, so that what is no number is a problem of that template alone.
    get extra() {
      return decimalOf(row.price_extra, 'price_extra', { decimals: decimals.price });
    },
  };
}

/**
 * The values of a create (`paths` null), or of an update that writes only the `paths`. `plain`: without variations, so that code,
 * price and so on belong to the template. Throws ItemRefused when a create has no name.
 */
export function templateValues(data: CanonicalProduct, paths: readonly string[] | null, plain: boolean): Values {
  const values: Record<string, unknown> = {};
  const put = (member: keyof CanonicalProduct, field: string, empty: false | 0) => {
    const value = data[member];
    if (value === undefined || !changes(paths, member)) return;
    values[field] = empty === 0 ? floatOf(value as Decimal | null, member) : orFalse(value);
  };
  if (changes(paths, 'name')) {
    if (!data.name && (paths === null || data.name !== undefined)) {
      throw new ItemRefused('name_required', 'Odoo requires a name for a product.');
    }
    put('name', 'name', false);
  }
  put('short_description', 'description_sale', false);
  if (data.active !== undefined && changes(paths, 'active')) values.active = data.active;
  if (!plain) return values;
  put('sku', 'default_code', false);
  put('barcode', 'barcode', false);
  put('price', 'list_price', 0);
  put('cost', 'standard_price', 0);
  put('weight', 'weight', 0);
  return values;
}

/** The values of one variant, without its price, which comes from its options. */
export function variantValues({ sku, barcode, weight, active }: CanonicalVariation): Values {
  return {
    ...(sku !== undefined && { default_code: orFalse(sku) }),
    ...(barcode !== undefined && { barcode: orFalse(barcode) }),
    ...(weight !== undefined && { weight: floatOf(weight, 'weight', 'quantity') }),
    ...(active !== undefined && { active }),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
