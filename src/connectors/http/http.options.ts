import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';

/** As `dns.lookup` with `all: true`. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Limits of all outbound calls of a process; times in milliseconds. */
export interface HttpOptions {
  /** Of the body of a response that is a file, before and after decompression. No other response may be larger. */
  readonly maxResponseBytes: number;
  /** Of any other response: JSON, which is parsed as a whole. 100 large orders have 1 MiB. */
  readonly maxJsonBytes: number;
  readonly connectTimeoutMs: number;
  /** From the start of an attempt to the head of its response, including the time to connect. */
  readonly headersTimeoutMs: number;
  /** Of one attempt, including redirects and the body, but not the waits between attempts. */
  readonly totalTimeoutMs: number;
  /** In place of both for a request that writes: giving up does not end what the system does with it. */
  readonly writeTimeoutMs: number;
  /** Of one request, including the first attempt. */
  readonly maxAttempts: number;
  /** The first wait between two attempts; each later one may be twice as long, up to `maxBackoffMs`. */
  readonly baseWaitMs: number;
  readonly maxBackoffMs: number;
  /** When a system requests a longer wait, the call ends with `rate-limited` and the time to try again. */
  readonly maxInlineWaitMs: number;
  /** Calls of one connection at once while the system keeps up. */
  readonly maxConcurrency: number;
  /** This many failures in a row open a connection's circuit breaker. */
  readonly breakAfter: number;
  /** After this time, an open circuit breaker lets one call through. */
  readonly halfOpenAfterMs: number;
  /** The number of connections whose state is kept. The least recently used one is dropped. */
  readonly maxConnections: number;
  readonly lookup: Lookup;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

export const HTTP_DEFAULTS: HttpOptions = {
  maxResponseBytes: 20 * 1024 * 1024,
  maxJsonBytes: 4 * 1024 * 1024,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 45_000,
  totalTimeoutMs: 60_000,
  writeTimeoutMs: 300_000,
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

/** What one connection may call, and the callbacks for waits and attempts. */
export interface ConnectionAccess {
  /** Which system it is, for what is measured. */
  readonly system?: string;
  /** False: https only. */
  readonly allowHttp: boolean;
  /** Overrides the limit of the process. The first client of a connection decides. */
  readonly maxConcurrency?: number;
  /** From the configuration of the deployment: the connection may call addresses in its private network. */
  readonly allowPrivateAddresses: boolean;
  /** Called when a rate limit makes this client wait until then (milliseconds since 1970), and with null when the wait is over. */
  readonly onWait?: (untilMs: number | null, reason: string) => void;
  /** Called after every attempt, with the status of the response, or null without a complete response. */
  readonly onAttempt?: (status: number | null) => void;
}
