import { createHash } from 'node:crypto';
import type { FaultRule } from '../faults/fault.rules.ts';
import type { ApiKey, KeyOwner, KeyPermissions } from './auth/api-key.types.ts';
import type { TaxRate } from './orders/order.taxes.ts';

/** Options of a sandbox shop. Each has a default. */
export interface WooCommerceSandboxOptions {
  /** 0, the default, picks a free port. */
  port?: number;
  /** 127.0.0.1 by default. */
  host?: string;
  /** How many customers the shop starts with (1,200, as in the recordings). They cost no memory. */
  customers?: number;
  /** How many products, without the variations of every 8th (500, as in the recordings). */
  products?: number;
  /** How many orders (300). */
  orders?: number;
  /** Share of the orders that guests placed, 0 to 1: exactly orders × guestRate, rounded (1/6). */
  guestRate?: number;
  /** Share of the customers that a destination would refuse, 0 to 1: exactly customers × badRate, rounded (0). See defectOf(). */
  badRate?: number;
  /** `7.9` (`11.0`): shows fewer members, lists carts under `status=any`, does not check the product of a variation, knows no barcode, … */
  version?: '11.0' | '7.9';
  /** Equal seeds make equal shops and equal keys. */
  seed?: number;
  consumerKey?: string;
  consumerSecret?: string;
  /** What that key may do (read_write). */
  permissions?: KeyPermissions;
  /** Whose it is (administrator). */
  keyOwner?: KeyOwner;
  /** Additional keys. */
  otherKeys?: readonly ApiKey[];
  /** Behave as if a proxy in front terminated TLS (true). False: a plain http shop, which accepts only OAuth 1.0a. */
  treatAsHttps?: boolean;
  /** Trust X-Forwarded-Proto instead: a request came by TLS only if it carries `https` there. */
  behindProxy?: boolean;
  /** Drop the Authorization header, as some hosts do: only keys or OAuth in the query work. */
  stripAuthorization?: boolean;
  /** The maximum number of items in a batch (100). */
  batchLimit?: number;
  /** What the status of the system says (another one for each address and seed); null: nothing, as 7.9. */
  storeId?: string | null;
  /** How many decimals the shop shows to people (2). Orders are computed with them, and answered so where a request has no `dp`. */
  shownDecimals?: number;
  /** The shop's table of taxes; none, as in a shop that does not compute taxes. Generated orders have taxes of their own. */
  taxRates?: readonly TaxRate[];
  /** Whether prices of products include the shop's own taxes (false). The lines of orders are without tax in either case. */
  pricesIncludeTax?: boolean;
  faults?: readonly FaultRule[];
  /** The shop's clock, milliseconds since 1970. */
  now?: () => number;
}

export type ResolvedOptions = Required<Omit<WooCommerceSandboxOptions, 'storeId'>> &
  Pick<WooCommerceSandboxOptions, 'storeId'>;

/** Fills in defaults; throws a RangeError for invalid numbers. */
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
    version: '11.0',
    seed,
    consumerKey: `ck_${derivedHex(`key ${seed}`)}`,
    consumerSecret: `cs_${derivedHex(`secret ${seed}`)}`,
    permissions: 'read_write',
    keyOwner: 'administrator',
    otherKeys: [],
    treatAsHttps: true,
    behindProxy: false,
    stripAuthorization: false,
    batchLimit: 100,
    shownDecimals: 2,
    taxRates: [],
    pricesIncludeTax: false,
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

/** As long as a real key. Derived from the seed, because it protects nothing but generated data. */
function derivedHex(text: string): string {
  return createHash('sha1').update(`woocommerce sandbox ${text}`).digest('hex');
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
