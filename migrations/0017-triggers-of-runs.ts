import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectTenantTable } from './support.ts';

/**
 * Why: what starts runs beside a request: schedules (the clock itself is pg-boss's; this is what a tenant sees and changes) and the
 * webhooks a shop sent, kept so that the same delivery counts once and a reconcile can tell what no webhook announced.
 */
export class TriggersOfRuns0017 implements MigrationInterface {
  name = 'triggers-of-runs-0000000000017';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_schedules (
        org_id text NOT NULL CHECK (org_id <> ''),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        connection_id uuid NOT NULL,
        entity_type text NOT NULL CHECK (entity_type <> ''),
        destination text NOT NULL DEFAULT 'records' CHECK (destination <> ''),
        mode text NOT NULL CHECK (mode IN ('full', 'incremental')),
        cron text NOT NULL,
        time_zone text NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        last_run_at timestamptz,
        last_sync_id text,
        last_error text,
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (org_id, id)
      )`);
    await db.query(`CREATE INDEX sync_schedules_by_connection ON public.sync_schedules (org_id, connection_id)`);
    await protectTenantTable(db, 'public.sync_schedules');
    await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_schedules TO sync_app`);

    await db.query(`
      CREATE TABLE public.sync_hook_deliveries (
        org_id text NOT NULL CHECK (org_id <> ''),
        connection_id uuid NOT NULL,
        delivery_key text NOT NULL CHECK (delivery_key <> ''),
        entity_type text NOT NULL CHECK (entity_type <> ''),
        external_id text NOT NULL CHECK (external_id <> ''),
        deleted boolean NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        sync_id text,
        PRIMARY KEY (org_id, connection_id, delivery_key)
      )`);
    await db.query(
      `COMMENT ON COLUMN public.sync_hook_deliveries.sync_id IS 'the run that took it; null: waits for one'`,
    );
    await db.query(`
      CREATE INDEX sync_hook_deliveries_waiting ON public.sync_hook_deliveries (org_id, connection_id, entity_type)
        WHERE sync_id IS NULL`);
    await db.query(`
      CREATE INDEX sync_hook_deliveries_by_item
        ON public.sync_hook_deliveries (org_id, connection_id, entity_type, external_id, received_at)`);
    await db.query(`
      CREATE INDEX sync_hook_deliveries_by_run ON public.sync_hook_deliveries (org_id, sync_id, external_id)`);
    await protectTenantTable(db, 'public.sync_hook_deliveries');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_hook_deliveries TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_hook_deliveries`);
    await db.query(`DROP TABLE public.sync_schedules`);
  }
}
