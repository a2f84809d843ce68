import type { MigrationInterface, QueryRunner } from 'typeorm';
import { giveToMaintenance, protectTenantTable } from './support.ts';

/**
 * Why: a POST repeated with the same Idempotency-Key must answer what it answered the first time. The row is written in the
 * transaction of the work itself: both commit or neither does, and a concurrent twin waits on the primary key.
 */
export class IdempotencyKeys0008 implements MigrationInterface {
  name = 'idempotency-keys-0000000000008';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.idempotency_keys (
        org_id text NOT NULL CHECK (org_id <> ''),
        key text NOT NULL CHECK (key <> ''),
        fingerprint text NOT NULL,
        response jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
        PRIMARY KEY (org_id, key)
      )`);
    await protectTenantTable(db, 'public.idempotency_keys');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.idempotency_keys TO sync_app`);
    await db.query(`GRANT SELECT, DELETE ON public.idempotency_keys TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_expired ON public.idempotency_keys TO sync_maintenance
        USING (expires_at <= now()) WITH CHECK (false)`);
    await db.query(`
      CREATE FUNCTION app.cleanup_idempotency_keys(batch_size integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        deleted integer;
      BEGIN
        DELETE FROM public.idempotency_keys WHERE expires_at <= now() AND ctid = ANY (ARRAY(
          SELECT ctid FROM public.idempotency_keys WHERE expires_at <= now() LIMIT batch_size));
        GET DIAGNOSTICS deleted = ROW_COUNT;
        RETURN deleted;
      END
      $$`);
    await giveToMaintenance(db, 'app.cleanup_idempotency_keys(integer)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.cleanup_idempotency_keys(integer)`);
    await db.query(`DROP TABLE public.idempotency_keys`);
  }
}
