import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: a run that waits or is at work learns from its dispatch or its next batch that its sync has ended. A paused one is looked at by
 * nobody, and an open run keeps what it has seen, and the data of a removed connection, from being cleared. A trigger, so that it
 * holds whoever ends the sync. Asked before it is changed: maintenance, which ends silent syncs, may see runs and not change them.
 */
export class PausedRunEnd0023 implements MigrationInterface {
  name = 'paused-run-end-0000000000023';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION app.end_paused_run() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        IF EXISTS (SELECT FROM public.sync_runs r
                    WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id AND r.state = 'paused') THEN
          UPDATE public.sync_runs r SET state = 'ended'
           WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id AND r.state = 'paused';
        END IF;
        RETURN NULL;
      END
      $$`);
    await db.query(`
      CREATE TRIGGER end_paused_run AFTER UPDATE ON public.sync_progress
        FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.end_paused_run()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER end_paused_run ON public.sync_progress`);
    await db.query(`DROP FUNCTION app.end_paused_run()`);
  }
}
