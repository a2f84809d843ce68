import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { ActivityService } from '../../activity/activity.service.ts';
import { Problem } from '../../common/problem.ts';
import { ENTITY_TYPES } from '../../connectors/canonical/canonical.types.ts';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { RunStarter } from '../../runs/run.starter.ts';
import { currentTenant, currentUser, runAsWorker } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type CensusSubject, censusSubjects, type DueCensus, dueCensuses, takeDueCensus } from './census.sql.ts';

const BATCH_SIZE = 50;

/**
 * Starts the census of each connection once a day, since no system tells all that it deletes. A census is a run like any other, so the
 * shares of the organizations and the slots of the connections hold for it; this only stores it.
 */
@Injectable()
export class CensusTask {
  private readonly logger = new Logger('Census');

  constructor(
    runner: TaskRunner,
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    private readonly database: TenantDatabase,
    private readonly starter: RunStarter,
    private readonly activity: ActivityService,
  ) {
    runner.register({ name: 'id-censuses', everySeconds: 60, run: () => this.startDue() });
  }

  /** Returns for how many connections it is done. One that fails stays due, and the others do not wait for it. */
  async startDue(): Promise<number> {
    const { text, values } = dueCensuses(BATCH_SIZE);
    const { rows } = await this.pool.query<{ org_id: string; id: string }>(text, values as unknown[]);
    let done = 0;
    for (const { org_id, id } of rows) {
      await runAsWorker(org_id, () => this.startOf(id)).then(
        () => (done += 1),
        (error: unknown) => {
          if (!outages.tell(error))
            this.logger.warn({ err: error, org_id, connection_id: id }, 'a census could not start; it is tried again');
        },
      );
    }
    return done;
  }

  private startOf(connectionId: string): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [due] = await transaction.query<DueCensus>(takeDueCensus(orgId, connectionId));
      if (!due || due.settings.census === 'off') return;
      const subjects = await transaction.query<CensusSubject>(censusSubjects(orgId, connectionId, ENTITY_TYPES));
      for (const subject of subjects) await this.start(connectionId, due, subject);
    });
  }

  private async start(
    connectionId: string,
    { system }: DueCensus,
    { entity_type, destination }: CensusSubject,
  ): Promise<void> {
    try {
      await this.starter.start({
        kind: 'sync',
        source_connection_id: connectionId,
        destination_connection_id: destination,
        entity_type,
        mode: 'census',
        trigger: 'schedule',
        requested_by: currentUser(),
      });
    } catch (error) {
      // The starter throws a Problem before it writes anything, so the transaction can continue.
      if (!(error instanceof Problem)) throw error;
      await this.activity.append({
        ...{ activity_type: 'census_failed', status: 'failed', entity_type, source_system: system },
        error_message: error.message,
        details: { connection_id: connectionId, destination: destination ?? 'records' },
      });
    }
  }
}
