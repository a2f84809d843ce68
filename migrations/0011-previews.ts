import type { MigrationInterface, QueryRunner } from 'typeorm';
import { letMaintenanceDelete, protectTenantTable } from './support.ts';

/**
 * Why: what an apply would do, as its preview found it; unchanged items are only counted. What a run wrote at a connection is kept in
 * the same way, field by field.
 */
export class Previews0011 implements MigrationInterface {
  name = 'previews-0000000000011';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_preview_changes (
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_id text NOT NULL CHECK (sync_id <> ''),
        external_id text NOT NULL CHECK (external_id <> ''),
        place bigint GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL CHECK (kind IN ('create', 'update', 'delete', 'unbind', 'conflict')),
        destination_id text,
        source_hash text,
        destination_hash text,
        fields jsonb NOT NULL DEFAULT '[]',
        reason text CHECK (kind IN ('conflict', 'unbind') OR reason IS NULL),
        rival text CHECK (kind = 'conflict' OR rival IS NULL),
        data jsonb,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (org_id, sync_id, external_id)
      )`);
    await db.query(`
      CREATE INDEX sync_preview_changes_by_kind ON public.sync_preview_changes (org_id, sync_id, kind, external_id)`);
    // An apply writes in the order in which a run would.
    await db.query(
      `CREATE INDEX sync_preview_changes_by_place ON public.sync_preview_changes (org_id, sync_id, place)`,
    );
    await protectTenantTable(db, 'public.sync_preview_changes');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_preview_changes TO sync_app`);
    await letMaintenanceDelete(db, {
      table: 'public.sync_preview_changes',
      policy: 'maintenance_expired',
      rows: 'expires_at <= now()',
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_preview_changes`);
  }
}
