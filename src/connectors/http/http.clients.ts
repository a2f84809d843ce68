import { LRUCache } from 'lru-cache';
import { ConnectionState } from './connection.state.ts';
import { type ConnectionAccess, HTTP_DEFAULTS, type HttpOptions } from './http.options.ts';
import { HttpTransport } from './http.transport.ts';
import type { HttpClient } from './http.types.ts';
import { RetryingClient } from './retrying.client.ts';

/** The outbound HTTP of a process. Clients of the same connection share its concurrency, its circuit breaker and its rate limit. */
export class HttpClients {
  readonly #options: HttpOptions;
  readonly #transport: HttpTransport;
  readonly #states: LRUCache<string, ConnectionState>;
  readonly #closing = new AbortController();

  constructor(options: Partial<HttpOptions> = {}) {
    this.#options = { ...HTTP_DEFAULTS, ...options };
    this.#transport = new HttpTransport(this.#options);
    this.#states = new LRUCache({ max: this.#options.maxConnections });
  }

  /** `connectionKey` is unique across organizations. */
  for(connectionKey: string, access: ConnectionAccess): HttpClient {
    let state = this.#states.get(connectionKey);
    if (!state) {
      const { maxConcurrency = this.#options.maxConcurrency } = access;
      state = new ConnectionState({ ...this.#options, maxConcurrency });
      this.#states.set(connectionKey, state);
    }
    const { signal: closing } = this.#closing;
    return new RetryingClient({ options: this.#options, transport: this.#transport, state, access, closing });
  }

  /** Requests in progress, waiting or sent later end with ConnectorError `aborted`. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#transport.close();
  }
}
