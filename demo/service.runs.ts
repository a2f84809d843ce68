import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  getRun,
  type PreviewRun,
  type Run,
  type StartPreview,
  type StartReconcile,
  type StartRun,
  startPreview,
  startReconcile,
  startRun,
} from '@sync-operations/client';
import { reliably } from './reliable.call.ts';
import type { Terminal } from './terminal.ts';

const POLL_EVERY_MS = 100;
/** Between lines where there is no bar. There are several syncs, so each prints few lines. */
const LINE_EVERY_PERCENT = 25;

/** Starts runs of the service and shows the progress of each until it has ended. */
export class ServiceRuns {
  private readonly api: Client;
  private readonly terminal: Terminal;
  private readonly signal: AbortSignal;

  constructor(api: Client, terminal: Terminal, signal: AbortSignal) {
    this.api = api;
    this.terminal = terminal;
    this.signal = signal;
  }

  async preview(connection_id: string, body: StartPreview): Promise<PreviewRun> {
    const call = { client: this.api, path: { connection_id }, headers: idempotencyKey(), body };
    const started = await reliably(() => startPreview(call), this.signal);
    return { ...started, ...(await this.follow(started)) };
  }

  async sync(body: StartRun): Promise<Run> {
    const call = { client: this.api, headers: idempotencyKey(), body };
    return this.follow(await reliably(() => startRun(call), this.signal));
  }

  async reconcile(connection_id: string, body: StartReconcile): Promise<Run> {
    const call = { client: this.api, path: { connection_id }, headers: idempotencyKey(), body };
    return this.follow(await reliably(() => startReconcile(call), this.signal));
  }

  private async follow({ sync_id }: Run): Promise<Run> {
    try {
      for (;;) {
        const run = await reliably(() => getRun({ client: this.api, path: { sync_id } }), this.signal);
        this.terminal.progress(run.progress, LINE_EVERY_PERCENT);
        if (run.progress.completed_at !== null) return run;
        await delay(POLL_EVERY_MS, undefined, { signal: this.signal });
      }
    } finally {
      this.terminal.endProgress();
    }
  }
}

/** Made once a request: all its retries carry the same key, so the request is carried out once. */
const idempotencyKey = () => ({ 'Idempotency-Key': `demo-${randomUUID()}` });
