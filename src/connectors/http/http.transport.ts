import { Agent } from 'undici';
import { ConnectorError } from '../contract/connector.error.ts';
import { checkUrl, guardedLookup, isPublicAddress } from './address.guard.ts';
import { decodeBody } from './body.decoder.ts';
import { exchange } from './http.exchange.ts';
import type { ConnectionAccess, HttpOptions } from './http.options.ts';
import type { HttpRequest, HttpResponse } from './http.types.ts';
import { decideRedirect } from './redirect.decision.ts';

const DEFAULT_HEADERS = { 'user-agent': 'sync-operations', 'accept-encoding': 'gzip, deflate' };

/** Attempts of requests over sockets that all connections share; knows nothing of retries. */
export class HttpTransport {
  readonly #options: HttpOptions;
  readonly #guarded: Agent;
  /** Apart, so that a socket into the own network is never reused by a connection that may not have it. */
  readonly #open: Agent;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#guarded = makeAgent(options, isPublicAddress);
    this.#open = makeAgent(options, () => true);
  }

  /**
   * One attempt with its redirects. Signs anew. `onSent` is called once something is written. Throws CallFailure, ConnectorError
   * (`address-refused`) or the signal's reason.
   */
  async attempt(
    request: HttpRequest,
    access: ConnectionAccess,
    onSent: () => void,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const signature = request.sign?.();
    const headers = joinHeaders(DEFAULT_HEADERS, request.headers, signature?.headers);
    const deadline = performance.now() + this.#options.totalTimeoutMs;
    let url = checkUrl(signature?.url ?? request.url, access);
    for (let hops = 0; ; hops++) {
      const left = Math.max(deadline - performance.now(), 0);
      const answer = await exchange(access.allowPrivateAddresses ? this.#open : this.#guarded, {
        url,
        method: request.method,
        headers,
        body: request.body,
        headersTimeoutMs: Math.min(this.#options.headersTimeoutMs, left),
        totalTimeoutMs: left,
        maxBytes: this.#options.maxResponseBytes,
        onSent,
        signal,
      });
      const { status, headers: answered } = answer;
      const { method } = request;
      const signed = request.sign !== undefined;
      const redirect = decideRedirect({ status, location: answered.location, from: url, method, signed, hops });
      if (redirect && 'refuse' in redirect) throw refusal(redirect.refuse, status, request.idempotent);
      if (!redirect) {
        const encoding = status === 204 || status === 304 ? undefined : answered['content-encoding'];
        return {
          status,
          headers: answered,
          body: await decodeBody(answer.body, encoding, this.#options.maxResponseBytes),
        };
      }
      url = checkUrl(redirect.follow.href, access);
    }
  }

  /** Ends idle sockets and whatever is still under way. */
  async close(): Promise<void> {
    await Promise.all([this.#guarded.destroy(), this.#open.destroy()]);
  }
}

function makeAgent(options: HttpOptions, isAllowed: (address: string) => boolean): Agent {
  return new Agent({
    connect: { lookup: guardedLookup(options.lookup, isAllowed), timeout: options.connectTimeoutMs },
    // http.exchange.ts keeps the time, to the millisecond and for the whole.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Later ones win, whatever the case of their letters. */
function joinHeaders(...parts: (Readonly<Record<string, string>> | undefined)[]): Record<string, string> {
  const entries = parts.flatMap((part) => Object.entries(part ?? {}));
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

function refusal(why: string, status: number, idempotent: boolean): ConnectorError {
  // 303 says "done, look there"; the other redirects were not carried out.
  const ambiguous = status === 303 && !idempotent;
  return new ConnectorError('address-refused', why, { status, ambiguous });
}
