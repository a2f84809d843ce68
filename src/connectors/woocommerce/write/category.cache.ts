import { FetchBound } from '../../border/fetch.bound.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import { idOf } from '../mapping/raw.reader.ts';
import { encodeTitle, nameOf } from '../mapping/shop.values.ts';
import type { Shop } from '../read/shop.context.ts';

const PAGE = 100;

/** The ids of categories by name. Reads them once a session, since a shop has few, and creates those that are missing. */
export class CategoryCache {
  readonly #shop: Shop;
  #ids: Map<string, number> | null = null;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /** Covers at least the given names. When several categories share a name, the oldest counts. */
  async idsOf(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    if (names.length === 0) return new Map();
    this.#ids ??= await this.#readAll(signal);
    const missing = [...new Set(names)].filter((name) => !this.#ids?.has(name));
    for (const name of missing) await this.#create(name, signal);
    return this.#ids;
  }

  async #readAll(signal: AbortSignal): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    const bound = new FetchBound("The shop's list of categories");
    for (let offset = 0; ; offset += PAGE) {
      const params = { orderby: 'id', order: 'asc', per_page: PAGE, offset, _fields: 'id,name' };
      const { rows, total } = await this.#shop.client.list('/products/categories', params, signal);
      for (const row of rows) {
        const [id, name] = [idOf(row), nameOf(row.name)];
        if (id !== null && name !== null && !ids.has(name)) ids.set(name, id);
      }
      if (offset + PAGE >= total) return ids;
      bound.fetchedIds(rows.flatMap((row) => idOf(row) ?? []));
    }
  }

  /** Idempotent: the shop refuses a second category with the same name and parent. */
  async #create(name: string, signal: AbortSignal): Promise<void> {
    const body = { name: encodeTitle(name) };
    const request = { method: 'POST', path: '/products/categories', body, idempotent: true } as const;
    try {
      const id = idOf((await this.#shop.client.send(request, signal)) as Record<string, unknown>);
      if (id !== null) this.#ids?.set(name, id);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== 'rejected') throw error;
      // Somebody created it meanwhile, or the shop does not accept the name. In that case the product gets no such category.
      this.#ids = await this.#readAll(signal);
    }
  }
}
