import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { within } from '../common/clock.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { TASK_POOL } from '../database/database.module.ts';
import { outages } from '../database/outage.log.ts';
import { runAsWorker } from '../tenancy/tenant.context.ts';
import { RunDispatcher } from './run.dispatcher.ts';

const BATCH_SIZE = 200;
/** A pass that is cut off is made by another worker. */
const STOP_WITHIN_MS = 2_000;

/**
 * Queues runs that have no worker: the worker was killed, a slot became free without a dispatch, or the job was lost. Every worker
 * process checks for them, because it may be the only one left. Queueing a run twice is harmless.
 */
@Injectable()
export class RunRescuer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Runs');
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> | undefined;

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly dispatcher: RunDispatcher,
  ) {}

  onApplicationBootstrap(): void {
    if (this.env.SYNC_WORKER === 'off') return;
    this.timer = setInterval(() => this.startPass(), (this.env.SYNC_LEASE_SECONDS * 1000) / 3);
    this.startPass();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await within(STOP_WITHIN_MS, this.pass);
  }

  private startPass(): void {
    this.pass ??= this.queueRunsWithoutWorker()
      .catch((error: unknown) => {
        if (!outages.tell(error)) this.logger.warn({ err: error }, 'could not look for runs without a worker');
      })
      .finally(() => {
        this.pass = undefined;
      });
  }

  private async queueRunsWithoutWorker(): Promise<void> {
    const { rows } = await this.pool.query<{ org_id: string; sync_id: string; state: string }>(
      'SELECT org_id, sync_id, state FROM app.runs_without_worker($1)',
      [BATCH_SIZE],
    );
    const waiting = new Set(rows.filter(({ state }) => state === 'waiting').map(({ org_id }) => org_id));
    for (const orgId of waiting) await runAsWorker(orgId, () => this.dispatcher.dispatch());
    for (const { org_id, sync_id, state } of rows) {
      if (state !== 'ready') continue;
      await runAsWorker(org_id, () => this.dispatcher.rescue(sync_id));
    }
  }
}
