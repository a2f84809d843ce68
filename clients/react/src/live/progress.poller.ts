import { type Api, errorOf } from './api.request.ts';
import type { StreamedSync, SyncProgressError } from './sync.types.ts';

/** The stream keeps ended syncs for the same time. */
const KEEP_ENDED_MS = 60_000;
const REQUEST_TIMEOUT_MS = 15_000;

export interface PollListener {
  /** `at`: the clock of the service in milliseconds since 1970; undefined when the response has no date. */
  list(syncs: readonly StreamedSync[], at: number | undefined): void;
  refused(error: SyncProgressError): void;
  failed(): void;
}

/** Polls the active syncs until it is stopped. Syncs that have just ended are requested one by one. */
export class ProgressPoller {
  private readonly api: Api;
  private readonly everyMs: number;
  private readonly listener: PollListener;
  private known: readonly StreamedSync[] = [];
  private current: AbortController | undefined;

  constructor(api: Api, everyMs: number, listener: PollListener) {
    this.api = api;
    this.everyMs = everyMs;
    this.listener = listener;
  }

  /** `known`: the syncs seen so far. Does nothing when it is already running. */
  start(known: readonly StreamedSync[]): void {
    if (this.current) return;
    this.known = known;
    this.current = new AbortController();
    void this.run(this.current.signal);
  }

  stop(): void {
    this.current?.abort();
    this.current = undefined;
  }

  private async run(stopped: AbortSignal): Promise<void> {
    for (;;) {
      await this.poll(stopped).catch(() => {
        if (!stopped.aborted) this.listener.failed();
      });
      if (stopped.aborted) return;
      await pause(this.everyMs, stopped);
      if (stopped.aborted) return;
    }
  }

  private async poll(stopped: AbortSignal): Promise<void> {
    const response = await this.get('progress', stopped);
    if (response.status === 401 || response.status === 403) {
      const error = await errorOf(response);
      if (!stopped.aborted) this.listener.refused(error);
      return;
    }
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const active = (await response.json()) as StreamedSync[];
    const date = Date.parse(response.headers.get('date') ?? '');
    const at = Number.isNaN(date) ? undefined : date;
    const ended = await this.justEnded(active, at ?? Date.now(), stopped);
    if (stopped.aborted) return;
    this.known = [...active, ...ended];
    this.listener.list(this.known, at);
  }

  private async justEnded(active: readonly StreamedSync[], now: number, stopped: AbortSignal): Promise<StreamedSync[]> {
    const activeIds = new Set(active.map(({ sync_id }) => sync_id));
    const left = this.known.filter(({ sync_id }) => !activeIds.has(sync_id));
    const read = await Promise.all(left.map((sync) => (sync.completed_at ? sync : this.read(sync.sync_id, stopped))));
    return read.filter(
      (sync) => !!sync?.completed_at && now - Date.parse(sync.completed_at) < KEEP_ENDED_MS,
    ) as StreamedSync[];
  }

  private async read(syncId: string, stopped: AbortSignal): Promise<StreamedSync | undefined> {
    const response = await this.get(`progress/${encodeURIComponent(syncId)}`, stopped);
    return response.ok ? ((await response.json()) as StreamedSync) : undefined;
  }

  private get(path: string, stopped: AbortSignal): Promise<Response> {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    return this.api.fetch(this.api.url(path), { headers: { accept: 'application/json' }, signal });
  }
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
