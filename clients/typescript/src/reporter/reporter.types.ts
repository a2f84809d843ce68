import type { Client } from '../generated/client/index.ts';
import type { Progress } from '../generated/types.gen.ts';

/** Where a sync goes on after its process has ended: any JSON object up to 64 KiB. */
export type Checkpoint = Record<string, unknown>;

export interface SyncOptions<Item = unknown> {
  /** From `createSyncClient`. */
  readonly client: Client;
  /** Give one, and a process that is started again goes on where the last one stopped. Otherwise it is generated. */
  readonly sync_id?: string;
  readonly entity_type: string;
  readonly source_system: string;
  /** Leave it out while it is not known. A sync that turns out to have more items raises it. */
  readonly total_items?: number;
  /** The user on whose behalf the sync runs. */
  readonly initiated_by?: string;
  /** What a failed item is called in the audit trail, which keeps it for good. By default its `id`. */
  readonly itemId?: (item: Item) => string | number | undefined;
  /** A report is sent after so many milliseconds (2,000) … */
  readonly everyMs?: number;
  /** … or so many items (500), whichever comes first. */
  readonly everyItems?: number;
  /** While there is nothing to report, the service is told so often (30,000 ms) that the sync is alive. */
  readonly heartbeatMs?: number;
  /** While the service is away, `done` waits once so many items (10,000) are not reported. They would be done again after a crash. */
  readonly maxUnreported?: number;
  /** The wait after the first failed attempt (500 ms), which doubles up to 30 s. A Retry-After of the service goes first. */
  readonly firstRetryMs?: number;
  /** How long the service may be away (15 minutes) before the sync gives up. */
  readonly giveUpAfterMs?: number;
  /** After SIGTERM or SIGINT the present item has half of this time (8,000 ms), and the last report the rest. */
  readonly exitGraceMs?: number;
  /** False: this process handles its signals itself. */
  readonly handleSignals?: boolean;
}

/** The sync that the work reports to. */
export interface RunningSync<Item = unknown> {
  readonly sync_id: string;
  /** Where to go on: what the last report of an earlier process held. Null in a new sync. */
  readonly checkpoint: Checkpoint | null;
  /** What the service last answered, with speed and ETA. */
  readonly progress: Progress;
  /** Aborted when the sync is cancelled, has ended, or the process is asked to exit. Pass it to what takes long. */
  readonly signal: AbortSignal;
  /**
   * Counts an item that succeeded. Await it: it waits while the sync is paused or too much is unreported, and throws SyncStopped when the
   * work must end. The checkpoint says that everything up to here is done.
   */
  done(item?: Item, checkpoint?: Checkpoint): Promise<void>;
  /** Counts an item that failed, and writes its error into the audit trail. It waits and throws as `done`. */
  failed(item: Item, error: unknown, checkpoint?: Checkpoint): Promise<void>;
  /** The total, when it becomes known or changes. */
  setTotal(totalItems: number): void;
}

/** cancelled: by an operator; interrupted: the process is to exit; ended: the service ended it; refused: it does not take the reports. */
export type StopReason = 'cancelled' | 'interrupted' | 'ended' | 'refused';
