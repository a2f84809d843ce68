import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { TASK_POOL } from '../../database/database.module.ts';
import type { Statement } from '../../database/database.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { organizationsOfTheTrail, sealEntries } from './seal.sql.ts';

const EVERY_SECONDS = 20;
const ORGANIZATIONS = 100;
/** An organization that writes more within one turn goes on in the next, so that the others do not wait. */
const SEALS_A_TURN = 10;

/** Seals the entries of the trail, one organization after the other, within a minute of their commit. */
@Injectable()
export class TrailSealer {
  private readonly logger = new Logger('Maintenance');
  private after = '';

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    runner: TaskRunner,
  ) {
    runner.register({ name: 'activity-seals', everySeconds: EVERY_SECONDS, run: () => this.sealSome() });
  }

  /** Returns how many organizations it looked at while there are more, so that the turn goes on to the last of them. */
  private async sealSome(): Promise<number> {
    const organizations = await this.rows<{ org_id: string }>(organizationsOfTheTrail(this.after, ORGANIZATIONS));
    for (const { org_id } of organizations) await this.sealOrTell(org_id);
    this.after = organizations.length < ORGANIZATIONS ? '' : (organizations.at(-1)?.org_id ?? '');
    return this.after === '' ? 0 : organizations.length;
  }

  /** What cannot be sealed of one organization keeps no other from it. */
  private async sealOrTell(orgId: string): Promise<void> {
    try {
      await this.seal(orgId);
    } catch (error) {
      this.logger.error({ err: error, org_id: orgId }, 'the trail of an organization cannot be sealed');
    }
  }

  private async seal(orgId: string): Promise<void> {
    for (let seal = 0; seal < SEALS_A_TURN; seal += 1) {
      const [row] = await this.rows<{ sealed: number }>(sealEntries(orgId));
      if (!row?.sealed) return;
    }
  }

  private async rows<T extends pg.QueryResultRow>({ text, values }: Statement): Promise<T[]> {
    return (await this.pool.query<T>(text, values as unknown[])).rows;
  }
}
