import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { sealEntries } from './seal.sql.ts';
import { TrailOrganizations } from './trail.organizations.ts';

/** Replicas wake four times a minute, so that each entry is sealed within one, also when one of them dies in its turn. */
const EVERY_SECONDS = 20;
/** Two that seal at once seal nothing twice. */
const DEAD_AFTER_SECONDS = 30;
/** An organization that wrote more goes on once all the others had their turn. */
const SEALS_AT_ONCE = 10;
/** What is above waits for the next turn of the task: 100,000 entries of one organization. */
const ROUNDS_A_TURN = 10;

/** Seals the entries of the trail, one organization after the other, within a minute of their commit. */
@Injectable()
export class TrailSealer {
  private readonly logger = new Logger('Maintenance');
  private readonly organizations: TrailOrganizations;
  /** Of which entries are left after this round. */
  private unfinished = new Set<string>();
  /** 0: all organizations; then those that are not finished. */
  private round = 0;

  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    runner: TaskRunner,
  ) {
    this.organizations = new TrailOrganizations(pool);
    const timing = { everySeconds: EVERY_SECONDS, deadAfterSeconds: DEAD_AFTER_SECONDS };
    runner.register({ name: 'activity-seals', ...timing, run: () => this.goOn() });
  }

  /** Returns 0 when nothing is left for this turn. */
  private async goOn(): Promise<number> {
    const failed = (orgId: string, error: unknown) => {
      if (!outages.tell(error))
        this.logger.error({ err: error, org_id: orgId }, 'the trail of an organization cannot be sealed');
    };
    if (this.round === 0) {
      const looked = await this.organizations.visit((orgId) => this.seal(orgId), failed);
      if (looked > 0) return looked;
    } else {
      const again = this.unfinished;
      this.unfinished = new Set();
      for (const orgId of again) await this.seal(orgId).catch((error: unknown) => failed(orgId, error));
    }
    this.round = this.unfinished.size > 0 && this.round < ROUNDS_A_TURN ? this.round + 1 : 0;
    if (this.round === 0) this.unfinished.clear();
    return this.round;
  }

  private async seal(orgId: string): Promise<void> {
    for (let seal = 0; seal < SEALS_AT_ONCE; seal += 1) {
      const { text, values } = sealEntries(orgId);
      const { rows } = await this.pool.query<{ sealed: number }>(text, values as unknown[]);
      if (!rows[0]?.sealed) return;
    }
    this.unfinished.add(orgId);
  }
}
