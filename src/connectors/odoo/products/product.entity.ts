import { readItem } from '../../border/exact.value.ts';
import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { Candidate, ExternalItem, Match } from '../../contract/connector.types.ts';
import type { Domain, Row, Values } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { madeFor, markOf, marksIn } from '../client/odoo.marker.ts';
import { idOf } from '../client/odoo.values.ts';
import { allOf, anyOf, escapeLike } from '../client/search.domain.ts';
import {
  archivedOf,
  type CreateOperation,
  type OdooEntity,
  type Part,
  type Prepared,
  prepareEach,
  type UpdateOperation,
} from '../odoo.entity.ts';
import { productFromTemplate, TEMPLATE_FIELDS, templateValues } from './product.mapping.ts';
import { assignTemplates, type ProductTraits, traitsOf } from './product.matching.ts';
import { type ProductPartsReader, productPartsReader } from './product-parts.reader.ts';
import { VariantWriter } from './variant.writer.ts';

const MODEL = 'product.template';
const VARIANT = 'product.product';

/** A variant, its extra price, and the names of attributes and options. */
const PARTS: readonly Part[] = [
  { model: VARIANT, path: 'product_variant_ids', fields: ['product_tmpl_id'] },
  {
    model: 'product.template.attribute.value',
    path: 'attribute_line_ids.product_template_value_ids',
    fields: ['price_extra'],
  },
  { model: 'product.attribute.value', path: 'attribute_line_ids.value_ids', fields: ['name'] },
  { model: 'product.attribute', path: 'attribute_line_ids.attribute_id', fields: ['name'] },
];

export class ProductEntity implements OdooEntity {
  readonly type = 'product';
  readonly model = MODEL;
  readonly removal = { active: false };
  readonly #client: OdooClient;
  readonly #parts: ProductPartsReader;
  readonly #variants: VariantWriter;

  constructor(client: OdooClient) {
    this.#client = client;
    this.#parts = productPartsReader(client);
    this.#variants = new VariantWriter(client);
  }

  async parts(): Promise<readonly Part[]> {
    return PARTS;
  }

  async domain(): Promise<Domain> {
    return this.#client.settings.productDomain;
  }

  async fields(signal: AbortSignal): Promise<readonly string[]> {
    const infos = await this.#parts.templateInfos(signal);
    return TEMPLATE_FIELDS.filter((name) => infos.has(name));
  }

  async toItems(rows: readonly Row[], signal: AbortSignal): Promise<ExternalItem[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => Number(id));
    const { variants, options } = await this.#parts.read(ids, signal);
    const decimals = await this.#parts.decimals(signal);
    const byTemplate = Map.groupBy(variants, (row) => idOf(row.product_tmpl_id));
    const offered = Map.groupBy(options.values(), ({ templateId }) => templateId);
    return rows.map((row) => {
      const id = Number(row.id);
      const own = new Map(offered.get(id)?.map((option) => [option.id, option]));
      const parts = { variants: byTemplate.get(id) ?? [], options: own, decimals };
      return { ...readItem(String(id), row, () => productFromTemplate(row, parts)), ...archivedOf(row) };
    });
  }

  async findMatches(candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    const traits = candidates.map(traitsOf);
    const assigned = assignTemplates(
      traits,
      await this.#byCode(traits, signal),
      await this.#byNotes(traits, signal),
      await this.#byName(traits, signal),
    );
    const ids = [...new Set(assigned.flat().map(({ id }) => id))];
    if (ids.length === 0) return candidates.map(() => []);
    const fields = [...(await this.fields(signal)), 'description'];
    const search = (domain: Domain) => this.#client.searchRead(MODEL, { domain, fields }, signal);
    const marked = new Set(assigned.flat().flatMap((found) => (found.marked ? found.id : [])));
    const rows = [
      ...(await search(allOf(await this.domain(), [['id', 'in', ids.filter((id) => !marked.has(id))]]))),
      ...(marked.size > 0 ? await search([['id', 'in', [...marked]]]) : []),
    ];
    const items = new Map((await this.toItems(rows, signal)).map((item) => [item.external_id, item]));
    const notes = new Map(rows.map((row) => [Number(row.id), marksIn(row.description)]));
    return assigned.map((found, index) =>
      found.flatMap(({ id, codes, namesake }): Match[] => {
        const item = items.get(String(id));
        const made = madeFor(candidates[index]?.key ?? '', [...codes, ...(notes.get(id) ?? [])]);
        return item ? [{ ...item, ...made, ...(namesake && { namesake }) }] : [];
      }),
    );
  }

  async prepareCreates(operations: readonly CreateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    await this.#variants.ensureAttributes(
      operations.map(({ data }) => (data as CanonicalProduct).variations ?? []),
      signal,
    );
    return prepareEach(operations, ({ data, key }) => {
      const product = data as CanonicalProduct;
      const variations = product.variations ?? [];
      const plain = variations.length === 0;
      const values = templateValues(product, null, plain);
      const noted = { ...values, description: `<p>${markOf(key)}</p>` };
      if (plain) return { values: values.default_code ? noted : { ...values, default_code: markOf(key) } };
      this.#variants.refuseUnusable(variations);
      return {
        values: { ...noted, ...this.#variants.templateValues(variations) },
        after: (id, during) => this.#variants.reconcile(id, variations, during),
        undo: (id, during) => this.#unlink(id, during),
      };
    });
  }

  async prepareUpdates(operations: readonly UpdateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    await this.#variants.ensureAttributes(
      operations.filter(writesVariants).map(({ data }) => (data as CanonicalProduct).variations ?? []),
      signal,
    );
    return prepareEach(operations, (operation) => {
      const { data, current, changes: paths } = operation;
      const product = data as CanonicalProduct;
      const before = (current as CanonicalProduct).variations ?? [];
      const variations = product.variations ?? before;
      const plain = variations.length === 0;
      const values = templateValues(product, paths, plain);
      if (!writesVariants(operation)) return { values };
      if (!plain) this.#variants.refuseUnusable(variations);
      const former = templateValues(current as CanonicalProduct, paths, before.length === 0);
      return {
        values,
        after: async (id, during) => {
          await this.#variants.reconcile(id, variations, during);
          if (plain && before.length > 0) await this.#becomePlain(id, templateValues(product, null, true), during);
        },
        undo: async (id, during) => {
          await this.#variants.reconcile(id, before, during);
          await this.#client.write(MODEL, [id], former, during);
        },
      };
    });
  }

  restore(ids: readonly number[], signal: AbortSignal): Promise<void> {
    return this.#client.write(MODEL, ids, { active: true }, signal);
  }

  /** After the options are removed, the remaining variant does not have the template's values yet. */
  async #becomePlain(id: number, values: Values, signal: AbortSignal): Promise<void> {
    await this.#client.write(MODEL, [id], values, signal);
  }

  async #unlink(id: number, signal: AbortSignal): Promise<void> {
    await this.#client.call(MODEL, 'unlink', { ids: [id] }, { idempotent: true, signal });
  }

  #byCode(traits: readonly ProductTraits[], signal: AbortSignal): Promise<Row[]> {
    const codes = [...new Set(traits.flatMap((trait) => [...trait.codes]))];
    const barcodes = [...new Set(traits.flatMap((trait) => [...trait.barcodes]))];
    const terms = [['default_code', 'in', codes], ...(barcodes.length > 0 ? [['barcode', 'in', barcodes]] : [])];
    const fields = ['product_tmpl_id', 'default_code', 'barcode'];
    return this.#client.searchRead(VARIANT, { domain: anyOf(terms), fields }, signal);
  }

  async #byNotes(traits: readonly ProductTraits[], signal: AbortSignal): Promise<Row[]> {
    const terms = traits.filter(({ inNotes }) => inNotes).map(({ mark }) => ['description', 'ilike', mark]);
    if (terms.length === 0) return [];
    return this.#client.searchRead(MODEL, { domain: anyOf(terms), fields: ['description'] }, signal);
  }

  async #byName(traits: readonly ProductTraits[], signal: AbortSignal): Promise<Row[]> {
    const names = new Set(traits.flatMap(({ name }) => name ?? []));
    if (names.size === 0) return [];
    const terms = [...names].map((name) => ['name', '=ilike', escapeLike(name)]);
    return this.#client.searchRead(MODEL, { domain: anyOf(terms), fields: ['name'] }, signal);
  }
}

function writesVariants({ changes: paths, restores, data, current }: UpdateOperation): boolean {
  const { variations = (current as CanonicalProduct).variations ?? [] } = data as CanonicalProduct;
  // A template that comes back brings all its variants with it, also those that were archived before.
  const bringsVariants = restores === true && variations.length > 0;
  return changes(paths, 'variations') || changes(paths, 'attributes') || bringsVariants;
}
