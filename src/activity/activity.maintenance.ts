import { Inject, Injectable, Logger } from '@nestjs/common';
import pg from 'pg';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { withOwner } from '../database/owner.client.ts';
import { TaskRunner } from '../jobs/task.runner.ts';
import { TrailExporter } from './export/trail.exporter.ts';

/** Enough that every write finds its month even when maintenance has failed for three months. */
const MONTHS_AHEAD = 3;
/** A detach waits for every reader, at most this long. When a reader takes longer, the next run of the task finalizes the detach. */
const DETACH_SECONDS = 60;
const TOKENS_A_BATCH = 1_000;

/**
 * Maintains the partitions of the audit trail: creates them ahead, secures them, and detaches (never drops) them after the retention, once
 * they stand in the archive.
 */
@Injectable()
export class ActivityMaintenance {
  private readonly logger = new Logger('Maintenance');

  constructor(
    runner: TaskRunner,
    @Inject(ENVIRONMENT) env: Environment,
    private readonly exporter: TrailExporter,
  ) {
    runner.registerStatement({
      name: 'activity-partitions',
      everySeconds: 3_600,
      statement: { text: 'SELECT app.prepare_activity_partitions($1) AS changed', values: [MONTHS_AHEAD] },
    });
    const { SYNC_ACTIVITY_RETENTION_MONTHS: months, MIGRATION_DATABASE_URL: ownerUrl } = env;
    if (months !== undefined)
      runner.registerStatement({
        name: 'trail-persons',
        everySeconds: 3_600,
        statement: { text: 'SELECT app.cleanup_trail_persons($1, $2) AS changed', values: [months, TOKENS_A_BATCH] },
      });
    if (months !== undefined && ownerUrl !== undefined)
      runner.register({
        name: 'activity-retention',
        everySeconds: 3_600,
        run: () => this.detachOldest(ownerUrl, months),
      });
  }

  /**
   * Detaches one partition whose whole month is older than the retention. It stays as a table of its own, for those who archive
   * it. CONCURRENTLY, so that readers and writers are not held up; that needs the owner, and no transaction.
   */
  private detachOldest(ownerUrl: string, months: number): Promise<number> {
    return withOwner(ownerUrl, { name: 'retention', answerMs: 2_000 * DETACH_SECONDS }, async (owner) => {
      const { rows } = await owner.query<{ name: string; pending: boolean }>(
        `SELECT c.relname AS name, i.inhdetachpending AS pending
           FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = 'public.sync_activity_log'::regclass
            AND c.relname ~ '^sync_activity_log_\\d{4}_\\d{2}$'
            AND c.relname < app.activity_partition_name(now() - make_interval(months => $1))
          ORDER BY i.inhdetachpending DESC, c.relname LIMIT 1`,
        [months],
      );
      const [oldest] = rows;
      if (!oldest) return 0;
      const [, year, month] = /_(\d{4})_(\d{2})$/.exec(oldest.name) ?? [];
      if (!oldest.pending && !(await this.exporter.hasMonth(`${year}-${month}-01`))) {
        this.logger.warn({ partition: oldest.name }, 'a month of the audit trail stays, since it is not exported yet');
        return 0;
      }
      await owner.query(`SET statement_timeout TO '${DETACH_SECONDS}s'`);
      // FINALIZE completes a detach that an earlier process began and did not live to end.
      const how = oldest.pending ? 'FINALIZE' : 'CONCURRENTLY';
      await owner.query(
        `ALTER TABLE public.sync_activity_log DETACH PARTITION public.${pg.escapeIdentifier(oldest.name)} ${how}`,
      );
      this.logger.log({ partition: oldest.name }, 'detached a month of the audit trail; the table is kept');
      return 1;
    });
  }
}
