import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: the trail tells that a sync was cancelled, but not who asked for it, nor that somebody paused it meanwhile. A trigger, so that
 * every way of asking is told and asking twice, or two who ask at once, makes one entry. `requested_at` marks a request: no report
 * touches it, and so none pays for more than the comparison.
 */
export class SteeringTrail0022 implements MigrationInterface {
  name = 'steering-trail-0000000000022';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION app.log_steering() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        asked text := CASE
          WHEN NEW.cancel_requested AND NOT OLD.cancel_requested THEN 'cancel_requested'
          WHEN NEW.pause_requested AND NOT OLD.pause_requested THEN 'pause_requested'
          WHEN OLD.pause_requested AND NOT NEW.pause_requested OR OLD.status = 'paused' AND NEW.status = 'running'
            THEN 'resume_requested' END;
        -- A request may end the sync in its own transaction, whose entries all have its time; it comes before the end.
        asked_at timestamptz := now() - interval '1 microsecond';
      BEGIN
        IF asked IS NULL THEN
          RETURN NULL;
        END IF;
        IF to_regclass('public.' || app.activity_partition_name(asked_at)) IS NULL THEN
          PERFORM app.ensure_activity_partition(asked_at);
        END IF;
        INSERT INTO public.sync_activity_log (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id)
        VALUES (NEW.org_id, asked_at, NEW.sync_id, NEW.entity_type, asked, NEW.status, NEW.source_system, NEW.requested_by);
        RETURN NULL;
      END
      $$`);
    await db.query(`
      CREATE TRIGGER log_steering AFTER UPDATE ON public.sync_progress
        FOR EACH ROW WHEN (OLD.requested_at IS DISTINCT FROM NEW.requested_at) EXECUTE FUNCTION app.log_steering()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER log_steering ON public.sync_progress`);
    await db.query(`DROP FUNCTION app.log_steering()`);
  }
}
