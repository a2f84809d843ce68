import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeColumns, protectTenantTable } from './support.ts';

/**
 * Why: people sign in with an identity provider and have a role in their organization, which makes and revokes its own keys. The service's
 * role still reads and writes no row of another's keys: it calls functions of the owner, which serve the organization that is set. What an
 * organization wants of itself is one row; a run above its limits waits until a second person has approved it.
 */
export class Members0017 implements MigrationInterface {
  name = 'members-0000000000017';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE auth.users_extended
        ADD COLUMN role text CHECK (role IN ('viewer', 'operator', 'integrator', 'auditor', 'admin')),
        ADD COLUMN sees_payloads boolean NOT NULL DEFAULT false,
        ADD COLUMN role_from text NOT NULL DEFAULT 'organization' CHECK (role_from IN ('organization', 'provider')),
        ADD COLUMN last_sign_in_at timestamptz`);
    await db.query(
      `COMMENT ON COLUMN auth.users_extended.role IS 'what they may do when they sign in; null: they may not'`,
    );
    await db.query(`
      ALTER TABLE auth.api_keys
        ADD COLUMN by_provider boolean NOT NULL DEFAULT false CHECK (NOT by_provider OR kind = 'session'),
        ADD COLUMN created_by text`);
    await db.query(`
      COMMENT ON COLUMN auth.api_keys.by_provider IS 'a session of a member who signed in with the identity provider'`);
    await db.query(`
      CREATE INDEX api_keys_of_member ON auth.api_keys (org_id, user_id) WHERE by_provider`);
    await db.query(`CREATE INDEX api_keys_of_organization ON auth.api_keys (org_id, id) WHERE kind = 'service'`);
    await db.query(`
      CREATE TABLE public.sync_organization_settings (
        org_id text NOT NULL CHECK (org_id <> ''),
        approval_deletes integer CHECK (approval_deletes >= 0),
        approval_changes integer CHECK (approval_changes >= 0),
        approval_hours integer NOT NULL DEFAULT 24 CHECK (approval_hours BETWEEN 1 AND 40),
        updated_by text,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (org_id)
      )`);
    await describeColumns(db, 'sync_organization_settings', {
      approval_deletes: 'a preview with more deletes is applied when a second person has approved it; null: no limit',
      approval_changes:
        'as approval_deletes, of all its changes; a sync without a preview waits before it comes to more',
      approval_hours: 'how long it waits for that; the changes of a preview are kept for 48 hours',
    });
    await protectTenantTable(db, 'public.sync_organization_settings');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_organization_settings TO sync_app`);
    await db.query(`
      ALTER TABLE public.sync_runs
        ADD COLUMN approval text CHECK (approval IN ('wanted', 'approved', 'refused', 'expired')),
        ADD COLUMN approval_until timestamptz CHECK ((approval_until IS NULL) = (approval IS NULL)),
        ADD COLUMN approval_by text`);
    // Who looks for runs without a worker leaves alone what waits for a person.
    await db.query(`GRANT SELECT (approval, approval_until) ON public.sync_runs TO sync_maintenance`);
    await describeColumns(db, 'sync_runs', {
      approval: 'wanted: it does not start, or go on, before a second person has approved it; null: nobody has to',
      approval_by: 'who approved or refused it; never who requested it',
    });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `ALTER TABLE public.sync_runs DROP COLUMN approval_by, DROP COLUMN approval_until, DROP COLUMN approval`,
    );
    await db.query(`DROP TABLE public.sync_organization_settings`);
    await db.query(`DROP INDEX auth.api_keys_of_organization, auth.api_keys_of_member`);
    await db.query(`ALTER TABLE auth.api_keys DROP COLUMN created_by, DROP COLUMN by_provider`);
    await db.query(`
      ALTER TABLE auth.users_extended
        DROP COLUMN last_sign_in_at, DROP COLUMN role_from, DROP COLUMN sees_payloads, DROP COLUMN role`);
  }
}
