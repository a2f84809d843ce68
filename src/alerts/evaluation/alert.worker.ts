import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { within } from '../../common/clock.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { AlertMetrics } from '../../metrics/alert.metrics.ts';
import { runAsWorker } from '../../tenancy/tenant.context.ts';
import { AlertEvaluator } from './alert.evaluator.ts';
import { claimTurns } from './evaluation.sql.ts';

const EVERY_MS = 1_000;
/** Organizations that a process evaluates at once; each holds a connection. */
const SLOTS = 3;
/** Above what a turn takes: its statements have deadlines. The turn of a worker that was killed goes on after it. */
const LEASE_SECONDS = 60;
const STOP_WITHIN_MS = 3_000;

/** Gives the organizations that have something to evaluate their turns. Every worker process does it. */
@Injectable()
export class AlertWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Alerts');
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly evaluator: AlertEvaluator,
    private readonly metrics: AlertMetrics,
  ) {}

  onApplicationBootstrap(): void {
    if (this.env.SYNC_WORKER === 'off') return;
    this.timer = setInterval(() => void this.wake(), EVERY_MS);
  }

  /** A turn that is cut off is rolled back, and done again by another worker. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await within(STOP_WITHIN_MS, this.pass);
  }

  /** Evaluates what is due, and returns when nothing is any more. */
  wake(): Promise<void> {
    this.pass ??= this.evaluateDue()
      .then(() => this.metrics.passed())
      .catch((error: unknown) => {
        if (!outages.tell(error)) this.logger.warn({ err: error }, 'could not look for alert rules that are due');
      })
      .finally(() => {
        this.pass = undefined;
      });
    return this.pass;
  }

  private async evaluateDue(): Promise<void> {
    const { text, values } = claimTurns(SLOTS, LEASE_SECONDS);
    while (!this.isStopping) {
      const { rows } = await this.pool.query<{ org_id: string }>(text, values as unknown[]);
      if (rows.length === 0) return;
      await Promise.all(rows.map(({ org_id }) => this.evaluate(org_id)));
    }
  }

  /** One that fails keeps its signals, and its turn until the lease is over. The others do not wait for it. */
  private evaluate(orgId: string): Promise<void> {
    return runAsWorker(orgId, () => this.evaluator.run()).catch((error: unknown) => {
      if (!outages.tell(error))
        this.logger.warn({ err: error, org_id: orgId }, 'alert rules could not be evaluated; it is tried again');
    });
  }
}
