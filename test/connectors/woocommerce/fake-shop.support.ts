import type { HttpClient, HttpRequest, HttpResponse } from '../../../src/connectors/http/http.types.ts';
import type { Raw } from '../../../src/connectors/woocommerce/shop/shop.client.ts';

type Row = Record<string, unknown>;
const NEW_ORDER = { status: 'pending', total: '0', line_items: [], shipping_lines: [], fee_lines: [] };
type FakeResponse = { status: number; body: unknown; headers?: Record<string, string> };

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Row | null;
}

/**
 * For tests: as much of a shop as the connector sees, in memory, with a clock of its own. `on` may respond to a call before the shop does;
 * undefined lets it through.
 */
export class FakeShop implements HttpClient {
  readonly tables: Record<string, Row[]> = { customers: [], products: [], orders: [], 'products/categories': [] };
  readonly calls: FakeCall[] = [];
  now = Date.UTC(2026, 10, 22, 12);
  on: (call: FakeCall) => FakeResponse | undefined = () => undefined;
  #lastId = 1000;

  async send(request: HttpRequest): Promise<HttpResponse> {
    const url = new URL(request.sign?.().url ?? request.url);
    const path = url.pathname.replace('/wp-json/wc/v3/', '');
    const call: FakeCall = {
      method: request.method,
      path,
      query: url.searchParams,
      body: request.body === undefined ? null : JSON.parse(request.body),
    };
    this.calls.push(call);
    const { status, body, headers } = this.on(call) ?? this.#respond(call);
    const date = new Date(this.now).toUTCString();
    return { status, headers: { date, ...headers }, body: JSON.stringify(body) };
  }

  /** `gmt` is when it was modified, in milliseconds. */
  put(table: string, row: Raw): Row {
    const rows = this.#table(table);
    const stored = { ...row, date_modified_gmt: new Date(this.now).toISOString().slice(0, 19) };
    const at = rows.findIndex(({ id }) => id === row.id);
    if (at < 0) rows.push(stored);
    else rows[at] = { ...rows[at], ...stored };
    rows.sort((a, b) => Number(a.id) - Number(b.id));
    return at < 0 ? stored : (rows[at] as Row);
  }

  #respond(call: FakeCall): FakeResponse {
    const { method, path, query, body } = call;
    const [, table = '', id] = /^(.*?)(?:\/(\d+|batch))?$/.exec(path) ?? [];
    if (id === 'batch') return { status: 200, body: this.#batch(table, body ?? {}) };
    if (method === 'DELETE') return this.#trash(table, Number(id));
    if (method === 'POST') return { status: 201, body: this.#create(table, body ?? {}) };
    if (id !== undefined) return this.#one(table, Number(id));
    const found = this.#table(table).filter((row) => matches(table, row, query));
    const by = query.get('orderby') === 'modified' ? 'date_modified_gmt' : 'id';
    found.sort((a, b) => (a[by] === b[by] ? 0 : (a[by] as string) < (b[by] as string) ? -1 : 1));
    if (query.get('order') === 'desc') found.reverse();
    const [offset, perPage] = [Number(query.get('offset') ?? 0), Number(query.get('per_page') ?? 10)];
    return {
      status: 200,
      body: found.slice(offset, offset + perPage),
      headers: { 'x-wp-total': String(found.length), 'x-wp-totalpages': String(Math.ceil(found.length / perPage)) },
    };
  }

  #batch(table: string, { create = [], update = [], delete: remove = [] }: Row) {
    const error = (code: string, status: number) => ({ code, message: `<b>${code}</b>`, data: { status } });
    return {
      create: (create as Row[]).map((item) => {
        const taken = item.sku && this.#table(table).some(({ sku }) => sku === item.sku);
        return taken ? { id: 0, error: error('product_invalid_sku', 400) } : this.#create(table, item);
      }),
      update: (update as Row[]).map((item) => {
        const known = this.#table(table).some(({ id }) => id === item.id);
        return known ? this.put(table, item) : { id: item.id, error: error('woocommerce_rest_invalid_id', 400) };
      }),
      delete: (remove as number[]).map((id) => {
        const rows = this.#table(table);
        const at = rows.findIndex((row) => row.id === id);
        return at < 0 ? { id, error: error('wc_user_invalid_id', 404) } : (rows.splice(at, 1)[0] as Row);
      }),
    };
  }

  #create(table: string, item: Row): Row {
    this.#lastId += 1;
    const defaults = table.startsWith('products') ? { type: 'simple', status: 'publish' } : NEW_ORDER;
    const date_created_gmt = new Date(this.now).toISOString().slice(0, 19);
    const named = { ...item, ...(item.categories !== undefined && { categories: this.#categories(item.categories) }) };
    return this.put(table, { ...defaults, date_created_gmt, customer_id: 0, ...named, id: this.#lastId });
  }

  /** A product shows its categories with their names. */
  #categories(given: unknown): Row[] {
    return (given as Row[]).map(({ id }) => ({ ...this.#table('products/categories').find((one) => one.id === id) }));
  }

  #trash(table: string, id: number): FakeResponse {
    const row = this.#table(table).find((one) => one.id === id);
    if (!row) return { status: 404, body: { code: 'woocommerce_rest_invalid_id', message: 'Invalid ID.' } };
    if (row.status === 'trash')
      return { status: 410, body: { code: 'woocommerce_rest_already_trashed', message: 'x' } };
    return { status: 200, body: this.put(table, { id, status: 'trash' }) };
  }

  #one(table: string, id: number): FakeResponse {
    const row = this.#table(table).find((one) => one.id === id);
    return row
      ? { status: 200, body: row }
      : { status: 404, body: { code: 'woocommerce_rest_invalid_id', message: 'Invalid ID.' } };
  }

  #table(name: string): Row[] {
    this.tables[name] ??= [];
    return this.tables[name];
  }
}

function matches(table: string, row: Row, query: URLSearchParams): boolean {
  const wants = (name: string, fits: (value: string) => boolean) => {
    const value = query.get(name);
    return value === null || fits(value);
  };
  const billing = (row.billing ?? {}) as Row;
  const documents = table === 'products' || table === 'orders';
  return (
    wants('include', (ids) => ids.split(',').includes(String(row.id))) &&
    wants('status', (status) => !documents || (status === 'any' ? row.status !== 'trash' : row.status === status)) &&
    wants('customer', (id) => String(row.customer_id) === id) &&
    wants('email', (email) => String(row.email).toLowerCase() === email.toLowerCase()) &&
    wants('search', (text) => String(billing.email).toLowerCase().includes(text)) &&
    wants('sku', (skus) => skus.split(',').includes(String(row.sku))) &&
    (query.has('sku') || row.type !== 'variation' || table !== 'products') &&
    wants('modified_after', (time) => String(row.date_modified_gmt) > time) &&
    wants('modified_before', (time) => String(row.date_modified_gmt) < time)
  );
}
