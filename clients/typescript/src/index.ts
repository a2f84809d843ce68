import { type Client, createClient } from './generated/client/index.ts';

export type { Client } from './generated/client/index.ts';
export * from './generated/index.ts';
export type { Checkpoint, RunningSync, StopReason, SyncOptions } from './reporter/reporter.types.ts';
export { SyncStopped } from './reporter/sync.stopped.ts';
export { withSync } from './reporter/with.sync.ts';

export interface SyncClientOptions {
  /** Where the service is, e.g. `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** A service key (npm run keys -- create). */
  readonly apiKey?: string;
  /** A JWT, or a function that returns a fresh one for each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** Only with a key of every organization: the one that is meant. */
  readonly orgId?: string;
}

/** A client to pass to each operation: `startSync({ client, body })` returns `{ data, error, response }`. */
export function createSyncClient({ baseUrl, apiKey, token, orgId }: SyncClientOptions): Client {
  return createClient({
    baseUrl,
    auth: ({ scheme }) => (scheme === 'bearer' ? (typeof token === 'function' ? token() : token) : apiKey),
    headers: orgId === undefined ? {} : { 'X-Org-Id': orgId },
  });
}
