import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: a sync that ends writes its one audit entry whoever ended it, the service or a client with plain SQL, so it is a
 * trigger. Every trigger has a WHEN clause that an ordinary report does not meet and so does not pay for.
 */
export class ProgressEnd0005 implements MigrationInterface {
  name = 'progress-end-0000000000005';

  async up(db: QueryRunner): Promise<void> {
    const reachedEnd = `(NEW.completed_at IS NOT NULL
      OR NEW.status NOT IN ('queued', 'running', 'paused')
      OR NEW.processed_count::bigint + NEW.failed_count >= NEW.total_items)`;
    await db.query(`
      CREATE FUNCTION app.end_sync() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        IF NEW.status IN ('queued', 'running', 'paused', 'completed') THEN
          NEW.status := CASE WHEN NEW.failed_count > 0 THEN 'completed_with_errors' ELSE 'completed' END;
        END IF;
        NEW.completed_at := coalesce(NEW.completed_at, now());
        RETURN NEW;
      END
      $$`);
    await db.query(`
      CREATE TRIGGER end_on_insert BEFORE INSERT ON public.sync_progress
        FOR EACH ROW WHEN ${reachedEnd} EXECUTE FUNCTION app.end_sync()`);
    await db.query(`
      CREATE TRIGGER end_on_update BEFORE UPDATE ON public.sync_progress
        FOR EACH ROW WHEN (OLD.completed_at IS NULL AND ${reachedEnd}) EXECUTE FUNCTION app.end_sync()`);
    await db.query(`
      CREATE FUNCTION app.refuse_change_of_ended_sync() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        RAISE EXCEPTION 'sync % has ended as % and cannot be changed', OLD.sync_id, OLD.status
          USING ERRCODE = 'SY001', HINT = 'Start a new sync.';
      END
      $$`);
    await db.query(`
      CREATE TRIGGER ended_is_final BEFORE UPDATE ON public.sync_progress
        FOR EACH ROW WHEN (OLD.completed_at IS NOT NULL AND
          (OLD.status, OLD.total_items, OLD.processed_count, OLD.failed_count, OLD.started_at, OLD.completed_at)
            IS DISTINCT FROM
          (NEW.status, NEW.total_items, NEW.processed_count, NEW.failed_count, NEW.started_at, NEW.completed_at))
        EXECUTE FUNCTION app.refuse_change_of_ended_sync()`);
    await db.query(`
      CREATE FUNCTION app.log_sync_end() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        -- An update whose month has no partition makes it, so that the end of a sync is never lost.
        IF to_regclass('public.' || app.activity_partition_name(now())) IS NULL THEN
          PERFORM app.ensure_activity_partition(now());
        END IF;
        INSERT INTO public.sync_activity_log (org_id, sync_id, entity_type, activity_type, status, source_system, user_id,
          record_count, duration_seconds, error_message, details)
        VALUES (NEW.org_id, NEW.sync_id, NEW.entity_type,
          'sync_' || CASE NEW.status WHEN 'completed_with_errors' THEN 'completed' ELSE NEW.status END,
          NEW.status, NEW.source_system, NEW.initiated_by, NEW.processed_count,
          greatest(extract(epoch FROM NEW.completed_at - NEW.started_at), 0),
          coalesce(NEW.error_message, CASE WHEN NEW.status = 'completed_with_errors'
            THEN format('%s of %s items failed', NEW.failed_count, NEW.processed_count::bigint + NEW.failed_count) END),
          jsonb_build_object('total_items', NEW.total_items, 'processed_count', NEW.processed_count,
            'failed_count', NEW.failed_count));
        RETURN NULL;
      END
      $$`);
    await db.query(`
      CREATE TRIGGER log_end_on_insert AFTER INSERT ON public.sync_progress
        FOR EACH ROW WHEN (NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.log_sync_end()`);
    await db.query(`
      CREATE TRIGGER log_end_on_update AFTER UPDATE ON public.sync_progress
        FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
        EXECUTE FUNCTION app.log_sync_end()`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const trigger of [
      'log_end_on_update',
      'log_end_on_insert',
      'ended_is_final',
      'end_on_update',
      'end_on_insert',
    ]) {
      await db.query(`DROP TRIGGER ${trigger} ON public.sync_progress`);
    }
    await db.query(`DROP FUNCTION app.log_sync_end(), app.refuse_change_of_ended_sync(), app.end_sync()`);
  }
}
