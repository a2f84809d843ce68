import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpClient, HttpRequest } from '../../http/http.types.ts';
import type { ShopSettings } from '../woocommerce.settings.ts';
import { createSigner, type Signer, type SignMethod, signMethods, withQuery } from './oauth1.signature.ts';
import { type Asked, readAnswer } from './shop.response.ts';

/** An object as the API shows it; what is in it is read with care, field by field. */
export type Raw = Readonly<Record<string, unknown>>;
export type Params = Readonly<Record<string, string | number>>;

export interface ShopRequest {
  readonly method: HttpRequest['method'];
  /** Below wc/v3: `/customers/batch`. */
  readonly path: string;
  readonly params?: Params;
  readonly body?: unknown;
  readonly idempotent: boolean;
}

export interface ShopList {
  readonly rows: readonly Raw[];
  /** Of the whole listing, X-WP-Total. */
  readonly total: number;
  /** Milliseconds, by the shop's clock, not after the moment the shop began to answer. */
  readonly readAt: number;
}

interface Answer {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly elapsed: number;
}

/** Asks one shop; finds out how it takes its key and remembers that for its own life. */
export class ShopClient {
  readonly #settings: ShopSettings;
  readonly #http: HttpClient;
  readonly #now: () => number;
  #signers: readonly [SignMethod, Signer][];

  constructor(settings: ShopSettings, http: HttpClient, now: () => number) {
    this.#settings = settings;
    this.#http = http;
    this.#now = now;
    this.#signers = signMethods(settings).map((method) => [method, createSigner(method, settings)]);
  }

  async get(path: string, params: Params, signal: AbortSignal): Promise<unknown> {
    return (await this.#answer({ method: 'GET', path, params, idempotent: true }, signal)).body;
  }

  async list(path: string, params: Params, signal: AbortSignal): Promise<ShopList> {
    const { body, headers, elapsed } = await this.#answer({ method: 'GET', path, params, idempotent: true }, signal);
    const total = headers['x-wp-total'];
    if (!Array.isArray(body)) throw new ConnectorError('protocol', `The shop's answer to ${path} is not a list.`);
    if (total === undefined || !/^\d+$/.test(total)) {
      throw new ConnectorError(
        'protocol',
        `The shop's answer to ${path} does not say how many there are (X-WP-Total).`,
      );
    }
    // The Date header is made when the answer leaves; what changed while the shop worked on it may be missing in it.
    const date = Date.parse(headers.date ?? '');
    const readAt = (Number.isNaN(date) ? this.#now() : date) - elapsed;
    return { rows: body.map(asRaw), total: Number(total), readAt };
  }

  async total(path: string, params: Params, signal: AbortSignal): Promise<number> {
    return (await this.list(path, { ...params, per_page: 1, _fields: 'id' }, signal)).total;
  }

  /** Answers the body; throws ConnectorError for everything that is not a 2xx with JSON. */
  async send(request: ShopRequest, signal: AbortSignal): Promise<unknown> {
    return (await this.#answer(request, signal)).body;
  }

  async #answer(request: ShopRequest, signal: AbortSignal): Promise<Answer> {
    let refused: ConnectorError | null = null;
    for (const known of this.#signers) {
      const started = this.#now();
      const response = await this.#http.send(this.#signed(request, known[1], signal));
      const answer = readAnswer(response, askedOf(request), this.#now());
      if (answer.ok) {
        this.#signers = [known];
        return { body: answer.body, headers: response.headers, elapsed: Math.max(0, this.#now() - started) };
      }
      refused ??= answer.error;
      if (!answer.anonymous) throw answer.error;
    }
    throw refused ?? new ConnectorError('auth', 'There is no way to send the key.');
  }

  #signed({ method, path, params = {}, body, idempotent }: ShopRequest, signer: Signer, signal: AbortSignal) {
    const url = withQuery(`${this.#settings.baseUrl}/wp-json/wc/v3${path}`, params);
    const request: HttpRequest = {
      method,
      url,
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      sign: () => signer({ method, url }, this.#now()),
      idempotent,
      signal,
    };
    return request;
  }
}

function askedOf({ method, path, idempotent }: ShopRequest): Asked {
  return { method, path, idempotent };
}

function asRaw(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {};
}
