import { randomUUID } from 'node:crypto';
import { steadyNow } from '../../../common/clock.ts';
import { ConnectorError, quoted } from '../../contract/connector.error.ts';
import type { HttpClient, HttpRequest } from '../../http/http.types.ts';
import type { ShopSettings } from '../woocommerce.settings.ts';
import { beginningOf } from './framed.json.ts';
import { type Signer, withQuery } from './oauth1.signature.ts';
import { authMethods, createSigner } from './shop.authentication.ts';
import { readResponse } from './shop.response.ts';

/** How far clocks may be apart without a warning. */
const TOLERATED_SECONDS = 60;

/** An object as the API returns it. Its fields have any type, so each is checked when it is read. */
export type Raw = Readonly<Record<string, unknown>>;
export type Params = Readonly<Record<string, string | number>>;

export interface ShopRequest {
  readonly method: HttpRequest['method'];
  /** Below wc/v3: `/customers/batch`. */
  readonly path: string;
  /** Below the REST API of the site itself instead. */
  readonly ofSite?: boolean;
  readonly params?: Params;
  readonly body?: unknown;
  readonly idempotent: boolean;
  /** See HttpRequest. */
  readonly canShrink?: boolean;
  /** What the response is; an object unless said. */
  readonly expects?: 'list' | 'object';
}

export interface ShopList {
  readonly rows: readonly Raw[];
  /** Of the whole listing, X-WP-Total: a hint, which caches keep and plugins get wrong. Null when the shop does not say. */
  readonly total: number | null;
  /** Milliseconds; no row is newer, unless somebody gave it a time in the future. */
  readonly latest: number;
}

interface ShopResponse {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Without `dp` a shop rounds the amounts of orders to the decimals that it shows to people. More than six are noise of its floats. */
const ORDER_DECIMALS = 6;

/** Calls one shop. It finds out how the shop accepts the key and remembers that for the life of the session. */
export class ShopClient {
  readonly #settings: ShopSettings;
  readonly #http: HttpClient;
  readonly #now: () => number;
  /** How the shop's responses differ from what it said itself, as a person should know. */
  readonly #remarks = new Set<string>();
  /** Set once a cache has answered for the shop: from then on each read is one that no cache has seen. */
  #asksPastCaches = false;
  #signers: readonly Signer[];
  /** By the Date header, which whatever stands in front of the shop may have written. */
  #clockAheadMs = 0;

  constructor(settings: ShopSettings, http: HttpClient, now: () => number) {
    this.#settings = settings;
    this.#http = http;
    this.#now = now;
    this.#signers = authMethods(settings).map((method) => createSigner(method, settings));
  }

  async get(path: string, params: Params, signal: AbortSignal): Promise<unknown> {
    return (await this.#call({ method: 'GET', path, params, idempotent: true }, signal)).body;
  }

  /** What the REST API says of the site. */
  async index(signal: AbortSignal): Promise<unknown> {
    const params = { _fields: 'name,url,home' };
    return (await this.#call({ method: 'GET', path: '/', ofSite: true, params, idempotent: true }, signal)).body;
  }

  /** For a caller that asks for smaller pages when this one is too much for the shop; see `isTooMuch`. */
  page(path: string, params: Params, signal: AbortSignal): Promise<ShopList> {
    return this.list(path, params, signal, Number(params.per_page) > 1);
  }

  async list(path: string, params: Params, signal: AbortSignal, canShrink = false): Promise<ShopList> {
    const request = { method: 'GET', path, params, idempotent: true, canShrink, expects: 'list' } as const;
    const { body, headers } = await this.#call(request, signal);
    const total = headers['x-wp-total'];
    if (!Array.isArray(body)) throw new ConnectorError('protocol', `The shop's response to ${path} is not a list.`);
    const now = this.#now();
    const date = Date.parse(headers.date ?? '');
    if (!Number.isNaN(date)) this.#clockAheadMs = date - now;
    return {
      rows: body.map(asRaw),
      total: total !== undefined && /^\d{1,15}$/.test(total) ? Number(total) : null,
      latest: Number.isNaN(date) ? now : Math.max(date, now),
    };
  }

  async total(path: string, params: Params, signal: AbortSignal): Promise<number | null> {
    return (await this.list(path, { ...params, per_page: 1, _fields: 'id' }, signal)).total;
  }

  /** Returns the body. Throws ConnectorError for everything that is not a 2xx with JSON. */
  async send(request: ShopRequest, signal: AbortSignal): Promise<unknown> {
    return (await this.#call(request, signal)).body;
  }

  /** What came so far, one sentence each. */
  get remarks(): readonly string[] {
    return [...this.#remarks, ...clockRemarks(this.#clockAheadMs)];
  }

  async #call(request: ShopRequest, signal: AbortSignal): Promise<ShopResponse> {
    const response = await this.#exchange(request, signal);
    if (request.method !== 'GET' || this.#asksPastCaches || !isCached(response.headers)) return response;
    this.#asksPastCaches = true;
    this.#remarks.add(CACHED);
    return this.#exchange(request, signal);
  }

  async #exchange(request: ShopRequest, signal: AbortSignal): Promise<ShopResponse> {
    let refused: ConnectorError | null = null;
    for (const signer of this.#signers) {
      const response = await this.#http.send(this.#signed(request, signer, signal));
      const result = await readResponse(response, request, steadyNow());
      if (result.ok) {
        this.#signers = [signer];
        if (result.around) this.#remarks.add(aroundJson(result.around));
        return { body: result.body, headers: response.headers };
      }
      refused ??= result.error;
      if (!result.keyIgnored) throw result.error;
    }
    throw refused ?? new ConnectorError('auth', 'There is no way to send the key.');
  }

  #signed(
    { method, path, ofSite, params = {}, body, idempotent, canShrink }: ShopRequest,
    signer: Signer,
    signal: AbortSignal,
  ) {
    const isRead = method === 'GET';
    const asked = {
      ...params,
      ...(path.startsWith('/orders') && { dp: ORDER_DECIMALS }),
      ...(isRead && this.#asksPastCaches && { _: randomUUID() }),
    };
    const url = withQuery(`${this.#settings.baseUrl}/wp-json${ofSite ? '' : '/wc/v3'}${path}`, asked);
    const request: HttpRequest = {
      method,
      url,
      headers: {
        accept: 'application/json',
        ...(isRead && { 'cache-control': 'no-cache' }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      sign: () => signer({ method, url }, this.#now()),
      idempotent,
      writes: !isRead,
      canShrink,
      signal,
    };
    return request;
  }
}

/** The headers by which a cache in front of the shop says that the response is an old one. */
function isCached(headers: ShopResponse['headers']): boolean {
  const hit = /\bhit\b/i;
  return (
    Number(headers.age ?? 0) > 0 ||
    ['x-litespeed-cache', 'cf-cache-status', 'x-cache', 'x-proxy-cache', 'x-cache-status'].some((name) =>
      hit.test(headers[name] ?? ''),
    )
  );
}

const CACHED =
  "A cache answers for the shop's REST API. It is asked past, but it should leave out /wp-json/wc/: other programs read old data.";

const aroundJson = (around: string): string =>
  `A plugin or a cache prints text around the shop's JSON: ${quoted(beginningOf(around))}.`;

function asRaw(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {};
}

/** Nothing is lost by it, since times of change come from the shop's data. Somebody may want to know all the same. */
function clockRemarks(aheadMs: number): string[] {
  const seconds = Math.round(Math.abs(aheadMs) / 10_000) * 10;
  if (seconds <= TOLERATED_SECONDS) return [];
  return [
    `The Date header and the time of this service differ by ${seconds} s. A proxy may write that header; times of change are taken from the shop's own data.`,
  ];
}
