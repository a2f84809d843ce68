import type { Row } from '../api/odoo-api.types.ts';
import type { FieldInfos, OdooClient } from '../client/odoo.client.ts';
import { idsOf } from '../client/odoo.values.ts';
import { OPTION_FIELDS, optionFrom, TEMPLATE_FIELDS, VARIANT_FIELDS } from './product.mapping.ts';
import type { Decimals, TemplateOption } from './variant.types.ts';

export interface ProductParts {
  readonly variants: readonly Row[];
  /** In the order of the templates' own lists. */
  readonly options: ReadonlyMap<number, TemplateOption>;
}

export type ProductPartsReader = ReturnType<typeof productPartsReader>;

/**
 * Reads the variants and the options of a page of templates, in one call each. Reads options only when a variant has some, unless all
 * that are offered are needed: an attribute may offer options of which Odoo makes variants later.
 */
export function productPartsReader(client: OdooClient) {
  const templateInfos = (signal: AbortSignal): Promise<FieldInfos> =>
    client.fields('product.template', TEMPLATE_FIELDS, signal);

  const decimals = async (signal: AbortSignal): Promise<Decimals> => {
    const infos = await templateInfos(signal);
    const of = (field: string) => infos.get(field)?.decimals ?? null;
    return { price: of('list_price'), weight: of('weight') };
  };

  const read = async (templateIds: readonly number[], signal: AbortSignal, offered = false): Promise<ProductParts> => {
    const infos = await client.fields('product.product', VARIANT_FIELDS, signal);
    const fields = VARIANT_FIELDS.filter((name) => infos.has(name));
    const mine = [['product_tmpl_id', 'in', templateIds]];
    const variants = await client.searchRead('product.product', { domain: mine, fields }, signal);
    const some = variants.some((row) => idsOf(row.product_template_attribute_value_ids).length > 0);
    if (!some && !offered) return { variants, options: new Map() };
    const search = { domain: mine, fields: OPTION_FIELDS };
    const rows = await client.searchRead('product.template.attribute.value', search, signal);
    const places = await decimals(signal);
    return { variants, options: new Map(rows.map((row) => [Number(row.id), optionFrom(row, places)])) };
  };

  return { read, decimals, templateInfos };
}
