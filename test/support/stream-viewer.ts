import {
  type Client,
  type ProgressChange,
  type ProgressSnapshot,
  type ProgressStreamEnd,
  type StreamedSync,
  streamProgress,
} from '@sync-operations/client';
import { waitFor } from './wait-for.ts';

type StreamEvent =
  | { readonly event: 'snapshot'; readonly data: ProgressSnapshot }
  | { readonly event: 'change'; readonly data: ProgressChange }
  | { readonly event: 'end'; readonly data: ProgressStreamEnd };

/** Watches an organization through the generated client, over one connection. */
export class TestViewer {
  readonly events: StreamEvent[] = [];
  /** What the events add up to, by sync_id. */
  readonly syncs = new Map<string, StreamedSync>();
  isClosed = false;
  /** Whether a count was ever reported lower than before. */
  wentBackwards = false;
  private readonly abort = new AbortController();

  /** Returns when the snapshot is there. */
  static async open(client: Client, orgId?: string): Promise<TestViewer> {
    const viewer = new TestViewer();
    const { stream } = await streamProgress({
      client,
      query: { orgId },
      signal: viewer.abort.signal,
      sseMaxRetryAttempts: 1,
      onSseEvent: ({ event, data }) => {
        if (event !== undefined) viewer.take({ event, data } as StreamEvent);
      },
    });
    void (async () => {
      for await (const _ of stream);
      viewer.isClosed = true;
    })();
    await waitFor('the snapshot', () => viewer.events.length > 0, { everyMs: 5 });
    return viewer;
  }

  get endReason(): string | undefined {
    const last = this.events.at(-1);
    return last?.event === 'end' ? last.data.reason : undefined;
  }

  close(): void {
    this.abort.abort();
  }

  /** The sync as the stream reports it, once it is as wanted; within a second and what a busy machine adds. */
  async sees(syncId: string, wanted: Partial<StreamedSync>, withinMs = 1_500): Promise<StreamedSync> {
    return waitFor(
      `${syncId} is ${JSON.stringify(wanted)}`,
      () => {
        const sync = this.syncs.get(syncId);
        const isAsWanted = Object.entries(wanted).every(
          ([name, value]) => sync?.[name as keyof StreamedSync] === value,
        );
        return isAsWanted && sync;
      },
      { withinMs, everyMs: 5 },
    );
  }

  private take(event: StreamEvent): void {
    this.events.push(event);
    if (event.event === 'end') return;
    for (const sync of event.data.syncs) {
      this.wentBackwards ||= sync.processed_count < (this.syncs.get(sync.sync_id)?.processed_count ?? 0);
      this.syncs.set(sync.sync_id, sync);
    }
    if (event.event === 'change') for (const syncId of event.data.gone) this.syncs.delete(syncId);
  }
}
