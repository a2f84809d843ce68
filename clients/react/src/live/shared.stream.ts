import type { Api } from './api.request.ts';
import { openStream, type StreamEnd, type StreamListener } from './stream.connection.ts';
import { EMPTY_LIST, type SyncList, withChange, withSnapshot } from './sync.list.ts';
import type { SyncChange, SyncSnapshot } from './sync.types.ts';

/**
 * One stream for all tabs of a browser, which has six connections to an origin over HTTP/1.1:
 * 1. Whoever holds the lock of the stream's name leads: it has the connection and tells the others everything that it receives.
 * 2. The others wait for the lock. The browser gives it to one of them when the leader's tab closes, navigates or crashes.
 * 3. A tab that joins says hello, and the leader answers with a snapshot of what it knows.
 * 4. When the stream ends, every tab is told why, and connects again in its own time: the first one leads.
 * 5. A leader that says nothing for too long, because its tab was frozen, loses the lock to the first that notices.
 */
type Message =
  | { readonly kind: 'hello'; readonly from: string }
  | { readonly kind: 'snapshot'; readonly snapshot: SyncSnapshot; readonly to?: string }
  | { readonly kind: 'change'; readonly change: SyncChange }
  | { readonly kind: 'alive' }
  | { readonly kind: 'end'; readonly end: StreamEnd };

/** The leader notices a dead connection itself, and says so; its silence has to last longer to mean that it is frozen. */
const PATIENCE = 1.5;

/** False in a page that is not secure, such as plain http in a local network: it has a stream of its own. */
export const canShareStream = (): boolean =>
  typeof globalThis.BroadcastChannel === 'function' && globalThis.navigator?.locks !== undefined;

/** As openStream. Only for tabs with the same credentials, which see the same. */
export function openSharedStream(api: Api, silenceMs: number, listener: StreamListener): () => void {
  const tab = new SharedStream(api, silenceMs, listener);
  return () => tab.close();
}

const isSignedOut = (end: StreamEnd): boolean => end.kind === 'ended' && end.reason !== 'restarting';

class SharedStream {
  private readonly api: Api;
  private readonly silenceMs: number;
  private readonly listener: StreamListener;
  private readonly id = crypto.randomUUID();
  private readonly name: string;
  private readonly channel: BroadcastChannel;
  private readonly waiting = new AbortController();
  private closed = false;
  /** Set while this tab leads. */
  private closeOwn: (() => void) | undefined;
  private release: (() => void) | undefined;
  private known: { at: string; list: SyncList } | undefined;
  private isShown = false;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, silenceMs: number, listener: StreamListener) {
    this.api = api;
    this.silenceMs = silenceMs;
    this.listener = listener;
    this.name = `sync-operations ${api.url('progress/stream')}`;
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.receive(data);
    this.requestLock({ signal: this.waiting.signal });
    this.tell({ kind: 'hello', from: this.id });
    this.expectMessage();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.silence);
    this.waiting.abort();
    this.closeOwn?.();
    this.channel.close();
    this.release?.();
  }

  private finish(end: StreamEnd): void {
    if (this.closed) return;
    this.close();
    this.listener.ended(end);
  }

  private requestLock(options: LockOptions): void {
    navigator.locks
      .request(this.name, options, () => this.lead())
      // Given up by this tab, which is not waiting any more; or taken by another one, which leads now.
      .catch(() => {
        if (this.closeOwn) this.finish({ kind: 'lost' });
      });
  }

  /** Settles when this tab leads no more. */
  private lead(): Promise<void> {
    if (this.closed) return Promise.resolve();
    clearTimeout(this.silence);
    this.closeOwn = openStream(this.api, this.silenceMs, {
      snapshot: (snapshot) => {
        this.known = { at: snapshot.at, list: withSnapshot(EMPTY_LIST, snapshot) };
        this.tell({ kind: 'snapshot', snapshot });
        this.listener.snapshot(snapshot);
      },
      change: (change) => {
        this.known = { at: change.at, list: withChange(this.known?.list ?? EMPTY_LIST, change) };
        this.tell({ kind: 'change', change });
        this.listener.change(change);
      },
      active: () => {
        this.tell({ kind: 'alive' });
        this.listener.active?.();
      },
      ended: (end) => {
        this.tell({ kind: 'end', end });
        this.finish(end);
      },
    });
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }

  private receive(message: Message): void {
    if (this.closed) return;
    if (this.closeOwn) {
      if (message.kind === 'hello') this.welcome(message.from);
      // The lock may be here before the last word of the tab that had it.
      else if (message.kind === 'end' && isSignedOut(message.end)) this.finish(message.end);
      return;
    }
    if (message.kind === 'hello') return;
    this.expectMessage();
    if (message.kind === 'end') {
      this.finish(message.end);
      return;
    }
    this.listener.active?.();
    if (message.kind === 'snapshot' && (message.to === undefined || message.to === this.id)) {
      this.isShown = true;
      this.listener.snapshot(message.snapshot);
    } else if (message.kind === 'change' && this.isShown) this.listener.change(message.change);
  }

  private welcome(to: string): void {
    const { known } = this;
    if (known) this.tell({ kind: 'snapshot', snapshot: { at: known.at, syncs: known.list.syncs }, to });
    else this.tell({ kind: 'alive' });
  }

  private expectMessage(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.waiting.abort();
      this.requestLock({ steal: true });
    }, this.silenceMs * PATIENCE);
  }

  private tell(message: Message): void {
    if (!this.closed) this.channel.postMessage(message);
  }
}
