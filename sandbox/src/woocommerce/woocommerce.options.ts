import { createHash } from 'node:crypto';
import type { FaultRule } from '../faults/fault.rules.ts';
import type { ApiKey, KeyPermissions } from './auth/api-key.types.ts';

/** How a sandbox shop is to be; everything has a default. */
export interface WooCommerceSandboxOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** 127.0.0.1 unless told otherwise. */
  host?: string;
  /** How many customers the shop has from the start; 1,200 as in the recordings. They cost no memory. */
  customers?: number;
  /** How many products, the variations of every 8th not counted; 500 as in the recordings. */
  products?: number;
  /** How many orders; 300. */
  orders?: number;
  /** Share of the orders, 0 to 1, that guests placed: exactly orders × guestRate, rounded; a sixth. */
  guestRate?: number;
  /** Share of the customers, 0 to 1, that a destination would refuse: exactly customers × badRate, rounded. See defectOf(). */
  badRate?: number;
  /** Equal seeds make equal shops and equal keys. */
  seed?: number;
  consumerKey?: string;
  consumerSecret?: string;
  /** What that key may do; read_write. */
  permissions?: KeyPermissions;
  /** More keys beside it. */
  otherKeys?: readonly ApiKey[];
  /** Pretend that a proxy ends TLS in front (true), or be a plain http shop, where only OAuth 1.0a counts. */
  treatAsHttps?: boolean;
  /** Believe X-Forwarded-Proto instead: TLS only for requests that carry `https` there. */
  behindProxy?: boolean;
  /** Lose the Authorization header, as some hosts do: only keys in the query, or OAuth in it, get through. */
  stripAuthorization?: boolean;
  /** The most items that a batch may have; 100. */
  batchLimit?: number;
  faults?: readonly FaultRule[];
  /** The shop's clock, milliseconds since 1970. */
  now?: () => number;
}

export type ResolvedOptions = Required<WooCommerceSandboxOptions>;

/** Fills in defaults; throws a RangeError for numbers that make no shop. */
export function resolveOptions(options: WooCommerceSandboxOptions): ResolvedOptions {
  const seed = options.seed ?? 1;
  const resolved: ResolvedOptions = {
    port: 0,
    host: '127.0.0.1',
    customers: 1200,
    products: 500,
    orders: 300,
    guestRate: 1 / 6,
    badRate: 0,
    seed,
    consumerKey: `ck_${derivedHex(`key ${seed}`)}`,
    consumerSecret: `cs_${derivedHex(`secret ${seed}`)}`,
    permissions: 'read_write',
    otherKeys: [],
    treatAsHttps: true,
    behindProxy: false,
    stripAuthorization: false,
    batchLimit: 100,
    faults: [],
    now: Date.now,
    ...withoutUndefined(options),
  };
  for (const name of ['customers', 'products', 'orders', 'batchLimit'] as const) {
    if (Number.isInteger(resolved[name]) && resolved[name] >= 0) continue;
    throw new RangeError(`${name} must be a whole number from 0 up.`);
  }
  if (!Number.isInteger(seed)) throw new RangeError('seed must be a whole number.');
  for (const name of ['badRate', 'guestRate'] as const) {
    if (!(resolved[name] >= 0 && resolved[name] <= 1)) throw new RangeError(`${name} must lie between 0 and 1.`);
  }
  return resolved;
}

/** As long as a real key; made of the seed, since it opens nothing but made-up data. */
function derivedHex(text: string): string {
  return createHash('sha1').update(`woocommerce sandbox ${text}`).digest('hex');
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
