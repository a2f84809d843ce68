import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a viewer sees of a sync: all but the checkpoint, which may be big and would be read whole at every look. */
const COLUMNS = `s.id, s.org_id, s.sync_id, s.entity_type, s.source_system, s.total_items, s.processed_count, s.failed_count,
                 s.current_item, s.initiated_by, s.status, s.started_at, s.updated_at, s.completed_at, s.error_message,
                 s.cancel_requested, s.pause_requested, s.requested_at, s.requested_by, s.rate_limited_until,
                 s.elapsed_seconds, s.speed_items_per_min, s.eta_seconds`;

/** The newest active syncs of the organization and those that ended within the last minute, each from its index. */
const windowOf = (columns: string): string => `
            (SELECT ${columns} FROM public.sync_progress AS s
              WHERE s.org_id = o.org_id AND s.completed_at IS NULL
              ORDER BY s.started_at DESC, s.sync_id DESC LIMIT 1000)
            UNION ALL
            (SELECT ${columns} FROM public.sync_progress AS s
              WHERE s.org_id = o.org_id AND s.completed_at > now() - interval '60 seconds'
              ORDER BY s.completed_at DESC LIMIT 1000)`;

/**
 * Why: viewers of a live stream see every change within a second, also one made by plain SQL, so the organizations somebody
 * watches are looked at twice a second: all in one round trip, each under its own policies. The caller names what it saw
 * last by a digest over the versions of the rows (xmin, which every update changes); only what differs is made JSON and sent.
 * Keys and sessions that viewers came with are asked for together, too, each by possession as in app.find_key.
 */
export class WatchProgress0019 implements MigrationInterface {
  name = 'watch-progress-0000000000019';

  async up(db: QueryRunner): Promise<void> {
    // A report does not change completed_at, so reports stay HOT updates.
    await db.query(`
      CREATE INDEX sync_progress_ended ON public.sync_progress (org_id, completed_at) WHERE completed_at IS NOT NULL`);
    // Never through an organization's whole history, whatever the planner believes of a table without statistics.
    await db.query(`
      CREATE FUNCTION app.watch_progress(orgs text[], digests text[])
        RETURNS TABLE (org_id text, digest text, at timestamptz, syncs text)
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
      #variable_conflict use_column
      DECLARE
        o record;
      BEGIN
        FOR o IN SELECT w.org_id, w.digest FROM unnest(orgs, digests) AS w (org_id, digest) LOOP
          PERFORM app.set_org(o.org_id);
          org_id := o.org_id;
          at := clock_timestamp();
          syncs := NULL;
          -- Before the rows: what changes in between is seen again at the next look, never missed.
          SELECT encode(sha256(convert_to(coalesce(string_agg(w.version, ','), ''), 'UTF8')), 'hex') INTO digest FROM (
            ${windowOf("s.xmin || ' ' || s.sync_id AS version")}) AS w;
          IF digest IS DISTINCT FROM o.digest THEN
            SELECT coalesce(string_agg(row_to_json(w)::text, E'\\n'), '') INTO syncs FROM (
              ${windowOf(COLUMNS)}) AS w;
          END IF;
          RETURN NEXT;
        END LOOP;
      END
      $$`);
    await db.query(`
      CREATE FUNCTION app.live_keys(hashes bytea[]) RETURNS SETOF bytea
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        hash bytea;
      BEGIN
        FOREACH hash IN ARRAY hashes LOOP
          PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
          RETURN QUERY
            SELECT k.key_hash FROM auth.api_keys k
             WHERE k.key_hash = hash AND k.kind <> 'link' AND k.revoked_at IS NULL
               AND (k.expires_at IS NULL OR k.expires_at > now());
        END LOOP;
      END
      $$`);
    for (const signature of ['app.watch_progress(text[], text[])', 'app.live_keys(bytea[])']) {
      await db.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
      await db.query(`GRANT EXECUTE ON FUNCTION ${signature} TO sync_app`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.live_keys(bytea[]), app.watch_progress(text[], text[])`);
    await db.query(`DROP INDEX public.sync_progress_ended`);
  }
}
