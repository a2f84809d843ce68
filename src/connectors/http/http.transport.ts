import { Agent } from 'undici';
import { ConnectorError } from '../contract/connector.error.ts';
import { checkUrl, guardedLookup, isPublicAddress } from './address.guard.ts';
import { decodeBody, toText } from './body.decoder.ts';
import { exchange } from './http.exchange.ts';
import type { ConnectionAccess, HttpOptions } from './http.options.ts';
import type { HttpRequest, HttpResponse } from './http.types.ts';
import { decideRedirect } from './redirect.decision.ts';

const DEFAULT_HEADERS = { 'user-agent': 'sync-operations', 'accept-encoding': 'gzip, deflate' };

/** Sends single attempts of requests, without retries, over sockets that all connections share. */
export class HttpTransport {
  readonly #options: HttpOptions;
  readonly #guarded: Agent;
  /** Separate, so that a connection without permission never reuses a socket into the private network. */
  readonly #unguarded: Agent;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#guarded = makeAgent(options, isPublicAddress);
    this.#unguarded = makeAgent(options, () => true);
  }

  /**
   * One attempt with its redirects and a new signature. Calls `onSent` when the request is about to be written. Throws CallFailure,
   * ConnectorError (`address-refused`) or the signal's reason.
   */
  async attempt(
    request: HttpRequest,
    access: ConnectionAccess,
    onSent: () => void,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const signature = request.sign?.();
    const headers = joinHeaders(DEFAULT_HEADERS, request.headers, signature?.headers);
    const { maxResponseBytes, maxJsonBytes, writeTimeoutMs } = this.#options;
    const writes = request.writes ?? !request.idempotent;
    const { headersTimeoutMs, totalTimeoutMs } = writes
      ? { headersTimeoutMs: writeTimeoutMs, totalTimeoutMs: writeTimeoutMs }
      : this.#options;
    const deadline = performance.now() + totalTimeoutMs;
    const maxBytes = request.expects === 'file' ? maxResponseBytes : Math.min(maxJsonBytes, maxResponseBytes);
    let url = checkUrl(signature?.url ?? request.url, access);
    for (let hops = 0; ; hops++) {
      const left = Math.max(deadline - performance.now(), 0);
      const response = await exchange(access.allowPrivateAddresses ? this.#unguarded : this.#guarded, {
        url,
        method: request.method,
        headers,
        body: request.body,
        headersTimeoutMs: Math.min(headersTimeoutMs, left),
        totalTimeoutMs: left,
        maxBytes,
        onSent,
        signal,
      });
      const { status, headers: received } = response;
      const { method } = request;
      const signed = request.sign !== undefined;
      const redirect = decideRedirect({ status, location: received.location, from: url, method, signed, hops });
      if (redirect && 'refuse' in redirect) throw refusal(redirect.refuse, status, request.idempotent);
      if (!redirect) {
        const encoding = status === 204 || status === 304 ? undefined : received['content-encoding'];
        const bytes = await decodeBody(response.body, encoding, maxBytes);
        const isFile = request.expects === 'file';
        return { status, headers: received, body: isFile ? '' : toText(bytes), ...(isFile && { bytes }) };
      }
      url = checkUrl(redirect.follow.href, access);
    }
  }

  /** Closes all sockets, also those with a request in progress. */
  async close(): Promise<void> {
    await Promise.all([this.#guarded.destroy(), this.#unguarded.destroy()]);
  }
}

function makeAgent(options: HttpOptions, isAllowed: (address: string) => boolean): Agent {
  return new Agent({
    connect: { lookup: guardedLookup(options.lookup, isAllowed), timeout: options.connectTimeoutMs },
    // http.exchange.ts measures both times, to the millisecond.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Later headers win. Names are compared without case. */
function joinHeaders(...parts: (Readonly<Record<string, string>> | undefined)[]): Record<string, string> {
  const entries = parts.flatMap((part) => Object.entries(part ?? {}));
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

function refusal(why: string, status: number, idempotent: boolean): ConnectorError {
  // 303 means that the request was carried out. With the other redirects it was not.
  const ambiguous = status === 303 && !idempotent;
  return new ConnectorError('address-refused', why, { status, ambiguous });
}
