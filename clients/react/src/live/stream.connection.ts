import { EventSource } from 'eventsource';
import { type Api, refusalOf } from './api.request.ts';
import type { SyncChange, SyncProgressError, SyncSnapshot } from './sync.types.ts';

/** Why a stream is over: the service said so, it refused to begin, or the connection was lost. */
export type StreamEnd =
  | { readonly kind: 'ended'; readonly reason: 'expired' | 'revoked' | 'restarting' }
  | { readonly kind: 'refused'; readonly error: SyncProgressError }
  | { readonly kind: 'lost' };

export interface StreamListener {
  snapshot(snapshot: SyncSnapshot): void;
  change(change: SyncChange): void;
  /** Once, and last. */
  over(end: StreamEnd): void;
}

/** Opens the stream once and never again: when to retry is the caller's to say. Returns how to close it, silently. */
export function openStream(api: Api, silenceMs: number, listener: StreamListener): () => void {
  let refusal: SyncProgressError | undefined;
  let closed = false;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    closed = true;
    clearTimeout(silence);
    source?.close();
  };
  const over = (end: StreamEnd) => {
    if (closed) return;
    close();
    listener.over(end);
  };
  // A connection can die without a word. The service sends a comment now and then, so that silence means death.
  const heard = () => {
    clearTimeout(silence);
    if (!closed) silence = setTimeout(() => over({ kind: 'lost' }), silenceMs);
  };

  let source: EventSource | undefined;
  try {
    source = new EventSource(api.url('progress/stream'), {
      fetch: async (url, init) => {
        const response = await api.fetch(url, init as RequestInit);
        if (response.status !== 200) refusal = await refusalOf(response);
        heard();
        return noticed(response, heard);
      },
    });
  } catch (error) {
    // Not from within the call: the caller has not got its `close` yet.
    queueMicrotask(() => over({ kind: 'refused', error: { message: String(error) } }));
    return close;
  }
  heard();
  const on = (event: string, receive: (data: never) => void) =>
    source?.addEventListener(event, ({ data }) => {
      try {
        receive(JSON.parse(data as string) as never);
      } catch {
        over({ kind: 'lost' });
      }
    });
  on('snapshot', listener.snapshot);
  on('change', listener.change);
  on('end', (end: { reason: 'expired' | 'revoked' | 'restarting' }) => over({ kind: 'ended', reason: end.reason }));
  source.addEventListener('error', ({ code, message }) => {
    if (refusal) over({ kind: 'refused', error: refusal });
    // A status with no refusal: an answer that is no stream, such as a proxy's page.
    else if (code) over({ kind: 'refused', error: { status: code, message: message ?? `HTTP ${code}` } });
    else over({ kind: 'lost' });
  });
  return close;
}

/** The response as EventSource reads it, with `heard` called for all bytes, also those that make no event. */
function noticed({ body, url, status, redirected, headers }: Response, heard: () => void) {
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      heard();
      controller.enqueue(chunk);
    },
  });
  return { url, status, redirected, headers, body: status === 200 && body ? body.pipeThrough(watch) : body };
}
