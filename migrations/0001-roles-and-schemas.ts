import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: everything later is granted to two roles that can never bypass row-level security, and every policy reads the
 * organization from one setting that only `app.set_org` writes. Roles belong to the whole cluster, so they are made only when
 * missing and are left behind by `down`: another database of the cluster may use them.
 */
export class RolesAndSchemas0001 implements MigrationInterface {
  name = 'roles-and-schemas-0000000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      DO $$
      DECLARE
        role_name text;
      BEGIN
        FOREACH role_name IN ARRAY ARRAY['sync_app', 'sync_maintenance'] LOOP
          -- Two databases of one cluster may be migrated at the same time.
          BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
              EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            END IF;
          EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
          END;
        END LOOP;
        -- A function can be handed only to a role one is a member of; our functions for upkeep belong to sync_maintenance.
        -- From 16 on, who made a role is its member without the right to SET ROLE, which handing over needs.
        IF NOT pg_has_role(current_user, 'sync_maintenance',
                           CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
          EXECUTE format('GRANT sync_maintenance TO %I', current_user);
        END IF;
      END
      $$`);
    await db.query(`CREATE SCHEMA app`);
    await db.query(`CREATE SCHEMA auth`);
    await db.query(`GRANT USAGE ON SCHEMA app, auth, public TO sync_app, sync_maintenance`);
    // The service refuses to start on a database that is not migrated, so its role must be able to see that.
    await db.query(`GRANT SELECT ON public.sync_migrations TO sync_app`);
    await db.query(`
      CREATE FUNCTION app.set_org(org_id text) RETURNS void
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        IF org_id IS NULL OR org_id = '' THEN
          RAISE EXCEPTION 'the organization must not be empty' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        -- true: until the end of the transaction, so that nothing leaks to the next user of a pooled connection.
        PERFORM set_config('app.current_org_id', org_id, true);
      END
      $$`);
    await db.query(`REVOKE ALL ON FUNCTION app.set_org(text) FROM PUBLIC`);
    await db.query(`GRANT EXECUTE ON FUNCTION app.set_org(text) TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.set_org(text)`);
    await db.query(`REVOKE SELECT ON public.sync_migrations FROM sync_app`);
    await db.query(`REVOKE USAGE ON SCHEMA app, auth, public FROM sync_app, sync_maintenance`);
    await db.query(`DROP SCHEMA auth`);
    await db.query(`DROP SCHEMA app`);
  }
}
