import type { Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { idOf, text } from '../client/odoo.values.ts';

/** The needed options by attribute name. */
export type WantedAttributes = ReadonlyMap<string, ReadonlySet<string>>;

/** The ids of attributes and their values by name, which all templates of a server share. Creates those that are missing. */
export class AttributeCache {
  readonly #client: OdooClient;
  readonly #attributes = new Map<string, number>();
  readonly #values = new Map<string, number>();

  constructor(client: OdooClient) {
    this.#client = client;
  }

  attributeId(name: string): number | null {
    return this.#attributes.get(name) ?? null;
  }

  valueIds(attribute: string, options: Iterable<string>): number[] {
    return [...options].flatMap((option) => this.#values.get(JSON.stringify([attribute, option])) ?? []);
  }

  /** Reads or creates every wanted attribute and option, so that each has an id. */
  async ensure(wanted: WantedAttributes, signal: AbortSignal): Promise<void> {
    const missing = [...wanted].filter(
      ([name, options]) => !this.#attributes.has(name) || this.valueIds(name, options).length < options.size,
    );
    if (missing.length === 0) return;
    await this.#ensureAttributes(
      missing.map(([name]) => name),
      signal,
    );
    await this.#ensureValues(missing, signal);
  }

  async #ensureAttributes(names: readonly string[], signal: AbortSignal): Promise<void> {
    const model = 'product.attribute';
    const found = await this.#client.searchRead(model, { domain: [['name', 'in', names]], fields: ['name'] }, signal);
    for (const row of found) this.#remember(this.#attributes, text(row.name) ?? '', row);
    const missing = names.filter((name) => !this.#attributes.has(name));
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
