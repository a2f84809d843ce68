import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectTenantTable } from './support.ts';

/**
 * Why: schedules start runs by themselves. When one runs next is stored, so that what a tenant is told and what happens are the same.
 * Looking for what is due crosses organizations: sync_maintenance sees no schedule before its time.
 */
export class Schedules0012 implements MigrationInterface {
  name = 'schedules-0000000000012';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_schedules (
        org_id text NOT NULL CHECK (org_id <> ''),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        connection_id uuid NOT NULL,
        entity_type text NOT NULL CHECK (entity_type <> ''),
        destination text NOT NULL DEFAULT 'records' CHECK (destination <> ''),
        kind text NOT NULL DEFAULT 'sync' CHECK (kind IN ('sync', 'reconcile')),
        mode text NOT NULL CHECK (mode IN ('full', 'incremental', 'census')),
        cron text NOT NULL,
        time_zone text NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        next_run_at timestamptz,
        last_run_at timestamptz,
        last_sync_id text,
        last_error text,
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT sync_schedules_reconcile_is_full CHECK (kind = 'sync' OR mode = 'full'),
        PRIMARY KEY (org_id, id),
        CONSTRAINT sync_schedules_enabled_has_time CHECK (enabled = (next_run_at IS NOT NULL))
      )`);
    await db.query(`CREATE INDEX sync_schedules_by_connection ON public.sync_schedules (org_id, connection_id)`);
    await protectTenantTable(db, 'public.sync_schedules');
    await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_schedules TO sync_app`);
    await db.query(`CREATE INDEX sync_schedules_due ON public.sync_schedules (org_id, next_run_at)`);
    await db.query(`GRANT SELECT ON public.sync_schedules TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_sees_due ON public.sync_schedules FOR SELECT TO sync_maintenance
        USING (next_run_at <= now())`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_schedules`);
  }
}
