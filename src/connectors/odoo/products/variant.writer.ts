import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalVariation } from '../../canonical/canonical.types.ts';
import { OdooFault } from '../api/odoo.fault.ts';
import type { Row, Values } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { floatOf, idOf, idsOf } from '../client/odoo.values.ts';
import { AttributeCache, type WantedAttributes } from './attribute.cache.ts';
import { variantValues } from './product.mapping.ts';
import { type ProductPartsReader, productPartsReader } from './product-parts.reader.ts';
import {
  chosen,
  differing,
  holdsPrices,
  isHeld,
  modelOf,
  optionIds,
  refuseOpenOptions,
  sameIds,
  wantedAttributes,
} from './variant.plan.ts';
import { optionName, type PriceModel } from './variant.prices.ts';
import { optionsKey, type TemplateOption } from './variant.types.ts';

const TEMPLATE = 'product.template';
const VARIANT = 'product.product';
const LINE = 'product.template.attribute.line';
const OPTION = 'product.template.attribute.value';

/**
 * Makes a template's variants equal to the wanted ones. Odoo creates every combination of the options, or none; this creates those that
 * are missing and removes the others.
 */
export class VariantWriter {
  readonly #client: OdooClient;
  readonly #attributes: AttributeCache;
  readonly #parts: ProductPartsReader;

  constructor(client: OdooClient) {
    this.#client = client;
    this.#attributes = new AttributeCache(client);
    this.#parts = productPartsReader(client);
  }

  /** In a few calls for all products of a batch; for none that Odoo cannot hold anyway. */
  ensureAttributes(products: readonly (readonly CanonicalVariation[])[], signal: AbortSignal): Promise<void> {
    const all = new Map<string, Set<string>>();
    const sound = products.filter((variations) => isHeld(variations));
    for (const [name, options] of sound.flatMap((variations) => [...wantedAttributes(variations)])) {
      all.set(name, new Set([...(all.get(name) ?? []), ...options]));
    }
    return this.#attributes.ensure(all, signal);
  }

  /** Throws ItemRefused when Odoo cannot hold these variations, so that nothing of them is written. */
  refuseUnusable(variations: readonly CanonicalVariation[]): void {
    refuseOpenOptions(variations);
    modelOf(variations);
    const name = [...wantedAttributes(variations).keys()].find((wanted) => !this.#attributes.makesVariants(wanted));
    if (name === undefined) return;
    throw new ItemRefused(
      'variation_options',
      `The attribute ${name} of Odoo makes no variants ("Never" is its way of creating them), so no variations can differ by it.`,
    );
  }

  /** The values of a new template. Call `ensureAttributes` first. */
  templateValues(variations: readonly CanonicalVariation[]): Values {
    const wanted = wantedAttributes(variations);
    return {
      list_price: floatOf(modelOf(variations).base, 'price'),
      attribute_line_ids: [...wanted].map(([name, options]) => [0, 0, this.#lineValues(name, options)]),
    };
  }

  /** Writes attribute lines, then prices, then variants; only those that differ. */
  async reconcile(templateId: number, variations: readonly CanonicalVariation[], signal: AbortSignal): Promise<void> {
    const wanted = wantedAttributes(variations);
    const model = modelOf(variations);
    await this.#attributes.ensure(wanted, signal);
    await this.#writeLines(templateId, wanted, signal);
    const { options: all, variants } = await this.#parts.read([templateId], signal, true);
    if (variations.length === 0) return;
    const options = this.#withoutNamesakes(all, wanted);
    if (!holdsPrices(variations, { options, variants }, (await this.#parts.decimals(signal)).price))
      await this.#writePrices(templateId, model, [...options.values()], signal);
    await this.#writeVariants(templateId, variations, { options, variants }, signal);
  }

  /** Without those of an attribute that is called as a wanted one and is another: the template may have one that makes no variants. */
  #withoutNamesakes(options: ReadonlyMap<number, TemplateOption>, wanted: WantedAttributes) {
    const isOwn = ({ attribute, attributeId }: TemplateOption) =>
      !wanted.has(attribute) || attributeId === this.#attributes.attributeId(attribute);
    return new Map([...options].filter(([, option]) => isOwn(option)));
  }

  #lineValues(name: string, options: ReadonlySet<string>): Values {
    return {
      attribute_id: this.#attributes.attributeId(name),
      value_ids: [[6, 0, this.#attributes.valueIds(name, options)]],
    };
  }

  async #writeLines(templateId: number, wanted: WantedAttributes, signal: AbortSignal): Promise<void> {
    // Odoo keeps a line of variants that were sold, archived, and brings it back when it is asked to make one of the attribute.
    const domain = [
      ['product_tmpl_id', '=', templateId],
      ['active', '=', true],
    ];
    const lines = await this.#client.searchRead(LINE, { domain, fields: ['attribute_id', 'value_ids'] }, signal);
    const commands: unknown[] = [];
    const kept = new Set<number>();
    for (const [name, options] of wanted) {
      const line = lines.find((row) => idOf(row.attribute_id) === this.#attributes.attributeId(name));
      if (line) kept.add(Number(line.id));
      const ids = this.#attributes.valueIds(name, options);
      if (!line) commands.push([0, 0, this.#lineValues(name, options)]);
      else if (!sameIds(idsOf(line.value_ids), ids)) commands.push([1, line.id, { value_ids: [[6, 0, ids]] }]);
    }
    const others = lines.filter(({ id }) => !kept.has(Number(id)));
    const ids = others.flatMap((line) => idOf(line.attribute_id) ?? []);
    const staying = await this.#attributes.withoutVariants(ids, signal);
    commands.push(...others.filter((line) => !staying.has(idOf(line.attribute_id) ?? 0)).map(({ id }) => [2, id]));
    if (commands.length > 0) {
      await this.#client.write(TEMPLATE, [templateId], { attribute_line_ids: commands }, signal, true);
    }
  }

  async #writePrices(
    templateId: number,
    { base, extras }: PriceModel,
    options: readonly TemplateOption[],
    signal: AbortSignal,
  ): Promise<void> {
    if (extras.size === 0) return;
    await this.#client.write(TEMPLATE, [templateId], { list_price: floatOf(base, 'price') }, signal);
    for (const { id, attribute, option, extra } of options) {
      const wanted = extras.get(optionName(attribute, option));
      if (wanted === undefined || wanted === extra) continue;
      await this.#client.write(OPTION, [id], { price_extra: floatOf(wanted, 'price') }, signal);
    }
  }

  async #writeVariants(
    templateId: number,
    variations: readonly CanonicalVariation[],
    parts: { options: ReadonlyMap<number, TemplateOption>; variants: readonly Row[] },
    signal: AbortSignal,
  ): Promise<void> {
    const present = new Map(parts.variants.map((row) => [optionsKey(chosen(row, parts.options)), row]));
    const missing: Values[] = [];
    for (const variation of variations) {
      const key = optionsKey(variation.options);
      const row = present.get(key);
      present.delete(key);
      const values = variantValues(variation);
      if (!row) {
        missing.push({ product_tmpl_id: templateId, ...values, ...optionIds(variation, parts.options) });
        continue;
      }
      const other = differing(row, values);
      if (Object.keys(other).length > 0) await this.#client.write(VARIANT, [Number(row.id)], other, signal);
    }
    if (missing.length > 0) await this.#client.create(VARIANT, missing, signal);
    for (const row of present.values()) await this.#removeVariant(row, signal);
  }

  /** Deletes the variant when nothing refers to it, otherwise archives it. */
  async #removeVariant(row: Row, signal: AbortSignal): Promise<void> {
    const ids = [Number(row.id)];
    // Odoo deletes the product with its last variant, and would count no archived one.
    const context = { active_test: false };
    try {
      await this.#client.call(VARIANT, 'unlink', { ids, context }, { idempotent: true, signal });
    } catch (error) {
      if (!(error instanceof OdooFault) || error.kind === 'unavailable') throw error;
      if (error.errorClass !== 'missing' && row.active !== false) {
        await this.#client.write(VARIANT, ids, { active: false }, signal);
      }
    }
  }
}
