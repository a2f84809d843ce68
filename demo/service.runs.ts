import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  getRun,
  type PreviewRun,
  type Run,
  type StartPreview,
  type StartRun,
  startPreview,
  startRun,
} from '@sync-operations/client';
import { reliably } from './reliable.call.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 100;
/** Without a bar: there are several syncs, so fewer lines of each. */
const LINE_EVERY_PERCENT = 25;

/** Starts syncs that the service runs itself, and shows each until it has ended, however it ended. */
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
    const call = { client: this.api, path: { connection_id }, headers: oneKey(), body };
    const started = await reliably(() => startPreview(call), this.signal);
    return { ...started, ...(await this.follow(started)) };
  }

  async sync(body: StartRun): Promise<Run> {
    const call = { client: this.api, headers: oneKey(), body };
    return this.follow(await reliably(() => startRun(call), this.signal));
  }

  private async follow({ sync_id }: Run): Promise<Run> {
    try {
      for (;;) {
        const run = await reliably(() => getRun({ client: this.api, path: { sync_id } }), this.signal);
        this.terminal.progress(run.progress, LINE_EVERY_PERCENT);
        if (run.progress.completed_at !== null) return run;
        await delay(LOOK_EVERY_MS, undefined, { signal: this.signal });
      }
    } finally {
      this.terminal.endProgress();
    }
  }
}

/** The same for each try of one request, so that it is done once. */
const oneKey = () => ({ 'Idempotency-Key': `demo-${randomUUID()}` });
