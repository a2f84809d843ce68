import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isCount, letBoundRoles, letBoundRolesSee, MOST_ITEMS, protectTenantTable } from './support.ts';

/** The seconds in which something could be done. Exact to the microsecond, so that a sync that was idle all the time has no speed. */
const WORKED = `round(extract(epoch FROM updated_at - started_at) - idle_seconds::numeric, 6)::double precision`;

/** The worked seconds weighted as recent_items are: sql/measure_progress.sql. Postgres refuses powers too small to be told from zero. */
const RECENT = `(180 * (1 - exp(-least(${WORKED} / 180, 100))))`;

/**
 * Why: one row a sync, overwritten many times. Elapsed, speed and ETA are stored generated columns, which nobody can write, and no index
 * names a column that a report changes, so that every report is a HOT update: completed_at changes once, at the end. Elapsed and speed leave
 * out the time in which nothing could be done (idle_seconds). Speed counts what succeeded (the guide divides by it); the ETA counts all that
 * was handled lately (recent_items), since failures take time too. A trigger keeps these two columns up to date:
 * src/progress/sql/measure_progress.sql. Counts go up to 2^53 - 1: migrations/support.ts. Ending silent syncs crosses organizations: sync_maintenance sees no sync that reported lately, and may end it only.
 */
export class Progress0005 implements MigrationInterface {
  name = 'progress-0000000000005';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_progress (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_id text NOT NULL CHECK (sync_id <> ''),
        entity_type text NOT NULL CHECK (entity_type <> ''),
        source_system text NOT NULL CHECK (source_system <> ''),
        total_items double precision CHECK (${isCount('total_items')}),
        processed_count double precision NOT NULL DEFAULT 0 CHECK (${isCount('processed_count')}),
        failed_count double precision NOT NULL DEFAULT 0 CHECK (${isCount('failed_count')}),
        current_item double precision CHECK (${isCount('abs(current_item)')}),
        workers jsonb,
        initiated_by text,
        status text NOT NULL DEFAULT 'running' CHECK (status IN
          ('queued', 'running', 'paused', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'timeout')),
        started_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz,
        error_message text,
        checkpoint jsonb,
        cancel_requested boolean NOT NULL DEFAULT false,
        pause_requested boolean NOT NULL DEFAULT false,
        requested_at timestamptz,
        requested_by text,
        rate_limited_until timestamptz,
        waiting_reason text,
        next_try_at timestamptz,
        idle_seconds double precision NOT NULL DEFAULT 0,
        recent_items double precision NOT NULL DEFAULT 0,
        elapsed_seconds double precision GENERATED ALWAYS AS (greatest(${WORKED}, 0)) STORED,
        speed_items_per_min double precision GENERATED ALWAYS AS (
          CASE WHEN ${WORKED} >= 0.000001 THEN processed_count * 60.0::double precision / (${WORKED}) END) STORED,
        eta_seconds double precision GENERATED ALWAYS AS (
          CASE WHEN completed_at IS NULL AND status = 'running' AND NOT pause_requested AND rate_limited_until IS NULL
                    AND recent_items > 0 AND ${WORKED} > 0
            THEN ceil((total_items - processed_count - failed_count) * ${RECENT} / recent_items)
          END) STORED,
        PRIMARY KEY (org_id, sync_id),
        CONSTRAINT sync_progress_sync_id_has_address CHECK (sync_id NOT IN ('slow', 'stream', '.', '..')),
        CONSTRAINT sync_progress_counts_within_total CHECK (
          processed_count + failed_count <= coalesce(total_items, ${MOST_ITEMS})),
        CONSTRAINT sync_progress_ended_has_time CHECK (
          (completed_at IS NULL) = (status IN ('queued', 'running', 'paused')))
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
              autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000)`);
    await db.query(`
      CREATE INDEX sync_progress_active ON public.sync_progress (org_id, started_at DESC, sync_id DESC)
        WHERE completed_at IS NULL`);
    await db.query(`
      CREATE INDEX sync_progress_ended ON public.sync_progress (org_id, completed_at, sync_id) WHERE completed_at IS NOT NULL`);
    // For the list of all syncs, whole or by one of these. None names a column that a report changes.
    for (const [name, column] of Object.entries({
      '': '',
      _by_status: 'status, ',
      _by_entity: 'entity_type, ',
      _by_user: 'initiated_by, ',
      _by_source: 'source_system, ',
    }))
      await db.query(
        `CREATE INDEX sync_progress_listed${name} ON public.sync_progress (org_id, ${column}started_at, sync_id)`,
      );
    const comments = {
      workers: 'the counts of each worker that reports its own part: {"a": {"processed_count": 10, "failed_count": 0}}',
      idle_seconds: 'seconds since started_at in which nothing could be done: paused, queued, limited',
      recent_items: 'items handled lately: what lies a worked time t back counts exp(-t / 3 minutes)',
    };
    for (const [column, text] of Object.entries(comments))
      await db.query(`COMMENT ON COLUMN public.sync_progress.${column} IS '${text}'`);
    await protectTenantTable(db, 'public.sync_progress');
    // One report as app.report_progress reads it from JSON: parsed once, each field in its column's type.
    await db.query(`
      CREATE TYPE app.report AS (org_id text, sync_id text, worker text, processed_count double precision,
        failed_count double precision, total_items double precision, current_item double precision, status text, error_message text, checkpoint jsonb,
        brief boolean)`);
    await db.query(`REVOKE ALL ON TYPE app.report FROM PUBLIC`);
    await db.query(`GRANT USAGE ON TYPE app.report TO sync_app`);
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_progress TO sync_app`);
    const given = `entity_type, source_system, total_items, processed_count, failed_count, current_item, status, started_at,
      updated_at, completed_at, error_message, checkpoint`;
    await letBoundRoles(db, {
      table: 'public.sync_progress',
      privileges: `INSERT (id, org_id, sync_id, initiated_by, ${given}),
        UPDATE (cancel_requested, pause_requested, requested_at, requested_by, ${given})`,
    });
    await letBoundRolesSee(db, { table: 'public.sync_progress', payloads: ['error_message', 'waiting_reason'] });
    await db.query(`GRANT SELECT (org_id, status, completed_at) ON public.sync_progress TO sync_directory`);
    await db.query(`CREATE POLICY directory ON public.sync_progress FOR SELECT TO sync_directory USING (true)`);
    await db.query(`GRANT SELECT, UPDATE (status, error_message) ON public.sync_progress TO sync_maintenance`);
    // completed_at = now(): Postgres holds the ended row, too, against the policy for SELECT.
    await db.query(`
      CREATE POLICY maintenance_sees_silent ON public.sync_progress FOR SELECT TO sync_maintenance
        USING (updated_at < now() - interval '30 seconds' AND (completed_at IS NULL OR completed_at = now()))`);
    await db.query(`
      CREATE POLICY maintenance_ends_silent ON public.sync_progress FOR UPDATE TO sync_maintenance
        USING (updated_at < now() - interval '30 seconds' AND completed_at IS NULL)
        WITH CHECK (status IN ('timeout', 'cancelled'))`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TYPE app.report`);
    await db.query(`DROP TABLE public.sync_progress`);
  }
}
