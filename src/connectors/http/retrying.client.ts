import { setTimeout as sleep } from 'node:timers/promises';
import { steadyNow } from '../../common/clock.ts';
import { type Span, traced } from '../../tracing/tracing.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import { CallFailure, FAILURES } from './call.failure.ts';
import type { ConnectionState, HoldListener } from './connection.state.ts';
import type { ConnectionAccess, HttpOptions } from './http.options.ts';
import type { HttpTransport } from './http.transport.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http.types.ts';
import type { Outcome } from './response.classification.ts';
import { decideRetry, type RetryDecision } from './retry.decision.ts';

export interface ClientParts {
  readonly options: HttpOptions;
  readonly transport: HttpTransport;
  readonly state: ConnectionState;
  readonly access: ConnectionAccess;
  /** Aborted when the process stops calling. */
  readonly closing: AbortSignal;
}

/**
 * Follows decideRetry after each attempt. The loop is our own because cockatiel's retry does not wake up on an abort. Its circuit
 * breaker is in ConnectionState.
 */
export class RetryingClient implements HttpClient {
  readonly #parts: ClientParts;
  /** The number of this client's requests that wait for a rate limit. */
  #waiting = 0;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const call = new AbortController();
    const abort = () => call.abort();
    const sources = [request.signal, this.#parts.closing];
    for (const source of sources) source.addEventListener('abort', abort, { once: true });
    if (sources.some((source) => source.aborted)) abort();
    const progress = { sent: false };
    try {
      return await this.#attempts(request, progress, call.signal);
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      if (!call.signal.aborted) throw error;
      const ambiguous = progress.sent && !request.idempotent;
      throw new ConnectorError('aborted', `${describeCall(request)}: aborted`, { ambiguous });
    } finally {
      for (const source of sources) source.removeEventListener('abort', abort);
    }
  }

  async #attempts(request: HttpRequest, progress: { sent: boolean }, signal: AbortSignal): Promise<HttpResponse> {
    const { options, state } = this.#parts;
    const onHold = this.#holdListener();
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request, attempt, progress, signal, onHold);
      const now = steadyNow();
      const question = 'kind' in outcome ? { failure: outcome } : { status: outcome.status, headers: outcome.headers };
      const { idempotent, canShrink, writes } = request;
      const decision = decideRetry({ attempt, idempotent, canShrink, writes, now, ...question }, options);
      if (!decision.retry) return this.#end(request, outcome, decision);
      // The next attempt waits for the hold in state.run.
      if (decision.holdsAll) state.hold(now + decision.waitMs, decision.reason);
      else await sleep(decision.waitMs, undefined, { signal });
    }
  }

  async #attempt(
    request: HttpRequest,
    number: number,
    progress: { sent: boolean },
    signal: AbortSignal,
    onHold: HoldListener,
  ): Promise<Outcome> {
    const { transport, state, access } = this.#parts;
    const values = {
      'sync.system': access.system,
      'http.request.method': request.method,
      'http.request.resend_count': number - 1,
    };
    const onSent = () => {
      progress.sent = true;
    };
    const once = async (span: Span | undefined): Promise<Outcome> => {
      try {
        const response = await transport.attempt(request, access, onSent, signal);
        span?.set({ 'http.response.status_code': response.status });
        return response;
      } catch (error) {
        if (error instanceof CallFailure) span?.set({ 'error.type': error.kind });
        if (error instanceof CallFailure) return error;
        throw error;
      }
    };
    try {
      const outcome = await state.run(() => traced('connector call', values, once, 'call'), signal, onHold);
      // `sent` matters only for an attempt that is aborted. For this one, decideRetry knows the outcome.
      progress.sent = false;
      access.onAttempt?.('kind' in outcome ? null : outcome.status);
      return outcome;
    } catch (error) {
      throw withCall(request, error);
    }
  }

  #end(request: HttpRequest, outcome: Outcome, { reason, end }: RetryDecision & { retry: false }): HttpResponse {
    if (end.as === 'response' && !('kind' in outcome)) return outcome;
    if (end.as === 'response') throw new Error('a failure is not a response');
    const { kind, ambiguous, retryAt } = end;
    if (retryAt !== undefined) this.#parts.state.hold(retryAt, reason);
    const when = retryAt === undefined ? '' : `; not before ${new Date(retryAt).toISOString()}`;
    const found =
      'kind' in outcome
        ? { cause: outcome.cause, permanent: FAILURES[outcome.kind].lasts === true }
        : { status: outcome.status };
    throw new ConnectorError(kind, `${describeCall(request)}: ${'kind' in outcome ? outcome.message : reason}${when}`, {
      ambiguous,
      retryAt,
      ...found,
    });
  }

  /** One for each request. Notifies when it begins to wait, when the end moves, and when no request of the client waits any more. */
  #holdListener(): HoldListener {
    const { onWait } = this.#parts.access;
    let notified: number | null = null;
    return (until, reason) => {
      if (until === notified) return;
      if (notified === null) this.#waiting++;
      notified = until;
      if (until === null) this.#waiting--;
      if (until !== null || this.#waiting === 0) onWait?.(until, reason);
    };
  }
}

/** A call as messages name it: method, host and path. Never the query or user information, which may hold keys. */
function describeCall({ method, url }: HttpRequest): string {
  const parsed = URL.parse(url);
  return parsed ? `${method} ${parsed.host}${parsed.pathname.slice(0, 200)}` : method;
}

/** Adds the call to an error of the parts below. */
function withCall(request: HttpRequest, error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { kind, retryAt, status, ambiguous } = error;
  return new ConnectorError(kind, `${describeCall(request)}: ${error.message}`, { retryAt, status, ambiguous });
}
