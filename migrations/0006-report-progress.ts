import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: reporting progress is the hot path. One call carries many reports of many syncs and organizations, so that a round
 * trip and a commit are shared; each element sets its own organization and is checked by the same policies as any other
 * statement. What a caller can do wrong is an outcome, not an exception, so that one bad report harms no other.
 */
export class ReportProgress0006 implements MigrationInterface {
  name = 'report-progress-0000000000006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION app.report_progress(reports json) RETURNS TABLE (outcome text, progress text)
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        r record;
        p public.sync_progress;
      BEGIN
        -- A row that somebody holds locked must not hold up the other reports for long: then the call fails as a whole and its
        -- reports come again one by one.
        PERFORM set_config('lock_timeout', CASE WHEN json_array_length(reports) > 1 THEN '500ms' ELSE '10s' END, true);
        FOR r IN
          SELECT * FROM json_to_recordset(reports) AS x (org_id text, sync_id text, processed_count integer,
            failed_count integer, total_items integer, current_item integer, status text, error_message text,
            checkpoint jsonb)
        LOOP
          PERFORM app.set_org(r.org_id);
          UPDATE public.sync_progress AS s
             SET processed_count = coalesce(r.processed_count, s.processed_count),
                 failed_count = coalesce(r.failed_count, s.failed_count),
                 total_items = coalesce(r.total_items, s.total_items, CASE WHEN r.status = 'completed' THEN
                   coalesce(r.processed_count, s.processed_count) + coalesce(r.failed_count, s.failed_count) END),
                 current_item = coalesce(r.current_item, s.current_item),
                 checkpoint = coalesce(r.checkpoint, s.checkpoint),
                 error_message = coalesce(r.error_message, s.error_message),
                 status = coalesce(r.status, CASE WHEN s.status = 'paused' AND s.pause_requested THEN 'paused'
                                                  ELSE 'running' END),
                 updated_at = now()
           WHERE s.org_id = r.org_id AND s.sync_id = r.sync_id AND s.completed_at IS NULL
             AND coalesce(r.processed_count, s.processed_count) >= s.processed_count
             AND coalesce(r.failed_count, s.failed_count) >= s.failed_count
             AND coalesce(r.processed_count, s.processed_count)::bigint + coalesce(r.failed_count, s.failed_count)
                 <= coalesce(r.total_items, s.total_items, 2147483647)
          RETURNING s.* INTO p;
          IF FOUND THEN
            outcome := 'reported';
          ELSE
            SELECT s.* INTO p FROM public.sync_progress AS s WHERE s.org_id = r.org_id AND s.sync_id = r.sync_id;
            outcome := CASE
              WHEN NOT FOUND THEN 'missing'
              -- The answer to the last report may have been lost: saying the same again is no error.
              WHEN p.completed_at IS NOT NULL
                AND coalesce(r.processed_count, p.processed_count) = p.processed_count
                AND coalesce(r.failed_count, p.failed_count) = p.failed_count
                AND (CASE WHEN p.status LIKE 'completed%' THEN coalesce(r.status, 'completed') = 'completed'
                          ELSE r.status = p.status END) THEN 'reported'
              WHEN p.completed_at IS NOT NULL THEN 'ended'
              WHEN r.processed_count < p.processed_count OR r.failed_count < p.failed_count THEN 'backwards'
              ELSE 'above_total'
            END;
          END IF;
          progress := CASE WHEN outcome <> 'missing' THEN row_to_json(p)::text END;
          RETURN NEXT;
        END LOOP;
      END
      $$`);
    await db.query(`REVOKE ALL ON FUNCTION app.report_progress(json) FROM PUBLIC`);
    await db.query(`GRANT EXECUTE ON FUNCTION app.report_progress(json) TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.report_progress(json)`);
  }
}
