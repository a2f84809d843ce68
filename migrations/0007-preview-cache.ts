import type { MigrationInterface, QueryRunner } from 'typeorm';
import { letBoundRoles, letBoundRolesSee, letMaintenanceDelete, protectTenantTable } from './support.ts';

/** Why: the delta a sync would apply, kept for its time to live, one a kind of sync and entity type. */
export class PreviewCache0007 implements MigrationInterface {
  name = 'preview-cache-0000000000007';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_preview_cache (
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_type text NOT NULL CHECK (sync_type <> ''),
        entity_type text NOT NULL DEFAULT 'all' CHECK (entity_type <> ''),
        cache_key text NOT NULL CHECK (cache_key <> ''),
        filters jsonb NOT NULL DEFAULT '{}',
        summary jsonb,
        delta_data jsonb NOT NULL,
        computed_by text,
        computed_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour',
        PRIMARY KEY (org_id, sync_type, entity_type)
      )`);
    await db.query(`CREATE INDEX sync_preview_cache_by_key ON public.sync_preview_cache (org_id, cache_key)`);
    await protectTenantTable(db, 'public.sync_preview_cache');
    await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_preview_cache TO sync_app`);
    const given = 'cache_key, filters, summary, delta_data, computed_by, computed_at, expires_at';
    await letBoundRoles(db, {
      table: 'public.sync_preview_cache',
      privileges: `INSERT (org_id, sync_type, entity_type, ${given}), UPDATE (${given})`,
    });
    await letBoundRolesSee(db, { table: 'public.sync_preview_cache', payloads: ['filters', 'summary', 'delta_data'] });
    await letMaintenanceDelete(db, {
      table: 'public.sync_preview_cache',
      policy: 'maintenance_expired',
      rows: 'expires_at <= now()',
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_preview_cache`);
  }
}
