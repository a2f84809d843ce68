import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './support.ts';

/**
 * Why: everything later is granted to roles that can never bypass row-level security. Roles belong to the whole cluster, so they are
 * made only when missing and are left behind by `down`: another database of the cluster may use them.
 *
 * People who use SQL log in with roles of their own, members of sync_sql, each bound to one organization and one user by its row in
 * auth.sql_roles. A setting could not bind them, because whoever logs in can change their own settings. Those that may see values of persons are
 * members of sync_sql_payloads, too, which holds the columns that have some.
 *
 * sync_backup reads every row of every table, for `npm run db:backup`, so it can log in only while that command connects. The owner is no
 * member of it: before Postgres 16 its policy would open every table to a member.
 */
export class RolesAndSchemas0001 implements MigrationInterface {
  name = 'roles-and-schemas-0000000000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      DO $$
      DECLARE
        role_name text;
      BEGIN
        FOREACH role_name IN ARRAY ARRAY['sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup'] LOOP
          -- Two databases of one cluster may be migrated at the same time.
          BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
              EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            END IF;
          EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
          END;
        END LOOP;
        -- A function can be handed only to a role one is a member of; the functions of maintenance belong to sync_maintenance.
        -- From 16 on, who made a role is its member without the right to SET ROLE, which handing over needs.
        IF NOT pg_has_role(current_user, 'sync_maintenance',
                           CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
          EXECUTE format('GRANT sync_maintenance TO %I', current_user);
        END IF;
      EXCEPTION WHEN unique_violation THEN NULL;
      END
      $$`);
    await db.query(`CREATE SCHEMA app`);
    await db.query(`CREATE SCHEMA auth`);
    await db.query(
      `GRANT USAGE ON SCHEMA app, auth, public TO sync_app, sync_maintenance, sync_directory, sync_sql, sync_backup`,
    );
    await db.query(`
      CREATE TABLE auth.sql_roles (
        role_name name PRIMARY KEY,
        org_id text NOT NULL CHECK (org_id <> ''),
        user_id text NOT NULL CHECK (user_id <> ''),
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await forceRowSecurity(db, 'auth.sql_roles');
    await db.query(`CREATE POLICY owner ON auth.sql_roles TO CURRENT_USER USING (true) WITH CHECK (true)`);
    await db.query(`CREATE POLICY itself ON auth.sql_roles FOR SELECT TO sync_sql USING (role_name = session_user)`);
    await db.query(`GRANT SELECT ON auth.sql_roles TO sync_sql`);
    // The service refuses to start on a database that is not migrated, so its role must be able to see that.
    await db.query(`GRANT SELECT ON public.sync_migrations TO sync_app, sync_backup`);
    await db.query(`
      CREATE TABLE app.sql_files (
        name text PRIMARY KEY,
        sha256 text NOT NULL,
        objects text[] NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      COMMENT ON TABLE app.sql_files IS 'the files of functions, triggers and views that were applied, and what each defines'`);
    await db.query(`GRANT SELECT ON app.sql_files TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE app.sql_files`);
    await db.query(`REVOKE SELECT ON public.sync_migrations FROM sync_app, sync_backup`);
    await db.query(`DROP TABLE auth.sql_roles`);
    await db.query(
      `REVOKE USAGE ON SCHEMA app, auth, public FROM sync_app, sync_maintenance, sync_directory, sync_sql, sync_backup`,
    );
    await db.query(`DROP SCHEMA auth`);
    await db.query(`DROP SCHEMA app`);
  }
}
