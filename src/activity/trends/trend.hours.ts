import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { TrailTurns } from '../sealing/trail.turns.ts';
import { rollUpTrends } from './trend.sql.ts';

/** What ended since is read one by one: of a thousand syncs a minute some milliseconds. */
const EVERY_SECONDS = 120;
/** Some tens of milliseconds. */
const ENDS_AT_ONCE = 10_000;
/** Of an organization in a round: with the rounds of a turn a million ends. */
const CALLS_AT_ONCE = 10;

/** Counts the ends of syncs by hour, one organization after the other, so that trends need not read them. */
@Injectable()
export class TrendHours {
  private readonly logger = new Logger('Maintenance');

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    runner: TaskRunner,
  ) {
    const turns = new TrailTurns(
      pool,
      (orgId) => this.rollUp(orgId),
      (orgId, error) => {
        if (!outages.tell(error))
          this.logger.error({ err: error, org_id: orgId }, 'the trends of an organization cannot be counted by hour');
      },
    );
    runner.register({ name: 'trend-hours', everySeconds: EVERY_SECONDS, run: () => turns.goOn() });
  }

  private async rollUp(orgId: string): Promise<boolean> {
    for (let call = 0; call < CALLS_AT_ONCE; call += 1) {
      const { text, values } = rollUpTrends(orgId, ENDS_AT_ONCE);
      const { rows } = await this.pool.query<{ more: boolean }>(text, values as unknown[]);
      if (!rows[0]?.more) return false;
    }
    return true;
  }
}
