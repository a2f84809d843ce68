import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { POOL } from '../database/database.module.ts';
import { outages } from '../database/outage.log.ts';
import { runAsWorker } from '../tenancy/tenant.context.ts';
import { ScheduleRunner } from './schedule.runner.ts';
import { dueSchedules } from './schedule.sql.ts';

/** How late a schedule may run at most, in milliseconds, when nothing else is in the way. */
const EVERY_MS = 5_000;
const BATCH_SIZE = 200;

/**
 * Runs the schedules whose time has come by the database's clock. Every worker process looks for them, because it may be the only one
 * left; a schedule is locked and read again before it runs, so it runs once.
 */
@Injectable()
export class ScheduleClock implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Schedules');
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly runner: ScheduleRunner,
  ) {}

  onApplicationBootstrap(): void {
    if (this.env.SYNC_WORKER === 'off') return;
    this.timer = setInterval(() => this.startPass(), EVERY_MS);
    this.startPass();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.pass;
  }

  private startPass(): void {
    this.pass ??= this.runDue()
      .catch((error: unknown) => {
        if (!outages.tell(error)) this.logger.warn({ err: error }, 'could not look for schedules that are due');
      })
      .finally(() => {
        this.pass = undefined;
      });
  }

  private async runDue(): Promise<void> {
    const { text, values } = dueSchedules(BATCH_SIZE);
    const { rows } = await this.pool.query<{ org_id: string; id: string }>(text, values as unknown[]);
    for (const { org_id, id } of rows) {
      if (this.isStopping) return;
      // One that fails stays due, and the others do not wait for it.
      await runAsWorker(org_id, () => this.runner.runDue(id)).catch((error: unknown) => {
        if (!outages.tell(error))
          this.logger.warn({ err: error, org_id, schedule_id: id }, 'a schedule could not run; it is tried again');
      });
    }
  }
}
