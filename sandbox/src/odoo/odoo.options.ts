import { createHash } from 'node:crypto';
import type { FaultRule } from '../faults/fault.rules.ts';
import type { OdooFaults } from './odoo.faults.ts';
import type { OdooVersion } from './orm/model.types.ts';

/** Options of a sandbox Odoo. Each but the version has a default. */
export interface OdooSandboxOptions {
  /** 19 has JSON-2 beside JSON-RPC. */
  version: OdooVersion;
  /** 0, the default, picks a free port. */
  port?: number;
  /** 127.0.0.1 by default. */
  host?: string;
  /** odoo18 or odoo19. */
  database?: string;
  username?: string;
  password?: string;
  apiKey?: string;
  /** How many partners the Odoo starts with (1,000, as in the recordings). They cost no memory. */
  partners?: number;
  /** How many product templates (100); every tenth has four variants. */
  products?: number;
  /** How many orders (100), of two lines each. */
  orders?: number;
  /** Equal seeds make equal records and equal keys. */
  seed?: number;
  /** The server's clock, milliseconds since 1970. */
  now?: () => number;
  /** The uuid of the database (another one for each address and seed); null: the user may not read it. */
  databaseUuid?: string | null;
  /** The minimum duration of every response, milliseconds. */
  latencyMs?: number;
  /** Faults of the network and the proxy. */
  faults?: readonly FaultRule[];
  /** Faults of the server itself. */
  odooFaults?: OdooFaults;
}

export type ResolvedOptions = Required<Omit<OdooSandboxOptions, 'databaseUuid'>> &
  Pick<OdooSandboxOptions, 'databaseUuid'>;

/** Fills in defaults; throws a RangeError for invalid numbers. */
export function resolveOptions(options: OdooSandboxOptions): ResolvedOptions {
  const seed = options.seed ?? 1;
  const resolved: ResolvedOptions = {
    port: 0,
    host: '127.0.0.1',
    database: `odoo${options.version}`,
    username: 'admin',
    password: 'admin',
    // Derived from the seed, because it protects nothing but generated data.
    apiKey: createHash('sha1').update(`odoo sandbox key ${seed}`).digest('hex'),
    partners: 1000,
    products: 100,
    orders: 100,
    seed,
    now: Date.now,
    latencyMs: 0,
    faults: [],
    odooFaults: {},
    ...(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as OdooSandboxOptions),
  };
  for (const name of ['partners', 'products', 'orders', 'latencyMs'] as const) {
    const number = resolved[name];
    if (!Number.isInteger(number) || number < 0) throw new RangeError(`${name} must be a whole number from 0 up.`);
  }
  if (!Number.isInteger(seed)) throw new RangeError('seed must be a whole number.');
  if (resolved.version !== 18 && resolved.version !== 19) throw new RangeError('version must be 18 or 19.');
  return resolved;
}
