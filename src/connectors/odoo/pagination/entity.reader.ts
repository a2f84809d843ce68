import { contradiction, FetchBound } from '../../border/fetch.bound.ts';
import { shownValue } from '../../border/shown.value.ts';
import { isTooLarge, oversized } from '../../border/smaller.parts.ts';
import { deepPath, tooDeep } from '../../border/storable.value.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { ExternalItem, IdPage, Page, ReadPosition, ReadQuery } from '../../contract/connector.types.ts';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { odooTime, text } from '../client/odoo.values.ts';
import { allOf, anyOf, domainOf } from '../client/search.domain.ts';
import type { OdooEntity } from '../odoo.entity.ts';
import { hiddenAmong } from './hidden.records.ts';
import * as cursors from './page.cursor.ts';

/** The largest page, whatever size the caller requests. */
const MAX_ROWS = 1000;

/** A page of a search. */
interface PageOf {
  readonly order: string;
  readonly limit: number;
}

const ALL: ReadQuery = { mode: 'full', since: null, filters: {} };

/** A field of Odoo is a value or a list of ids. */
const MAX_ROW_DEPTH = 16;

/** The item for a row that is nested without end; null for any other row. */
function brokenRow(row: Row): ExternalItem | null {
  const path = deepPath(row, MAX_ROW_DEPTH);
  if (!path) return null;
  return { external_id: String(row.id), data: null, problem: tooDeep(path, MAX_ROW_DEPTH), raw: shownValue(row) };
}

/** A database that was restored gives ids away again, and never with the same time of creation. */
function withBirth(item: ExternalItem, created: ReadonlyMap<string, string | null>): ExternalItem {
  const born = created.get(item.external_id);
  return born ? { ...item, born } : item;
}

/** Reads an entity page by page. A page depends on its cursor alone. */
export class EntityReader {
  readonly #client: OdooClient;
  readonly #entity: OdooEntity;

  constructor(client: OdooClient, entity: OdooEntity) {
    this.#client = client;
    this.#entity = entity;
  }

  async count(query: ReadQuery, signal: AbortSignal): Promise<number | null> {
    const since = cursors.sinceOf(query);
    // Counting the entities whose parts changed would take as long as reading them.
    if (since !== null && (await this.#entity.parts(signal)).length > 0) return null;
    const domain = await this.#domain(query, signal);
    const changed = since === null ? [] : cursors.pageQuery(this.#changesFrom(since, null, null)).domain;
    return this.#client.searchCount(this.#entity.model, allOf(domain, changed), signal);
  }

  async read(query: ReadQuery, { cursor, pageSize }: ReadPosition, signal: AbortSignal): Promise<Page> {
    const at = cursor === null ? await this.#start(query, signal) : cursors.parseCursor(cursor);
    if (at === null) throw new ConnectorError('rejected', 'This is not a cursor of the Odoo connector.');
    const limit = Math.min(Math.max(1, pageSize), MAX_ROWS);
    const base = await this.#base(at, query, signal);
    const { domain, order } = cursors.pageQuery(at);
    const load = (most: number) => this.#load(allOf(base, domain), { order, limit: most }, signal);
    const { rows, items, following } = await this.#next(at, base, { limit, load }, signal);
    const next = following ?? (await this.#partsAfter(at, query, signal));
    const watermark = cursors.watermarkOf(at.began, cursors.sinceOf(query));
    return {
      items,
      rows: rows.length,
      next: next && { ...next },
      total: at.total,
      ...(next === null && { watermark }),
    };
  }

  async readIds({ cursor, pageSize }: ReadPosition, signal: AbortSignal): Promise<IdPage> {
    const base = await this.#domain(ALL, signal);
    const at = cursor === null ? await this.#startOfIds(signal) : cursors.parseCursor(cursor);
    if (at === null) throw new ConnectorError('rejected', 'This is not a cursor of the Odoo connector.');
    const limit = Math.min(Math.max(1, pageSize * 10), MAX_ROWS);
    const { domain, order } = cursors.pageQuery(at);
    const load = async (most: number) => {
      const search = { domain: allOf(base, domain), fields: ['id'], order, limit: most };
      return { rows: await this.#client.searchRead(this.#entity.model, search, signal) };
    };
    const { rows, following } = await this.#next(at, base, { limit, load }, signal);
    return { ids: rows.map(({ id }) => String(id)), next: following && { ...following }, total: at.total };
  }

  /** The page at the cursor, and what follows it. A page without rows, while Odoo counts some, is asked for again in smaller parts. */
  async #next<P extends { readonly rows: readonly Row[] }>(
    at: cursors.PageCursor,
    base: Domain,
    { limit, load }: { readonly limit: number; readonly load: (most: number) => Promise<P> },
    signal: AbortSignal,
  ): Promise<P & { readonly following: cursors.PageCursor | null }> {
    const list = `Odoo's list of ${this.#entity.model}`;
    const bound = new FetchBound(list);
    for (let most = limit; ; most = Math.max(1, Math.floor(most / 2))) {
      const page = await load(most);
      const { rows } = page;
      if (rows.length < most && !(await this.#hasMore(at, base, rows, signal))) {
        return { ...page, following: cursors.cursorAtEnd(at) };
      }
      bound.fetched(rows.length);
      if (rows.length === 0) continue;
      const following = cursors.cursorAfter(at, rows);
      // The server did not look at the conditions of the search, so each page would be this one.
      if (!cursors.isBehind(at, following)) throw contradiction(list, 1);
      return { ...page, following };
    }
  }

  async #hasMore(at: cursors.PageCursor, base: Domain, rows: readonly Row[], signal: AbortSignal): Promise<boolean> {
    const { domain, seen } = cursors.restOf(at, rows);
    return (await this.#client.searchCount(this.#entity.model, allOf(base, domain), signal)) > seen;
  }

  async #startOfIds(signal: AbortSignal): Promise<cursors.PageCursor> {
    return cursors.fullCursor({ began: null, total: await this.count(ALL, signal) });
  }

  /** Leaves out ids of which Odoo says that it has none. What a record rule or a company hides is an item with a problem. */
  async readByIds(ids: readonly number[], signal: AbortSignal): Promise<ExternalItem[]> {
    const { items } = await this.#load([['id', 'in', ids]], {}, signal);
    const found = new Set(items.map(({ external_id }) => external_id));
    const missing = ids.filter((id) => !found.has(String(id)));
    return [...items, ...(await hiddenAmong(this.#client, this.#entity.model, missing, signal))];
  }

  async #start(query: ReadQuery, signal: AbortSignal): Promise<cursors.PageCursor> {
    const total = await this.count(query, signal);
    const began = await this.#began(signal);
    const since = cursors.sinceOf(query);
    return since === null ? cursors.fullCursor({ began, total }) : this.#changesFrom(since, began, total);
  }

  #changesFrom(since: string, began: string | null, total: number | null): cursors.ChangesCursor {
    return cursors.changesCursor(since, this.#client.settings.overlapMinutes * 60, { began, total });
  }

  /**
   * The newest time of change when the read begins, by the database's own clock. The server's Date limits it, since a row that was
   * imported with a time in the future would move the watermark past changes that are still to come.
   */
  async #began(signal: AbortSignal): Promise<string | null> {
    const parts = await this.#entity.parts(signal);
    const models = [this.#entity.model, ...parts.map(({ model }) => model)];
    const times = await Promise.all(models.map((model) => this.newest(model, signal)));
    const newest = times
      .filter((time) => time !== null)
      .sort()
      .at(-1);
    const now = odooTime((await this.#client.api(signal)).serverTime());
    return newest === undefined ? null : now !== null && now < newest ? now : newest;
  }

  async newest(model: string, signal: AbortSignal): Promise<string | null> {
    const search = { domain: [], fields: ['write_date'], order: 'write_date desc, id desc', limit: 1 };
    const [row] = await this.#client.searchRead(model, search, signal);
    return text(row?.write_date);
  }

  /** What the pages of the cursor have in common. */
  async #base(at: cursors.PageCursor, query: ReadQuery, signal: AbortSignal): Promise<Domain> {
    const base = await this.#domain(query, signal);
    if (at.mode !== 'parts') return base;
    const parts = await this.#entity.parts(signal);
    return allOf(base, anyOf(parts.map(({ path }) => [`${path}.write_date`, '>=', at.from])));
  }

  /** After the changed records come the records of which only a part has changed. */
  async #partsAfter(
    at: cursors.PageCursor,
    query: ReadQuery,
    signal: AbortSignal,
  ): Promise<cursors.PartsCursor | null> {
    const since = cursors.sinceOf(query);
    if (at.mode !== 'changes' || since === null || (await this.#entity.parts(signal)).length === 0) return null;
    const { began, total } = at;
    return cursors.partsCursor(since, this.#client.settings.overlapMinutes * 60, { began, total });
  }

  /** One record that is too large by itself is passed over: it is an item with a problem. */
  async #load(domain: Domain, page: PageOf | Record<string, never>, signal: AbortSignal) {
    try {
      return await this.#rows(domain, page, signal);
    } catch (error) {
      if (!isTooLarge(error) || page.limit !== 1) throw error;
      const search = { domain, fields: ['write_date'], ...page };
      const rows = await this.#client.searchRead(this.#entity.model, search, signal);
      return { rows, items: rows.map((row) => oversized(String(row.id), error)) };
    }
  }

  async #rows(domain: Domain, page: PageOf | Record<string, never>, signal: AbortSignal) {
    const fields = [...(await this.#entity.fields(signal)), 'create_date', 'write_date'];
    const rows: Row[] = await this.#client.searchRead(this.#entity.model, { domain, fields, ...page }, signal);
    const broken = rows.flatMap((row) => brokenRow(row) ?? []);
    const ids = new Set(broken.map(({ external_id }) => external_id));
    const sound = broken.length === 0 ? rows : rows.filter((row) => !ids.has(String(row.id)));
    const created = new Map(rows.map((row) => [String(row.id), text(row.create_date)]));
    const items = (await this.#entity.toItems(sound, signal)).map((item) => withBirth(item, created));
    return { rows, items: [...broken, ...items] };
  }

  #domain(query: ReadQuery, signal: AbortSignal): Promise<Domain> {
    return domainOf(this.#entity, query, signal);
  }
}
