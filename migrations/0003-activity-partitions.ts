import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: row-level security is not inherited by partitions, so a partition must never be made without ENABLE, FORCE and no
 * grants, and nobody should have to remember it. Made by LIKE and ATTACH (SHARE UPDATE EXCLUSIVE), not by PARTITION OF (ACCESS
 * EXCLUSIVE), so that writers are not held up. The functions run as the owner of the table, which alone may attach, and do
 * nothing but this.
 */
export class ActivityPartitions0003 implements MigrationInterface {
  name = 'activity-partitions-0000000000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION app.activity_partition_name(at timestamptz) RETURNS text
      LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
      RETURN 'sync_activity_log_' || to_char(at AT TIME ZONE 'UTC', 'YYYY_MM')`);
    await db.query(`
      CREATE FUNCTION app.ensure_activity_partition(at timestamptz) RETURNS text
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
      DECLARE
        partition text := app.activity_partition_name(at);
        month timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
      BEGIN
        IF at NOT BETWEEN now() - interval '2 months' AND now() + interval '13 months' THEN
          RAISE EXCEPTION 'no partition is made for %, only for this month and those ahead', at
            USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF to_regclass('public.' || quote_ident(partition)) IS NOT NULL THEN
          RETURN partition;
        END IF;
        -- Two writers may find the month missing at once: the second waits here, then sees what the first made.
        LOCK TABLE public.sync_activity_log IN SHARE UPDATE EXCLUSIVE MODE;
        IF to_regclass('public.' || quote_ident(partition)) IS NOT NULL THEN
          RETURN partition;
        END IF;
        EXECUTE format('CREATE TABLE public.%I (LIKE public.sync_activity_log INCLUDING ALL)', partition);
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition);
        EXECUTE format('ALTER TABLE public.sync_activity_log ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
          partition, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
        RETURN partition;
      EXCEPTION WHEN invalid_object_definition THEN
        -- Somebody's partition under another name covers the month: what is written finds its place there.
        RETURN NULL;
      END
      $$`);
    await db.query(`
      CREATE FUNCTION app.prepare_activity_partitions(months_ahead integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
      DECLARE
        child regclass;
        changed integer := 0;
      BEGIN
        FOR ahead IN 0 .. least(months_ahead, 12) LOOP
          IF to_regclass('public.' || app.activity_partition_name(now() + ahead * interval '1 month')) IS NULL THEN
            changed := changed + (app.ensure_activity_partition(now() + ahead * interval '1 month') IS NOT NULL)::integer;
          END IF;
        END LOOP;
        -- A partition made by hand has neither protection: it gets it here.
        FOR child IN
          SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
           WHERE i.inhparent = 'public.sync_activity_log'::regclass
             AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
        LOOP
          EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', child);
          EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', child);
          EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, sync_app, sync_maintenance', child);
          changed := changed + 1;
        END LOOP;
        RETURN changed;
      END
      $$`);
    for (const signature of [
      'app.ensure_activity_partition(timestamptz)',
      'app.prepare_activity_partitions(integer)',
    ]) {
      await db.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
      await db.query(`GRANT EXECUTE ON FUNCTION ${signature} TO sync_app, sync_maintenance`);
    }
    await db.query(`SELECT app.prepare_activity_partitions(3)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.prepare_activity_partitions(integer)`);
    await db.query(`DROP FUNCTION app.ensure_activity_partition(timestamptz)`);
    await db.query(`DROP FUNCTION app.activity_partition_name(timestamptz)`);
  }
}
