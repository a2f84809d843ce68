import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeColumns, protectTenantTable } from './support.ts';

/**
 * Why: trends of a month read a row an hour and entity type, however many syncs ended then. What is counted is told by transactions and not by time,
 * since an entry is dated by the begin of its transaction, which may end at any time later: src/activity/sql/trend_hours.sql.
 */
export class TrendHours0020 implements MigrationInterface {
  name = 'trend-hours-0000000000020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_trend_hours (
        org_id text NOT NULL CHECK (org_id <> ''),
        hour timestamptz NOT NULL,
        entity_type text,
        is_raw boolean NOT NULL DEFAULT false,
        sync_count bigint NOT NULL DEFAULT 0 CHECK (sync_count >= 0),
        timed_count bigint NOT NULL DEFAULT 0 CHECK (timed_count >= 0),
        duration_sum numeric NOT NULL DEFAULT 0,
        duration_max double precision,
        record_sum numeric NOT NULL DEFAULT 0,
        failed_count bigint NOT NULL DEFAULT 0 CHECK (failed_count >= 0),
        conflict_count bigint NOT NULL DEFAULT 0 CHECK (conflict_count >= 0),
        UNIQUE NULLS NOT DISTINCT (org_id, hour, entity_type)
      )`);
    await describeColumns(db, 'sync_trend_hours', {
      hour: 'its begin; of the ends of syncs of this hour that the mark of the organization names',
      is_raw: 'the only row of an hour with too many entity types, whose ends are read one by one',
      timed_count: 'how many of sync_count have a duration',
      duration_sum: 'exact, so that it does not depend on the order in which entries were counted',
    });
    await protectTenantTable(db, 'public.sync_trend_hours');
    await db.query(`
      CREATE TABLE public.sync_trend_marks (
        org_id text NOT NULL CHECK (org_id <> ''),
        cluster text NOT NULL,
        since timestamptz NOT NULL DEFAULT '2000-01-01T00:00:00Z',
        partitions oid[] NOT NULL DEFAULT '{}',
        horizon xid8 NOT NULL DEFAULT '0',
        running xid8[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (org_id)
      )`);
    await describeColumns(db, 'sync_trend_marks', {
      cluster: 'whose transactions are meant: a backup that is restored elsewhere is counted anew',
      since: 'what is older is read one by one; its hours are no longer kept',
      partitions: 'the months that are counted',
      horizon: 'entries of transactions before this one are counted, but those of running',
      running: 'transactions before the horizon that were not over',
    });
    await protectTenantTable(db, 'public.sync_trend_marks');
    await db.query(`GRANT SELECT ON public.sync_trend_hours, public.sync_trend_marks TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_trend_hours, public.sync_trend_marks`);
  }
}
