import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { sealEntries } from './seal.sql.ts';
import { TrailTurns } from './trail.turns.ts';

/** Replicas wake four times a minute, so that each entry is sealed within one, also when one of them dies in its turn. */
const EVERY_SECONDS = 20;
/** Two that seal at once seal nothing twice. */
const DEAD_AFTER_SECONDS = 30;
/** Of an organization in a round: with the rounds of a turn 100,000 entries and some. */
const SEALS_AT_ONCE = 10;

/** Seals the entries of the trail, one organization after the other, within a minute of their commit. */
@Injectable()
export class TrailSealer {
  private readonly logger = new Logger('Maintenance');

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    runner: TaskRunner,
  ) {
    const turns = new TrailTurns(
      pool,
      (orgId) => this.seal(orgId),
      (orgId, error) => {
        if (!outages.tell(error))
          this.logger.error({ err: error, org_id: orgId }, 'the trail of an organization cannot be sealed');
      },
    );
    const timing = { everySeconds: EVERY_SECONDS, deadAfterSeconds: DEAD_AFTER_SECONDS };
    runner.register({ name: 'activity-seals', ...timing, run: () => turns.goOn() });
  }

  private async seal(orgId: string): Promise<boolean> {
    for (let seal = 0; seal < SEALS_AT_ONCE; seal += 1) {
      const { text, values } = sealEntries(orgId);
      const { rows } = await this.pool.query<{ sealed: number }>(text, values as unknown[]);
      if (!rows[0]?.sealed) return false;
    }
    return true;
  }
}
