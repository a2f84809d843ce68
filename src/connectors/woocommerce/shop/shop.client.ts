import { steadyNow } from '../../../common/clock.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpClient, HttpRequest } from '../../http/http.types.ts';
import type { ShopSettings } from '../woocommerce.settings.ts';
import { type Signer, withQuery } from './oauth1.signature.ts';
import { authMethods, createSigner } from './shop.authentication.ts';
import { readResponse } from './shop.response.ts';

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
}

export interface ShopList {
  readonly rows: readonly Raw[];
  /** Of the whole listing, X-WP-Total: a hint, which caches keep and plugins get wrong. Null when the shop does not say. */
  readonly total: number | null;
  /** Milliseconds, by the shop's clock, not later than the moment when the shop began to respond. */
  readonly readAt: number;
}

interface ShopResponse {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly elapsed: number;
}

/** Calls one shop. It finds out how the shop accepts the key and remembers that for the life of the session. */
export class ShopClient {
  readonly #settings: ShopSettings;
  readonly #http: HttpClient;
  readonly #now: () => number;
  #signers: readonly Signer[];

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
    const request = { method: 'GET', path, params, idempotent: true, canShrink } as const;
    const { body, headers, elapsed } = await this.#call(request, signal);
    const total = headers['x-wp-total'];
    if (!Array.isArray(body)) throw new ConnectorError('protocol', `The shop's response to ${path} is not a list.`);
    // The shop writes the Date header when it sends the response, which may lack what changed while the shop worked on it.
    const date = Date.parse(headers.date ?? '');
    const readAt = (Number.isNaN(date) ? this.#now() : date) - elapsed;
    return {
      rows: body.map(asRaw),
      total: total !== undefined && /^\d{1,15}$/.test(total) ? Number(total) : null,
      readAt,
    };
  }

  async total(path: string, params: Params, signal: AbortSignal): Promise<number | null> {
    return (await this.list(path, { ...params, per_page: 1, _fields: 'id' }, signal)).total;
  }

  /** Returns the body. Throws ConnectorError for everything that is not a 2xx with JSON. */
  async send(request: ShopRequest, signal: AbortSignal): Promise<unknown> {
    return (await this.#call(request, signal)).body;
  }

  async #call(request: ShopRequest, signal: AbortSignal): Promise<ShopResponse> {
    let refused: ConnectorError | null = null;
    for (const signer of this.#signers) {
      const started = this.#now();
      const response = await this.#http.send(this.#signed(request, signer, signal));
      const result = await readResponse(response, request, steadyNow());
      if (result.ok) {
        this.#signers = [signer];
        return { body: result.body, headers: response.headers, elapsed: Math.max(0, this.#now() - started) };
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
    const url = withQuery(`${this.#settings.baseUrl}/wp-json${ofSite ? '' : '/wc/v3'}${path}`, params);
    const request: HttpRequest = {
      method,
      url,
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      sign: () => signer({ method, url }, this.#now()),
      idempotent,
      canShrink,
      signal,
    };
    return request;
  }
}

function asRaw(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {};
}
