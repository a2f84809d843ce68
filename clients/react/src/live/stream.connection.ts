import { EventSource } from 'eventsource';
import { type Api, errorOf } from './api.request.ts';
import type { SyncChange, SyncProgressError, SyncSnapshot } from './sync.types.ts';

/** Why a stream ended: the service ended it, refused it, or the connection was lost. */
export type StreamEnd =
  | { readonly kind: 'ended'; readonly reason: 'expired' | 'revoked' | 'restarting' }
  | { readonly kind: 'refused'; readonly error: SyncProgressError }
  | { readonly kind: 'lost' };

export interface StreamListener {
  snapshot(snapshot: SyncSnapshot): void;
  change(change: SyncChange): void;
  /** Whenever anything arrives, keep-alives too. */
  active?(): void;
  /** Called once, as the last event. */
  ended(end: StreamEnd): void;
}

/** Opens the stream once; the caller decides when to reconnect. Returns a function that closes it without an event. */
export function openStream(api: Api, silenceMs: number, listener: StreamListener): () => void {
  let refusal: SyncProgressError | undefined;
  let closed = false;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    closed = true;
    clearTimeout(silence);
    source?.close();
  };
  const finish = (end: StreamEnd) => {
    if (closed) return;
    close();
    listener.ended(end);
  };
  // A connection can die without an error. The service sends keep-alive comments, so silence means that it is dead.
  const resetSilenceTimer = () => {
    clearTimeout(silence);
    if (!closed) silence = setTimeout(() => finish({ kind: 'lost' }), silenceMs);
  };

  let source: EventSource | undefined;
  try {
    source = new EventSource(api.url('progress/stream'), {
      fetch: async (url, init) => {
        const response = await api.fetch(url, init as RequestInit);
        if (response.status !== 200) refusal = await errorOf(response);
        resetSilenceTimer();
        return withActivity(response, () => {
          resetSilenceTimer();
          if (!closed) listener.active?.();
        });
      },
    });
  } catch (error) {
    // Not synchronously: the caller does not have the `close` function yet.
    queueMicrotask(() => finish({ kind: 'refused', error: { message: String(error) } }));
    return close;
  }
  resetSilenceTimer();
  const on = (event: string, receive: (data: never) => void) =>
    source?.addEventListener(event, ({ data }) => {
      try {
        receive(JSON.parse(data as string) as never);
      } catch {
        finish({ kind: 'lost' });
      }
    });
  on('snapshot', listener.snapshot);
  on('change', listener.change);
  on('end', (end: { reason: 'expired' | 'revoked' | 'restarting' }) => finish({ kind: 'ended', reason: end.reason }));
  source.addEventListener('error', ({ code, message }) => {
    if (refusal) finish({ kind: 'refused', error: refusal });
    // A status without a refusal: the response is not a stream, for example the page of a proxy.
    else if (code) finish({ kind: 'refused', error: { status: code, message: message ?? `HTTP ${code}` } });
    else finish({ kind: 'lost' });
  });
  return close;
}

/** The response for EventSource. `onActivity` is called for every chunk, also for comments, which are no events. */
function withActivity({ body, url, status, redirected, headers }: Response, onActivity: () => void) {
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onActivity();
      controller.enqueue(chunk);
    },
  });
  return { url, status, redirected, headers, body: status === 200 && body ? body.pipeThrough(watch) : body };
}
