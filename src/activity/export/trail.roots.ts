import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { runAsWorker } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { TrailOrganizations } from '../sealing/trail.organizations.ts';
import { tellRoot } from './trail.export.sql.ts';

const EVERY_SECONDS = 300;

/** Tells each organization's receivers, once a day, the hash that vouches for its trail up to then. */
@Injectable()
export class TrailRoots {
  private readonly logger = new Logger('Maintenance');

  constructor(
    @Inject(TASK_POOL) pool: pg.Pool,
    private readonly database: TenantDatabase,
    runner: TaskRunner,
  ) {
    const organizations = new TrailOrganizations(pool);
    const failed = (orgId: string, error: unknown) => {
      if (!outages.tell(error))
        this.logger.error({ err: error, org_id: orgId }, "the root of an organization's trail cannot be told");
    };
    const run = () => organizations.visit((orgId) => runAsWorker(orgId, () => this.tell(orgId)), failed);
    runner.register({ name: 'trail-roots', everySeconds: EVERY_SECONDS, run });
  }

  private async tell(orgId: string): Promise<void> {
    await this.database.query(tellRoot(orgId));
  }
}
