import type { Client } from '../generated/client/index.ts';
import { completeSync, failSync, getSync, reportProgress } from '../generated/sdk.gen.ts';
import type { Progress, Report } from '../generated/types.gen.ts';
import { FailureLog } from './failure.log.ts';
import { PatientSender } from './patient.sender.ts';
import type { Checkpoint, RunningSync, SyncOptions } from './reporter.types.ts';
import { SyncStopped } from './sync.stopped.ts';

/** Failed items wait for the trail with their messages; their number bounds the memory. */
const MAX_FAILURES_WAITING = 1_000;

/**
 * Reports one sync.
 *
 * 1. Counts are totals and go with their checkpoint in one report, so a report that is sent twice counts once, and a process that goes on
 *    from the checkpoint goes on from its counts.
 * 2. One request is under way at a time; what happens meanwhile goes with the next. A failed item is in the trail before it is counted.
 * 3. Reaching the total would end the sync, so the counts that reach it are held back until the work has returned.
 * 4. A request to stop is told by each `done` or `failed` that follows, once its item is counted: what is done is done. Nothing is counted
 *    after the last report.
 */
export class ProgressReporter<Item> implements RunningSync<Item> {
  readonly checkpoint: Checkpoint | null;
  /** Rejects when the work has not ended in its part of the grace. */
  readonly outOfTime: Promise<never>;
  readonly #options: SyncOptions<Item>;
  readonly #client: Client;
  readonly #sender: PatientSender;
  readonly #failures: FailureLog;
  readonly #abort = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  #progress: Progress;
  #processed: number;
  #failed: number;
  #latest: Checkpoint | undefined;
  #total: number | undefined;
  /** Whether there is a total that the service does not know. */
  #totalChanged = false;
  #reported: number;
  #lastSent = performance.now();
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #pause: Promise<void> | undefined;
  #stop: SyncStopped | undefined;
  #stopIsTold = false;
  #isClosed = false;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;
  #runOut: (stop: SyncStopped) => void = () => undefined;

  constructor(options: SyncOptions<Item>, progress: Progress, sender: PatientSender) {
    const { client, everyMs = 2_000 } = options;
    const { sync_id, entity_type, source_system, processed_count, failed_count } = progress;
    this.#options = options;
    this.#client = client;
    this.#sender = sender;
    this.#progress = progress;
    this.#processed = processed_count;
    this.#failed = failed_count;
    this.#reported = processed_count + failed_count;
    this.#total = progress.total_items ?? undefined;
    this.checkpoint = progress.checkpoint;
    this.#failures = new FailureLog(client, { sync_id, entity_type, source_system, user_id: options.initiated_by });
    this.outOfTime = new Promise((_, reject) => {
      this.#runOut = reject;
    });
    this.#heed(progress);
    this.#timer = setInterval(() => this.#tick(), everyMs);
  }

  get sync_id(): string {
    return this.#progress.sync_id;
  }

  get progress(): Progress {
    return this.#progress;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why the work has to end, once something asks for it. */
  get stop(): SyncStopped | undefined {
    return this.#stop;
  }

  /** Whether the work knows: work that has returned before is complete. */
  get stopIsTold(): boolean {
    return this.#stopIsTold;
  }

  done(_item?: Item, checkpoint?: Checkpoint): Promise<void> {
    return awaitable(this.#done(checkpoint));
  }

  failed(item: Item, error: unknown, checkpoint?: Checkpoint): Promise<void> {
    return awaitable(this.#fail(item, error, checkpoint));
  }

  setTotal(totalItems: number): void {
    this.#totalChanged ||= totalItems !== this.#total;
    this.#total = totalItems;
  }

  /** The process is to exit: the work ends after its present item, and what is done is reported within the grace. */
  interrupt(): void {
    const { exitGraceMs = 8_000 } = this.#options;
    const stop = new SyncStopped('interrupted', 'The process is asked to exit.');
    this.#sender.hurry(exitGraceMs);
    this.#stopFor(stop);
    this.#graceTimer = setTimeout(() => this.#runOut(stop), exitGraceMs / 2);
  }

  /** The sync as it is now. */
  async read(): Promise<Progress> {
    const path = { sync_id: this.sync_id };
    return this.#sender.send((signal) => getSync({ client: this.#client, path, signal }));
  }

  /** Reports what is left and ends the sync. */
  async complete(): Promise<Progress> {
    await this.#settle();
    if (this.#progress.completed_at !== null) return this.#progress;
    const body = { processed_count: this.#processed, failed_count: this.#failed };
    const path = { sync_id: this.sync_id };
    return this.#sender.send((signal) => completeSync({ client: this.#client, path, body, signal }));
  }

  async fail(error_message: string): Promise<Progress> {
    await this.#settle();
    const body = { processed_count: this.#processed, failed_count: this.#failed, error_message };
    const path = { sync_id: this.sync_id };
    return this.#sender.send((signal) => failSync({ client: this.#client, path, body, signal }));
  }

  async confirmCancel(): Promise<Progress> {
    await this.#settle('cancelled');
    return this.#progress;
  }

  /** Reports what is left, and leaves the sync to the process that goes on with it. */
  async leave(): Promise<void> {
    this.close();
    await this.#enqueue(() => this.#send(this.#snapshot()));
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#graceTimer);
  }

  async #done(checkpoint: Checkpoint | undefined): Promise<void> {
    this.#refuseAfterLastReport();
    this.#processed += 1;
    return this.#counted(checkpoint);
  }

  async #fail(item: Item, error: unknown, checkpoint: Checkpoint | undefined): Promise<void> {
    // `done` threw it to the handler that reports failed items: its item is counted already.
    if (error instanceof SyncStopped) throw error;
    this.#refuseAfterLastReport();
    this.#failed += 1;
    this.#failures.add((this.#options.itemId ?? idOf)(item), error);
    return this.#counted(checkpoint);
  }

  async #settle(status?: 'cancelled'): Promise<void> {
    this.close();
    await this.#enqueue(() => this.#send(this.#snapshot({ isLast: true }), status));
  }

  async #counted(checkpoint: Checkpoint | undefined): Promise<void> {
    if (checkpoint !== undefined) this.#latest = checkpoint;
    const { everyItems = 500, maxUnreported = 10_000 } = this.#options;
    const unreported = () => this.#processed + this.#failed - this.#reported;
    if (unreported() >= everyItems && this.#queued === 0 && !this.#stop) void this.#report();
    while ((unreported() >= maxUnreported && !this.#isHeldBack()) || this.#failures.size >= MAX_FAILURES_WAITING) {
      if (this.#stop) break;
      await this.#report();
    }
    if (this.#progress.pause_requested && !this.#stop) {
      this.#pause ??= this.#waitForResume();
      await this.#pause;
    }
    if (this.#stop) {
      this.#stopIsTold = true;
      throw this.#stop;
    }
  }

  #refuseAfterLastReport(): void {
    if (this.#isClosed)
      throw this.#stop ?? new SyncStopped('ended', 'The work has returned; nothing is counted any more.');
  }

  #tick(): void {
    if (this.#queued > 0 || this.#pause || this.#stop) return;
    const isDue = performance.now() - this.#lastSent >= (this.#options.heartbeatMs ?? 30_000);
    const isNew = this.#processed + this.#failed > this.#reported && !this.#isHeldBack();
    if (isNew || isDue || this.#totalChanged || this.#failures.size > 0) void this.#report();
  }

  /** Never rejects: what the service refuses stops the work. */
  async #report(status?: 'paused'): Promise<void> {
    try {
      await this.#enqueue(() => this.#send(this.#snapshot(), status));
    } catch (error) {
      this.#stopFor(error instanceof SyncStopped ? error : new SyncStopped('refused', String(error)));
    }
  }

  #enqueue(send: () => Promise<void>): Promise<void> {
    this.#queued += 1;
    const sent = this.#queue.then(send).finally(() => {
      this.#queued -= 1;
    });
    this.#queue = sent.catch(() => undefined);
    return sent;
  }

  #isHeldBack(): boolean {
    return this.#total !== undefined && this.#processed + this.#failed === this.#total;
  }

  #snapshot({ isLast } = { isLast: false }): Report {
    if (!isLast && this.#isHeldBack()) return {};
    const counts = this.#processed + this.#failed;
    const isMore = this.#total !== undefined && counts > this.#total;
    const total = isMore ? counts + (isLast ? 0 : 1) : this.#totalChanged ? this.#total : undefined;
    return {
      processed_count: this.#processed,
      failed_count: this.#failed,
      ...(this.#latest && { checkpoint: this.#latest }),
      ...(total !== undefined && { total_items: total }),
    };
  }

  async #send(body: Report, status?: 'paused' | 'cancelled'): Promise<void> {
    await this.#failures.flush(this.#sender);
    const path = { sync_id: this.sync_id };
    const sent = status ? { ...body, status } : body;
    const progress = await this.#sender.send((signal) =>
      reportProgress({ client: this.#client, path, body: sent, signal }),
    );
    this.#lastSent = performance.now();
    this.#reported = progress.processed_count + progress.failed_count;
    if (body.total_items !== undefined && body.total_items === this.#total) this.#totalChanged = false;
    this.#heed(progress);
  }

  #heed(progress: Progress): void {
    this.#progress = progress;
    if (progress.completed_at !== null && !this.#isClosed)
      this.#stopFor(new SyncStopped('ended', `The sync has ended as ${progress.status}.`));
    else if (progress.cancel_requested)
      this.#stopFor(new SyncStopped('cancelled', 'An operator has cancelled the sync.'));
  }

  async #waitForResume(): Promise<void> {
    await this.#report('paused');
    while (this.#progress.pause_requested && !this.#stop) {
      await pauseFor(this.#options.everyMs ?? 2_000, this.signal);
      if (this.#stop) break;
      try {
        this.#heed(await this.read());
      } catch (error) {
        this.#stopFor(error as SyncStopped);
      }
    }
    this.#pause = undefined;
  }

  #stopFor(stop: SyncStopped): void {
    if (this.#stop) return;
    this.#stop = stop;
    this.#abort.abort(this.#stop);
  }
}

/** Work that does not await a promise learns by the signal that it must end; the process must not die of it. */
function awaitable(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

function idOf(item: unknown): string | number | undefined {
  const id = typeof item === 'object' && item !== null ? (item as { id?: unknown }).id : item;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
