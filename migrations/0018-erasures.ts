import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeColumns, letMaintenanceDelete, protectTenantTable } from './support.ts';

/**
 * Why: a person is erased from all tables of an organization, which may be large, so it is done a page at a time, and what is done is known
 * after a restart. The address is kept until then and no longer; what stays is the report. Whose page is next is decided across
 * organizations, so sync_maintenance sees that something is open, and no more.
 */
export class Erasures0018 implements MigrationInterface {
  name = 'erasures-0000000000018';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_erasures (
        org_id text NOT NULL CHECK (org_id <> ''),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'completed')),
        named_by text NOT NULL CHECK (named_by IN ('email', 'external_id')),
        reference text,
        email text CHECK (email <> '' AND (state = 'running' OR email IS NULL)),
        terms text CHECK (state = 'running' OR terms IS NULL),
        subjects jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(subjects) = 'array'),
        pass integer NOT NULL DEFAULT 1 CHECK (pass > 0),
        store integer NOT NULL DEFAULT 0,
        place jsonb,
        stores jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(stores) = 'object'),
        found integer NOT NULL DEFAULT 0,
        remaining integer CHECK ((remaining IS NULL) = (state = 'running')),
        requested_by text,
        requested_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz CHECK ((completed_at IS NULL) = (state = 'running')),
        claimed_until timestamptz NOT NULL DEFAULT '-infinity',
        turn_at timestamptz NOT NULL DEFAULT '-infinity',
        PRIMARY KEY (org_id, id)
      )`);
    await describeColumns(db, 'sync_erasures', {
      email: 'in lower case; null when it is done, or when the person has none',
      terms: 'names and numbers of the person, as a pattern; null when it is done',
      subjects: 'the customers that the person is, by connection and id',
      pass: 'the first erases, the next look again until nothing is found',
      store: 'which of the stores of src/erasures/erased.stores.ts is next',
      place: 'the key of the last row of it that was looked at',
      stores: 'rows that were looked at in the first pass and rows that were erased in all, by store',
      found: 'rows that were erased in this pass',
      remaining: 'rows that the last pass still found',
    });
    await db.query(`
      CREATE INDEX sync_erasures_newest ON public.sync_erasures (org_id, requested_at, id)`);
    await db.query(`
      CREATE INDEX sync_erasures_open ON public.sync_erasures (org_id, id) WHERE state = 'running'`);
    await protectTenantTable(db, 'public.sync_erasures');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_erasures TO sync_app`);
    await letMaintenanceDelete(db, {
      table: 'public.sync_erasures',
      policy: 'maintenance_old',
      rows: `completed_at < now() - interval '3 years'`,
    });
    // Its columns one by one: neither the address nor the report.
    await db.query(`REVOKE SELECT ON public.sync_erasures FROM sync_maintenance`);
    await db.query(`
      GRANT SELECT (org_id, id, state, completed_at, claimed_until, turn_at), UPDATE (claimed_until, turn_at)
        ON public.sync_erasures TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_sees_open ON public.sync_erasures FOR SELECT TO sync_maintenance USING (state = 'running')`);
    await db.query(`
      CREATE POLICY maintenance_claims ON public.sync_erasures FOR UPDATE TO sync_maintenance
        USING (state = 'running') WITH CHECK (state = 'running')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_erasures`);
  }
}
