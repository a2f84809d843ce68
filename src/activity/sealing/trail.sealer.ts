import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { sealEntries } from './seal.sql.ts';
import { TrailOrganizations } from './trail.organizations.ts';

const EVERY_SECONDS = 20;
/** An organization that writes more within one turn goes on in the next, so that the others do not wait. */
const SEALS_A_TURN = 10;

/** Seals the entries of the trail, one organization after the other, within a minute of their commit. */
@Injectable()
export class TrailSealer {
  private readonly logger = new Logger('Maintenance');

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    runner: TaskRunner,
  ) {
    const organizations = new TrailOrganizations(pool);
    const failed = (orgId: string, error: unknown) => {
      if (!outages.tell(error))
        this.logger.error({ err: error, org_id: orgId }, 'the trail of an organization cannot be sealed');
    };
    const run = () => organizations.visit((orgId) => this.seal(orgId), failed);
    runner.register({ name: 'activity-seals', everySeconds: EVERY_SECONDS, run });
  }

  private async seal(orgId: string): Promise<void> {
    for (let seal = 0; seal < SEALS_A_TURN; seal += 1) {
      const { text, values } = sealEntries(orgId);
      const { rows } = await this.pool.query<{ sealed: number }>(text, values as unknown[]);
      if (!rows[0]?.sealed) return;
    }
  }
}
