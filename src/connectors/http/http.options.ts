import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';

/** As `dns.lookup` with `all: true`. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Limits of all outbound calls of a process; times in milliseconds. */
export interface HttpOptions {
  /** Of one answer's body, after decompression and before. */
  readonly maxResponseBytes: number;
  readonly connectTimeoutMs: number;
  /** From the start of an attempt to the head of its answer, connecting included. */
  readonly headersTimeoutMs: number;
  /** Of one attempt, redirects and body included; waits between attempts do not count. */
  readonly totalTimeoutMs: number;
  /** Of one request, the first included. */
  readonly maxAttempts: number;
  /** The first wait between two attempts; each later one may be twice as long, up to `maxBackoffMs`. */
  readonly baseWaitMs: number;
  readonly maxBackoffMs: number;
  /** A system that asks for a longer wait gets none: the call ends with `rate-limited` and the time to come back. */
  readonly maxInlineWaitMs: number;
  /** Calls of one connection at once while the system keeps up. */
  readonly maxConcurrency: number;
  /** So many failures in a row open a connection's circuit. */
  readonly breakAfter: number;
  /** An open circuit lets one call through after so long. */
  readonly halfOpenAfterMs: number;
  /** Connections whose circuit and concurrency are remembered; the one used longest ago is forgotten. */
  readonly maxConnections: number;
  readonly lookup: Lookup;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

export const HTTP_DEFAULTS: HttpOptions = {
  maxResponseBytes: 20 * 1024 * 1024,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 45_000,
  totalTimeoutMs: 60_000,
  maxAttempts: 4,
  baseWaitMs: 500,
  maxBackoffMs: 10_000,
  maxInlineWaitMs: 20_000,
  maxConcurrency: 4,
  breakAfter: 8,
  halfOpenAfterMs: 30_000,
  maxConnections: 1_000,
  lookup: systemLookup,
  random: Math.random,
};

/** What one connection may call, and who hears that it waits. */
export interface ConnectionAccess {
  /** Otherwise https only. */
  readonly allowHttp: boolean;
  /** Calls at once while the system keeps up, in the place of the process's; of the connection's first client. */
  readonly maxConcurrency?: number;
  /** Of the deployment: its own network may be called. */
  readonly allowPrivateAddresses: boolean;
  /** A rate limit holds this client until then (milliseconds since 1970); null: no longer. */
  readonly onWait?: (untilMs: number | null, reason: string) => void;
  /** Told of every attempt that was made: the answer's status, or null when no whole answer came. */
  readonly onAttempt?: (status: number | null) => void;
}
