import type { IncomingHttpHeaders } from 'node:http';
import type { PhpParams } from './php-query.codec.ts';

/** A request as it came over the wire, its query decoded. */
export interface RawRequest {
  method: string;
  /** Path without the query, as sent. */
  path: string;
  query: PhpParams;
  headers: IncomingHttpHeaders;
  body: string;
  /** `manager`: sent by the sandbox itself. `nobody`: the key was revoked. Credentials are not checked. */
  as?: 'manager' | 'nobody';
  /** Limits and faults of batches. */
  batch?: BatchRules;
}

/** Limits and faults of batches, from the site's options or a fault rule. */
export interface BatchRules {
  /** The maximum number of items in a batch (100). */
  limit?: number;
  /** Of WooCommerce 7.9. */
  legacy?: boolean;
  /** How one that could not be deleted is named. */
  missing?: (id: number) => unknown;
  /** Every n-th item of a batch is not executed and gets an error. */
  failEvery?: number;
}

/** A request after WordPress has merged and sanitized its parameters. */
export interface RestRequest {
  /** Body over query over path over defaults; a body's `id` beats the one in the path, as in WordPress. */
  params: Readonly<Record<string, unknown>>;
  /** Only what the query string held, sanitized: the Link header repeats it. */
  query: Readonly<Record<string, unknown>>;
  /** Does the key belong to an administrator or a shop manager? False for an anonymous request. */
  signedIn: boolean;
  isShopManager: boolean;
  batch: BatchRules;
}

/** `body: undefined` sends no body; a `Link` header replaces WordPress's own. */
export interface RestResponse {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string>>;
  /** `_fields` also sets the order of the fields. */
  fieldsInRequestedOrder?: boolean;
}

/** One parameter of an endpoint, in the part of JSON Schema that WooCommerce uses. */
export interface ArgSpec {
  type: 'integer' | 'string' | 'boolean' | 'array' | 'object' | 'any';
  required?: boolean;
  default?: unknown;
  enum?: readonly string[];
  format?: 'email' | 'date-time';
  minimum?: number;
  maximum?: number;
  items?: ArgSpec;
  properties?: Readonly<Record<string, ArgSpec>>;
  /** Of an object: no property may be null (recording 447). */
  refusesNull?: true;
  /** Of an integer: it may be below 0, which others lose (recording 484). */
  signed?: true;
  /** Never refused: WooCommerce reads the numbers that it finds (include, exclude). */
  idList?: true;
}

/** What one or more methods of a route do. `permit` throws a RestError when the caller may not. */
export interface Endpoint {
  methods: readonly string[];
  args: Readonly<Record<string, ArgSpec>>;
  permit(request: RestRequest): void;
  handle(request: RestRequest): RestResponse;
}

/** A path below /wp-json, such as /wc/v3/customers/(?<id>\d+); the named groups become parameters. */
export interface Route {
  pattern: RegExp;
  endpoints: readonly Endpoint[];
}
