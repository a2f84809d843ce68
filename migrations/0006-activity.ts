import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isCount, letBoundRoles, protectTenantTable } from './support.ts';

/**
 * Why: an audit trail nobody can edit. The service's role may append and read, nothing else, and date no entry back (that of a request
 * comes a microsecond before that of the end which it causes); months are partitions, so that
 * old ones can be detached whole and a page of the newest never touches them. There is no default partition: it would
 * forbid DETACH CONCURRENTLY and be scanned at each attach. The months are made by src/activity/sql/partitions.sql.
 */
export class Activity0006 implements MigrationInterface {
  name = 'activity-0000000000006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_activity_log (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        org_id text NOT NULL CHECK (org_id <> ''),
        created_at timestamptz NOT NULL DEFAULT now(),
        sync_id text,
        entity_type text,
        activity_type text NOT NULL CHECK (activity_type <> ''),
        status text NOT NULL CHECK (status IN
          ('queued', 'running', 'paused', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'timeout')),
        source_system text,
        user_id text,
        record_count double precision CHECK (${isCount('record_count')}),
        duration_seconds double precision CHECK (duration_seconds >= 0),
        error_message text,
        details jsonb,
        PRIMARY KEY (org_id, created_at, id)
      ) PARTITION BY RANGE (created_at)`);
    await db.query(
      `CREATE INDEX sync_activity_log_by_sync ON public.sync_activity_log (org_id, sync_id, created_at, id)`,
    );
    await db.query(
      `CREATE INDEX sync_activity_log_by_user ON public.sync_activity_log (org_id, user_id, created_at, id)`,
    );
    await db.query(`
      CREATE INDEX sync_activity_log_failures ON public.sync_activity_log (org_id, created_at, id)
        WHERE status IN ('failed', 'completed_with_errors', 'timeout')`);
    await protectTenantTable(db, 'public.sync_activity_log');
    await db.query(`
      CREATE POLICY dated_by_itself ON public.sync_activity_log AS RESTRICTIVE FOR INSERT TO sync_app, sync_sql
        WITH CHECK (created_at BETWEEN now() - interval '1 microsecond' AND now())`);
    await letBoundRoles(db, {
      table: 'public.sync_activity_log',
      // created_at for the triggers of sync_progress, which run as the role.
      privileges: `SELECT, INSERT (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id,
        record_count, duration_seconds, error_message, details)`,
    });
    await db.query(`GRANT SELECT, INSERT ON public.sync_activity_log TO sync_app`);
    // Ending a silent sync writes its entry; sync_maintenance may write no other kind, and read none.
    await db.query(`GRANT INSERT ON public.sync_activity_log TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_ends ON public.sync_activity_log FOR INSERT TO sync_maintenance
        WITH CHECK (activity_type IN ('sync_timeout', 'sync_cancelled') AND status IN ('timeout', 'cancelled'))`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_activity_log`);
  }
}
