import type { MigrationInterface, QueryRunner } from 'typeorm';
import { letMaintenanceDelete, protectTenantTable } from './support.ts';

/**
 * Why: the webhooks a shop sent, kept so that the same delivery counts once and reconciliation can find changes that no webhook announced.
 * sync_maintenance sees old ones.
 */
export class Webhooks0013 implements MigrationInterface {
  name = 'webhooks-0000000000013';

  async up(db: QueryRunner): Promise<void> {
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
    await letMaintenanceDelete(db, {
      table: 'public.sync_hook_deliveries',
      policy: 'maintenance_old',
      rows: `received_at < now() - interval '30 days'`,
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_hook_deliveries`);
  }
}
