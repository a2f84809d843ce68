import type { Dispatcher } from 'undici';
import { ConnectorError } from '../contract/connector.error.ts';
import { CallFailure, failureOf, type Stage, tooLarge } from './call.failure.ts';

/** One request on the wire, without redirects and retries. */
export interface ExchangeCall {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly headersTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxBytes: number;
  /** Called when the first byte of the request is about to be written. */
  readonly onSent: () => void;
  readonly signal: AbortSignal;
}

export interface ExchangeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As received, perhaps compressed. */
  readonly body: Buffer;
}

/**
 * Throws CallFailure, the ConnectorError of a refused address, or the signal's reason. An abort takes effect at once, while undici
 * itself checks a signal only after it has connected.
 */
export async function exchange(dispatcher: Dispatcher, call: ExchangeCall): Promise<ExchangeResponse> {
  call.signal.throwIfAborted();
  const running = new RunningExchange(call);
  const onAbort = () => running.stop(call.signal.reason);
  const timers = [
    setTimeout(() => running.expire('head'), call.headersTimeoutMs),
    setTimeout(() => running.expire('response'), call.totalTimeoutMs),
  ];
  call.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { url, method, headers, body } = call;
    const path = `${url.pathname}${url.search}`;
    dispatcher.dispatch({ origin: url.origin, path, method, headers, body: body ?? null }, running);
    return await running.response;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    call.signal.removeEventListener('abort', onAbort);
  }
}

class RunningExchange implements Dispatcher.DispatchHandler {
  readonly response: Promise<ExchangeResponse>;
  readonly #call: ExchangeCall;
  readonly #settle: PromiseWithResolvers<ExchangeResponse>;
  readonly #chunks: Buffer[] = [];
  #stage: Stage = 'connecting';
  #controller: Dispatcher.DispatchController | undefined;
  #stopped: Error | undefined;
  #status = 0;
  #headers: Readonly<Record<string, string | undefined>> = {};
  #size = 0;

  constructor(call: ExchangeCall) {
    this.#call = call;
    this.#settle = Promise.withResolvers();
    this.response = this.#settle.promise;
  }

  stop(error: Error): void {
    this.#stopped ??= error;
    this.#settle.reject(this.#stopped);
    this.#controller?.abort(this.#stopped);
  }

  expire(what: 'head' | 'response'): void {
    if (what === 'head' && this.#stage === 'responding') return;
    this.stop(new CallFailure('timeout', this.#stage !== 'connecting'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // When it was stopped during connecting, nothing is written.
    this.#controller = controller;
    if (this.#stopped) {
      controller.abort(this.#stopped);
      return;
    }
    this.#stage = 'sent';
    this.#call.onSent();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#stage = 'responding';
    this.#status = status;
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    if (Number(this.#headers['content-length'] ?? 0) > this.#call.maxBytes) this.stop(tooLarge(this.#call.maxBytes));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#call.maxBytes) this.stop(tooLarge(this.#call.maxBytes));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#settle.resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#stopped) return;
    this.#settle.reject(error instanceof ConnectorError ? error : failureOf(error, this.#stage));
  }
}
