import { ConnectorError } from '../../contract/connector.error.ts';
import { idOf, recordOf } from '../mapping/raw.reader.ts';
import { encodeTerm, escaped, nameOf } from '../mapping/shop.values.ts';
import { readListing } from '../pagination/listing.reader.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Raw } from '../shop/shop.client.ts';
import type { ShopProblem } from '../shop/shop.response.ts';

/** The ids of categories by name. Reads them once a session, since a shop has few, and creates those that are missing. */
export class CategoryCache {
  readonly #shop: Shop;
  #ids: Map<string, number> | null = null;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /** Leaves out names that the shop does not accept. When several categories share a name, the oldest counts. */
  async idsOf(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    if (names.length === 0) return new Map();
    this.#ids ??= await this.#readAll(signal);
    const missing = [...new Set(names)].filter((name) => !this.#ids?.has(name));
    for (const name of missing) await this.#create(name, signal);
    return this.#ids;
  }

  async #readAll(signal: AbortSignal): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    const visit = (rows: readonly Raw[]) => {
      for (const row of rows) {
        const [id, name] = [idOf(row), nameOf(row.name)];
        if (id !== null && name !== null && !ids.has(name)) ids.set(name, id);
      }
      return false;
    };
    // One that no list shows is found when it is to be made: the shop refuses that, and says its id.
    const listing = { path: '/products/categories', params: { _fields: 'id,name' }, passesOverHidden: true };
    await readListing(this.#shop.client, listing, visit, signal);
    return ids;
  }

  /** Idempotent: the shop refuses a second category with the same name and parent, and says which one has it. */
  async #create(name: string, signal: AbortSignal): Promise<void> {
    const body = { name: escaped(encodeTerm(name)) };
    const request = { method: 'POST', path: '/products/categories', body, idempotent: true } as const;
    try {
      const made = recordOf(await this.#shop.client.send(request, signal));
      const id = idOf(made);
      if (id !== null && nameOf(made.name) === name) this.#ids?.set(name, id);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== 'rejected') throw error;
      // Somebody created it meanwhile, or no list shows it. A name that the shop does not accept stays missing.
      const id = idOf({ id: (error.cause as ShopProblem | null)?.resourceId });
      if (id !== null) this.#ids?.set(name, id);
    }
  }
}
