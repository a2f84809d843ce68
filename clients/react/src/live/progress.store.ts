import { type Api, apiOf, type Fetch } from './api.request.ts';
import { ProgressPoller } from './progress.poller.ts';
import { canShareStream, openSharedStream } from './shared.stream.ts';
import { openStream, type StreamEnd } from './stream.connection.ts';
import { retryDecision, retryDelayMs } from './stream.retry.ts';
import { EMPTY_LIST, type SyncList, samplesOf, withChange, withSnapshot } from './sync.list.ts';
import type { ConnectionOptions, ConnectionState, SyncProgress, SyncProgressError } from './sync.types.ts';

export interface StoreOptions extends ConnectionOptions {
  readonly orgId: string;
  /** Time without data after which a connection counts as dead, in milliseconds; default 15,000: five keep-alives. */
  readonly silenceMs?: number;
  /** Time without data after which the syncs are marked as stale, in milliseconds; default 5,000. */
  readonly quietMs?: number;
  /** The first delay before reconnecting, in milliseconds; default 1,000. It grows with each failure. */
  readonly retryMs?: number;
  readonly fetch?: Fetch;
}

/** The live syncs of one organization. It is connected while it has subscribers. */
export interface SyncProgressStore {
  subscribe(listener: () => void): () => void;
  getSnapshot(): SyncProgress;
  /** Connects again after it stopped ('signed-out', 'error'). */
  retry(): void;
  /** Used from the next request on. A new string reconnects a store that has stopped. */
  setToken(token: ConnectionOptions['token']): void;
}

/** Failures in a row after which the store polls until the stream works again. */
const FAILURES_BEFORE_POLLING = 2;

export function createSyncProgressStore(options: StoreOptions): SyncProgressStore {
  return new ProgressStore(options);
}

class ProgressStore implements SyncProgressStore {
  private readonly api: Api;
  private readonly poller: ProgressPoller;
  private readonly listeners = new Set<() => void>();
  private readonly silenceMs: number;
  private readonly quietMs: number;
  private readonly pollMs: number;
  private readonly retryMs: number;
  private readonly isShared: boolean;
  private token: ConnectionOptions['token'];
  private list: SyncList = EMPTY_LIST;
  private snapshot: SyncProgress = progressOf(EMPTY_LIST, {
    state: 'connecting',
    loaded: false,
    isStale: false,
    serverOffsetMs: 0,
  });
  private running = false;
  private failures = 0;
  private closeStream: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StoreOptions) {
    this.token = options.token;
    this.silenceMs = options.silenceMs ?? 15_000;
    this.quietMs = options.quietMs ?? 5_000;
    this.pollMs = options.fallbackPollMs ?? 2_000;
    this.retryMs = options.retryMs ?? 1_000;
    // Tabs with the cookie of the same origin see the same. Tokens may differ, and so may what a fetch of the page's own does.
    this.isShared = options.fetch === undefined;
    // Called on globalThis, as browsers require.
    const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.api = apiOf(options.baseUrl ?? '', options.orgId, () => this.token, fetch);
    this.poller = new ProgressPoller(this.api, this.pollMs, {
      list: (syncs, at) => this.show(withSnapshot(this.list, { syncs }), 'polling', at),
      refused: (error) => this.stop(error),
      failed: () => this.update({ state: 'reconnecting' }),
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    // A new function for each subscription, because a listener may subscribe twice.
    const own = () => listener();
    this.listeners.add(own);
    if (!this.running) this.start();
    return () => {
      this.listeners.delete(own);
      // Delayed, because React's StrictMode and a change of pages unsubscribe and subscribe again in the same turn.
      if (this.listeners.size === 0) setTimeout(() => this.listeners.size === 0 && this.goIdle());
    };
  };

  getSnapshot = (): SyncProgress => this.snapshot;

  retry = (): void => {
    if (!this.running && this.listeners.size > 0) this.start();
  };

  setToken = (token: ConnectionOptions['token']): void => {
    // A function may be a new one in each render, so only a new string counts as a new sign-in.
    const isNew = typeof token === 'string' && token !== this.token;
    this.token = token;
    if (isNew) this.retry();
  };

  private start(): void {
    this.running = true;
    this.failures = 0;
    this.update({ state: 'connecting', error: undefined });
    this.connect();
  }

  private connect(): void {
    const open = this.isShared && this.token === undefined && canShareStream() ? openSharedStream : openStream;
    this.closeStream = open(this.api, this.silenceMs, {
      snapshot: (snapshot) => {
        this.failures = 0;
        this.poller.stop();
        this.show(withSnapshot(this.list, snapshot), 'live', Date.parse(snapshot.at));
      },
      change: (change) => this.show(withChange(this.list, change), 'live', Date.parse(change.at)),
      active: () => this.onNews('live'),
      ended: (end) => this.onEnd(end),
    });
  }

  private onEnd(end: StreamEnd): void {
    const decision = retryDecision(end, { renewable: typeof this.token === 'function' });
    if (decision.stop) {
      this.stop(decision.stop);
      return;
    }
    const { missing } = decision;
    this.failures += 1;
    if (missing || this.failures >= FAILURES_BEFORE_POLLING) this.poller.start(this.list.syncs);
    const { state } = this.snapshot;
    if (state === 'live' || (state === 'connecting' && !missing)) this.update({ state: 'reconnecting' });
    this.timer = setTimeout(() => this.connect(), retryDelayMs(this.failures, { firstMs: this.retryMs, missing }));
  }

  private show(list: SyncList, state: ConnectionState, at: number | undefined): void {
    this.list = list;
    this.onNews(state);
    const serverOffsetMs = at === undefined ? this.snapshot.serverOffsetMs : at - Date.now();
    this.update({ state, loaded: true, serverOffsetMs });
  }

  /** While it polls, news comes no more often than that. */
  private onNews(state: ConnectionState): void {
    clearTimeout(this.quiet);
    const afterMs = this.quietMs + (state === 'polling' ? this.pollMs : 0);
    this.quiet = setTimeout(() => this.update({ isStale: this.snapshot.loaded }), afterMs);
    if (this.snapshot.isStale) this.update({ isStale: false });
  }

  /** Without subscribers the data would become outdated, and a later subscriber may not be allowed to see it. */
  private goIdle(): void {
    this.disconnect();
    this.list = EMPTY_LIST;
    this.update({ state: 'connecting', loaded: false, error: undefined });
  }

  /** Stops until retry() or a new token, and removes the data that the user may no longer see. */
  private stop(error: SyncProgressError): void {
    this.disconnect();
    this.list = EMPTY_LIST;
    this.update({ state: error.status === 403 ? 'error' : 'signed-out', error, loaded: false });
  }

  private disconnect(): void {
    this.running = false;
    this.closeStream?.();
    this.poller.stop();
    clearTimeout(this.timer);
    clearTimeout(this.quiet);
    this.snapshot = { ...this.snapshot, isStale: false };
  }

  private update(change: Partial<Omit<SyncProgress, 'syncs' | 'history'>>): void {
    this.snapshot = progressOf(this.list, { ...this.snapshot, ...change });
    for (const listener of this.listeners) listener();
  }
}

function progressOf(list: SyncList, rest: Omit<SyncProgress, 'syncs' | 'history'>): SyncProgress {
  return { ...rest, syncs: list.syncs, history: (syncId) => samplesOf(list, syncId) };
}
