import type { MigrationInterface, QueryRunner } from 'typeorm';
import { giveToMaintenance } from './support.ts';

/**
 * Why: finding runs that nobody works on crosses organizations, and so does clearing away after runs and removed connections. It
 * runs as sync_maintenance, which sees the names of open runs and rows that are over, and no data of anything alive. A run that has
 * no worker is not silent by its own fault: it waits, where a reporter's sync times out.
 */
export class RunUpkeep0018 implements MigrationInterface {
  name = 'run-upkeep-0000000000018';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      GRANT SELECT (org_id, sync_id, source_connection_id, destination_connection_id, state, leased_until, created_at, seen_cleared),
            UPDATE (seen_cleared) ON public.sync_runs TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_sees_runs ON public.sync_runs FOR SELECT TO sync_maintenance USING (true)`);
    await db.query(`
      CREATE POLICY maintenance_clears_ended ON public.sync_runs FOR UPDATE TO sync_maintenance
        USING (state = 'ended') WITH CHECK (state = 'ended' AND seen_cleared)`);
    await db.query(`
      CREATE FUNCTION app.runs_without_worker(batch_size integer) RETURNS TABLE (org_id text, sync_id text, state text)
      LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        SELECT r.org_id, r.sync_id, r.state FROM public.sync_runs r
         WHERE r.state IN ('waiting', 'ready') AND (r.leased_until < now() OR r.state = 'waiting')
         ORDER BY r.org_id, r.created_at, r.sync_id LIMIT batch_size
      $$`);
    await giveToMaintenance(db, 'app.runs_without_worker(integer)');

    await db.query(`GRANT SELECT, DELETE ON public.sync_seen TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_ended ON public.sync_seen TO sync_maintenance
        USING (EXISTS (SELECT FROM public.sync_runs r WHERE r.org_id = sync_seen.org_id AND r.sync_id = sync_seen.sync_id
                        AND r.state = 'ended')) WITH CHECK (false)`);
    await db.query(`
      CREATE FUNCTION app.cleanup_seen(batch_size integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        r record;
        deleted integer;
      BEGIN
        SELECT u.org_id, u.sync_id INTO r FROM public.sync_runs u WHERE u.state = 'ended' AND NOT u.seen_cleared
         ORDER BY u.org_id, u.sync_id LIMIT 1;
        IF NOT FOUND THEN
          RETURN 0;
        END IF;
        DELETE FROM public.sync_seen s WHERE s.org_id = r.org_id AND s.sync_id = r.sync_id AND s.external_id = ANY (ARRAY(
          SELECT x.external_id FROM public.sync_seen x WHERE x.org_id = r.org_id AND x.sync_id = r.sync_id LIMIT batch_size));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        IF deleted < batch_size THEN
          UPDATE public.sync_runs u SET seen_cleared = true WHERE u.org_id = r.org_id AND u.sync_id = r.sync_id AND u.state = 'ended';
        END IF;
        RETURN deleted + 1;
      END
      $$`);
    await giveToMaintenance(db, 'app.cleanup_seen(integer)');

    await db.query(`GRANT SELECT, DELETE ON public.sync_preview_changes TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_expired ON public.sync_preview_changes TO sync_maintenance
        USING (expires_at <= now()) WITH CHECK (false)`);
    // Expiry has no index: it would lead with the time, not with the organization, and this runs every few minutes only.
    await db.query(`
      CREATE FUNCTION app.cleanup_preview_changes(batch_size integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        deleted integer;
      BEGIN
        DELETE FROM public.sync_preview_changes WHERE expires_at <= now() AND ctid = ANY (ARRAY(
          SELECT ctid FROM public.sync_preview_changes WHERE expires_at <= now() LIMIT batch_size));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        RETURN deleted;
      END
      $$`);
    await giveToMaintenance(db, 'app.cleanup_preview_changes(integer)');

    await db.query(`GRANT SELECT, DELETE ON public.sync_hook_deliveries TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_old ON public.sync_hook_deliveries TO sync_maintenance
        USING (received_at < now() - interval '30 days') WITH CHECK (false)`);
    await db.query(`
      CREATE FUNCTION app.cleanup_hook_deliveries(batch_size integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        deleted integer;
      BEGIN
        DELETE FROM public.sync_hook_deliveries WHERE received_at < now() - interval '30 days' AND ctid = ANY (ARRAY(
          SELECT ctid FROM public.sync_hook_deliveries WHERE received_at < now() - interval '30 days' LIMIT batch_size));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        RETURN deleted;
      END
      $$`);
    await giveToMaintenance(db, 'app.cleanup_hook_deliveries(integer)');
    await this.purgeRemovedConnections(db);
    await db.query(
      silentSyncs(`
                   AND NOT EXISTS (SELECT FROM public.sync_runs r
                                    WHERE r.org_id = c.org_id AND r.sync_id = c.sync_id AND r.state <> 'ended')`),
    );
  }

  private async purgeRemovedConnections(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE public.sync_connections
        ADD COLUMN purged_at timestamptz CHECK (purged_at IS NULL OR removed_at IS NOT NULL)`);
    await db.query(`
      COMMENT ON COLUMN public.sync_connections.purged_at IS 'when nothing that was read from it was left'`);
    await db.query(`
      CREATE INDEX sync_connections_unpurged ON public.sync_connections (org_id, id)
        WHERE removed_at IS NOT NULL AND purged_at IS NULL`);
    await db.query(`
      GRANT SELECT (org_id, id, removed_at, purged_at), UPDATE (purged_at) ON public.sync_connections TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_sees_removed ON public.sync_connections FOR SELECT TO sync_maintenance
        USING (removed_at IS NOT NULL)`);
    await db.query(`
      CREATE POLICY maintenance_purges_removed ON public.sync_connections FOR UPDATE TO sync_maintenance
        USING (removed_at IS NOT NULL) WITH CHECK (removed_at IS NOT NULL AND purged_at IS NOT NULL)`);
    for (const [table, whose] of Object.entries(OF_CONNECTION)) {
      await db.query(`GRANT SELECT, DELETE ON public.${table} TO sync_maintenance`);
      await db.query(`
        CREATE POLICY maintenance_removed ON public.${table} TO sync_maintenance
          USING (EXISTS (SELECT FROM public.sync_connections c
                          WHERE c.org_id = ${table}.org_id AND c.removed_at IS NOT NULL AND ${whose('c.id')}))
          WITH CHECK (false)`);
    }
    // The tables one after the other, so that a call does no more than a batch of each.
    const deletions = Object.entries(OF_CONNECTION).map(
      ([table, whose]) => `
        DELETE FROM public.${table} WHERE org_id = c.org_id AND ctid = ANY (ARRAY(
          SELECT ${table}.ctid FROM public.${table} WHERE ${table}.org_id = c.org_id AND ${whose('c.id')} LIMIT batch_size));
        GET DIAGNOSTICS changed = ROW_COUNT;
        deleted := deleted + changed;`,
    );
    await db.query(`
      CREATE FUNCTION app.purge_removed_connections(batch_size integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        c record;
        changed integer;
        deleted integer := 0;
      BEGIN
        SELECT u.org_id, u.id INTO c FROM public.sync_connections u
         WHERE u.removed_at IS NOT NULL AND u.purged_at IS NULL
           -- What is still at work with it may write once more.
           AND NOT EXISTS (SELECT FROM public.sync_runs r WHERE r.org_id = u.org_id AND r.state <> 'ended'
                              AND u.id IN (r.source_connection_id, r.destination_connection_id))
         ORDER BY u.org_id, u.id LIMIT 1;
        IF NOT FOUND THEN
          RETURN 0;
        END IF;${deletions.join('')}
        IF deleted = 0 THEN
          UPDATE public.sync_connections u SET purged_at = now() WHERE u.org_id = c.org_id AND u.id = c.id;
        END IF;
        RETURN deleted + 1;
      END
      $$`);
    await giveToMaintenance(db, 'app.purge_removed_connections(integer)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(silentSyncs(''));
    await db.query(`DROP FUNCTION app.purge_removed_connections(integer)`);
    for (const table of Object.keys(OF_CONNECTION)) {
      await db.query(`DROP POLICY maintenance_removed ON public.${table}`);
      await db.query(`REVOKE ALL ON public.${table} FROM sync_maintenance`);
    }
    await db.query(`DROP POLICY maintenance_purges_removed ON public.sync_connections`);
    await db.query(`DROP POLICY maintenance_sees_removed ON public.sync_connections`);
    await db.query(`REVOKE ALL ON public.sync_connections FROM sync_maintenance`);
    await db.query(`ALTER TABLE public.sync_connections DROP COLUMN purged_at`);
    await db.query(`
      DROP FUNCTION app.cleanup_hook_deliveries(integer), app.cleanup_preview_changes(integer), app.cleanup_seen(integer),
        app.runs_without_worker(integer)`);
    await db.query(`DROP POLICY maintenance_old ON public.sync_hook_deliveries`);
    await db.query(`DROP POLICY maintenance_expired ON public.sync_preview_changes`);
    await db.query(`DROP POLICY maintenance_ended ON public.sync_seen`);
    await db.query(`DROP POLICY maintenance_sees_runs ON public.sync_runs`);
    await db.query(`DROP POLICY maintenance_clears_ended ON public.sync_runs`);
    await db.query(`
      REVOKE ALL ON public.sync_runs, public.sync_seen, public.sync_preview_changes, public.sync_hook_deliveries
        FROM sync_maintenance`);
  }
}

/** What holds data or doings of a connection, and how a row names it. Its runs stay: they tell what happened, and hold no data. */
const OF_CONNECTION: Readonly<Record<string, (id: string) => string>> = {
  sync_records: (id) => `sync_records.connection_id = ${id}`,
  sync_bindings: (id) => `${id} IN (sync_bindings.connection_a, sync_bindings.connection_b)`,
  sync_cursors: (id) => `(sync_cursors.connection_id = ${id} OR sync_cursors.destination = ${id}::text)`,
  sync_items: (id) =>
    `EXISTS (SELECT FROM public.sync_runs r WHERE r.org_id = sync_items.org_id AND r.sync_id = sync_items.sync_id
                                AND ${id} IN (r.source_connection_id, r.destination_connection_id))`,
  sync_schedules: (id) => `sync_schedules.connection_id = ${id}`,
  sync_hook_deliveries: (id) => `sync_hook_deliveries.connection_id = ${id}`,
};

/** As in 0010, with one more condition. */
const silentSyncs = (butNot: string) => `
  CREATE OR REPLACE FUNCTION app.end_silent_syncs(silent_for interval, batch_size integer) RETURNS integer
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
                   AND (c.status = 'running' OR c.cancel_requested)${butNot}
                 ORDER BY c.org_id, c.sync_id LIMIT batch_size) AS silent
         WHERE s.org_id = silent.org_id AND s.sync_id = silent.sync_id
           -- Said again on the locked row: the reporter may have spoken in between.
           AND s.completed_at IS NULL AND greatest(s.updated_at, s.requested_at) < now() - silent_for
           AND (s.status = 'running' OR s.cancel_requested);
        GET DIAGNOSTICS ended = ROW_COUNT;
        RETURN ended;
      END
      $$`;
