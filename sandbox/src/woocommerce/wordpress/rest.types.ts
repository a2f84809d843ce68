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
  /** Asked by the sandbox itself, or by somebody whose key was revoked: no credentials are looked at. */
  as?: 'manager' | 'nobody';
  /** How batches are to go wrong. */
  batch?: BatchRules;
}

/** What a site, or a fault, makes of batches. */
export interface BatchRules {
  /** The most items a batch may have; 100. */
  limit?: number;
  /** Every n-th item of a batch is not carried out and answers an error. */
  failEvery?: number;
}

/** A request after WordPress has merged and sanitized its parameters. */
export interface RestRequest {
  /** Body over query over path over defaults; a body's `id` beats the one in the path, as in WordPress. */
  params: Readonly<Record<string, unknown>>;
  /** Only what the query string held, sanitized: the Link header repeats it. */
  query: Readonly<Record<string, unknown>>;
  /** Does the key belong to a shop manager? False for an anonymous request. */
  signedIn: boolean;
  batch: BatchRules;
}

/** `body: undefined` answers without a body; a `Link` header replaces WordPress's own. */
export interface RestReply {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string>>;
  /** `_fields` also decides their order. */
  fieldsAsAsked?: boolean;
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
  /** Never refused: WooCommerce reads whatever numbers it finds (include, exclude). */
  idList?: true;
}

/** What one or more methods of a route do. `permit` throws the RestError of whoever may not. */
export interface Endpoint {
  methods: readonly string[];
  args: Readonly<Record<string, ArgSpec>>;
  permit(request: RestRequest): void;
  handle(request: RestRequest): RestReply;
}

/** A path below /wp-json, such as /wc/v3/customers/(?<id>\d+); the named groups become parameters. */
export interface Route {
  pattern: RegExp;
  endpoints: readonly Endpoint[];
}
