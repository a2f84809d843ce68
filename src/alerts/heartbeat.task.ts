import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { request } from 'undici';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { TASK_POOL } from '../database/database.module.ts';
import { TaskRunner } from '../jobs/task.runner.ts';
import { AlertMetrics } from '../metrics/alert.metrics.ts';

/** Evaluations that are overdue by more are not late but dead. */
const DEAD_AFTER_SECONDS = 300;
const ANSWER_WITHIN_MS = 10_000;

/**
 * Says that the alerting is alive: once a minute it calls SYNC_HEARTBEAT_URL, as services for that expect it, unless evaluations are overdue.
 * Whoever gets no call for some minutes raises the alarm that nobody here can raise any more. GET /health/alerting shows the same.
 */
@Injectable()
export class HeartbeatTask {
  constructor(
    runner: TaskRunner,
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly metrics: AlertMetrics,
  ) {
    runner.register({ name: 'alert-heartbeat', everySeconds: 60, run: () => this.beat() });
  }

  async beat(): Promise<number> {
    const { rows } = await this.pool.query<{ lag: number }>('SELECT app.alert_lag() AS lag');
    const lag = rows[0]?.lag ?? 0;
    this.metrics.lagged(lag);
    if (lag > DEAD_AFTER_SECONDS)
      throw new Error(`The evaluation of alert rules is overdue by ${Math.round(lag)} seconds.`);
    await this.call();
    return 0;
  }

  private async call(): Promise<void> {
    const { SYNC_HEARTBEAT_URL: url } = this.env;
    if (url === undefined) return;
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { statusCode, body } = await request(url, { method: 'GET', signal });
    await body.dump();
    if (statusCode >= 300) throw new Error(`SYNC_HEARTBEAT_URL answered with ${statusCode}.`);
  }
}
