import type { Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { idOf, text } from '../client/odoo.values.ts';

/** The needed options by attribute name. */
export type WantedAttributes = ReadonlyMap<string, ReadonlySet<string>>;

/** How an attribute makes variants: at once (`always`), each when it is asked for (`dynamic`), or not at all (`no_variant`). */
const MODE = 'create_variant';

const isOfVariants = (row: Row): boolean => row[MODE] !== 'no_variant';

/** The ids of attributes and their values by name, which all templates of a server share. Creates those that are missing. */
export class AttributeCache {
  readonly #client: OdooClient;
  readonly #attributes = new Map<string, number>();
  /** Names of attributes that only mark order lines and make no variants. */
  readonly #withoutVariants = new Set<string>();
  readonly #values = new Map<string, number>();

  constructor(client: OdooClient) {
    this.#client = client;
  }

  attributeId(name: string): number | null {
    return this.#attributes.get(name) ?? null;
  }

  /** False when every attribute of this name is one by which no variants differ. Call `ensure` first. */
  makesVariants(name: string): boolean {
    return !this.#withoutVariants.has(name);
  }

  valueIds(attribute: string, options: Iterable<string>): number[] {
    return [...options].flatMap((option) => this.#values.get(JSON.stringify([attribute, option])) ?? []);
  }

  /** Reads or creates every wanted attribute and option, so that each has an id, but for those that make no variants. */
  async ensure(wanted: WantedAttributes, signal: AbortSignal): Promise<void> {
    const missing = [...wanted].filter(
      ([name, options]) => !this.#attributes.has(name) || this.valueIds(name, options).length < options.size,
    );
    if (missing.length === 0) return;
    await this.#ensureAttributes(
      missing.map(([name]) => name),
      signal,
    );
    const usable = missing.filter(([name]) => this.makesVariants(name));
    if (usable.length > 0) await this.#ensureValues(usable, signal);
  }

  /** Those of the attributes by which no variants differ. */
  async withoutVariants(ids: readonly number[], signal: AbortSignal): Promise<ReadonlySet<number>> {
    if (ids.length === 0) return new Set();
    const search = { domain: [['id', 'in', ids]], fields: [MODE] };
    const rows = await this.#client.searchRead('product.attribute', search, signal);
    return new Set(rows.filter((row) => !isOfVariants(row)).map(({ id }) => Number(id)));
  }

  async #ensureAttributes(names: readonly string[], signal: AbortSignal): Promise<void> {
    const model = 'product.attribute';
    const search = { domain: [['name', 'in', names]], fields: ['name', MODE] };
    const found = await this.#client.searchRead(model, search, signal);
    for (const row of found.filter(isOfVariants)) this.#remember(this.#attributes, text(row.name) ?? '', row);
    for (const { name } of found)
      if (!this.#attributes.has(text(name) ?? '')) this.#withoutVariants.add(text(name) ?? '');
    const missing = names.filter((name) => !this.#attributes.has(name) && this.makesVariants(name));
    if (missing.length === 0) return;
    const values = missing.map((name) => ({ name }));
    const ids = await this.#client.create(model, values, signal);
    for (const [i, name] of missing.entries()) this.#remember(this.#attributes, name, { id: ids[i] });
  }

  async #ensureValues(wanted: readonly (readonly [string, ReadonlySet<string>])[], signal: AbortSignal): Promise<void> {
    const model = 'product.attribute.value';
    const names = new Map(wanted.map(([name]) => [this.#attributes.get(name) ?? 0, name]));
    const search = { domain: [['attribute_id', 'in', [...names.keys()]]], fields: ['name', 'attribute_id'] };
    for (const row of await this.#client.searchRead(model, search, signal)) {
      const attribute = names.get(idOf(row.attribute_id) ?? 0) ?? '';
      this.#remember(this.#values, JSON.stringify([attribute, text(row.name)]), row);
    }
    const missing = wanted.flatMap(([name, options]) =>
      [...options]
        .filter((option) => !this.#values.has(JSON.stringify([name, option])))
        .map((option) => [name, option]),
    );
    if (missing.length === 0) return;
    const values = missing.map(([name = '', option]) => ({ name: option, attribute_id: this.attributeId(name) }));
    const ids = await this.#client.create(model, values, signal);
    for (const [i, pair] of missing.entries()) this.#remember(this.#values, JSON.stringify(pair), { id: ids[i] });
  }

  /** When several share a name, the oldest counts. */
  #remember(known: Map<string, number>, name: string, row: Row): void {
    const id = idOf(row.id);
    if (id !== null && !known.has(name)) known.set(name, id);
  }
}
