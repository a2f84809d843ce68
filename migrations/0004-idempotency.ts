import type { MigrationInterface, QueryRunner } from 'typeorm';
import { letMaintenanceDelete, protectTenantTable } from './support.ts';

/**
 * Why: a POST repeated with the same Idempotency-Key must get the response of the first one. The row is written in the
 * transaction of the work itself: both commit or neither does, and a concurrent twin waits on the primary key.
 */
export class Idempotency0004 implements MigrationInterface {
  name = 'idempotency-0000000000004';

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
    await letMaintenanceDelete(db, {
      table: 'public.idempotency_keys',
      policy: 'maintenance_expired',
      rows: 'expires_at <= now()',
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.idempotency_keys`);
  }
}
