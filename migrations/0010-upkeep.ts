import type { MigrationInterface, QueryRunner } from 'typeorm';
import { giveToMaintenance } from './support.ts';

/**
 * Why: every replica wakes for the same scheduled task; the database's clock and one statement decide which of them runs it.
 * Ending silent syncs crosses organizations, so it runs as sync_maintenance, which sees no sync that reported lately.
 */
export class Upkeep0010 implements MigrationInterface {
  name = 'upkeep-0000000000010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE app.scheduled_tasks (
        name text PRIMARY KEY,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        runs bigint NOT NULL DEFAULT 1,
        changed bigint NOT NULL DEFAULT 0,
        last_error text
      )`);
    await db.query(`GRANT SELECT, INSERT, UPDATE ON app.scheduled_tasks TO sync_app`);

    await db.query(`GRANT SELECT, UPDATE (status, error_message) ON public.sync_progress TO sync_maintenance`);
    // completed_at = now(): Postgres holds the ended row, too, against the policy for SELECT.
    await db.query(`
      CREATE POLICY maintenance_sees_silent ON public.sync_progress FOR SELECT TO sync_maintenance
        USING (updated_at < now() - interval '30 seconds' AND (completed_at IS NULL OR completed_at = now()))`);
    await db.query(`
      CREATE POLICY maintenance_ends_silent ON public.sync_progress FOR UPDATE TO sync_maintenance
        USING (updated_at < now() - interval '30 seconds' AND completed_at IS NULL)
        WITH CHECK (status IN ('timeout', 'cancelled'))`);
    await db.query(`
      CREATE FUNCTION app.end_silent_syncs(silent_for interval, batch_size integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        ended integer;
      BEGIN
        UPDATE public.sync_progress AS s
           SET status = CASE WHEN s.cancel_requested THEN 'cancelled' ELSE 'timeout' END,
               error_message = CASE WHEN s.cancel_requested THEN s.error_message
                 ELSE format('no report for %s minutes', round(extract(epoch FROM silent_for) / 60)) END
          FROM (SELECT c.org_id, c.sync_id FROM public.sync_progress c
                 WHERE c.completed_at IS NULL AND greatest(c.updated_at, c.requested_at) < now() - silent_for
                   -- A queued sync waits for a worker and a paused one for a person; neither is silent by its own fault.
                   AND (c.status = 'running' OR c.cancel_requested)
                 ORDER BY c.org_id, c.sync_id LIMIT batch_size) AS silent
         WHERE s.org_id = silent.org_id AND s.sync_id = silent.sync_id
           -- Said again on the locked row: the reporter may have spoken in between.
           AND s.completed_at IS NULL AND greatest(s.updated_at, s.requested_at) < now() - silent_for
           AND (s.status = 'running' OR s.cancel_requested);
        GET DIAGNOSTICS ended = ROW_COUNT;
        RETURN ended;
      END
      $$`);
    await giveToMaintenance(db, 'app.end_silent_syncs(interval, integer)');

    await db.query(`
      CREATE FUNCTION app.cleanup_sign_ins(batch_size integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        deleted integer;
      BEGIN
        DELETE FROM auth.api_keys WHERE kind <> 'service' AND expires_at <= now() AND ctid = ANY (ARRAY(
          SELECT ctid FROM auth.api_keys WHERE kind <> 'service' AND expires_at <= now() LIMIT batch_size));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        RETURN deleted;
      END
      $$`);
    await giveToMaintenance(db, 'app.cleanup_sign_ins(integer)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.cleanup_sign_ins(integer), app.end_silent_syncs(interval, integer)`);
    await db.query(`DROP POLICY maintenance_sees_silent ON public.sync_progress`);
    await db.query(`DROP POLICY maintenance_ends_silent ON public.sync_progress`);
    await db.query(`REVOKE ALL ON public.sync_progress FROM sync_maintenance`);
    await db.query(`DROP TABLE app.scheduled_tasks`);
  }
}
