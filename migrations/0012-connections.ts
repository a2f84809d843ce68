import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectTenantTable } from './support.ts';

/**
 * Why: what a tenant's syncs need to reach a shop or an ERP. Secrets stand here encrypted, each beside the id of its key, and a
 * removed connection keeps none. A webhook names a connection and nothing else, so its organization is found as a key's is: the
 * policy is possession. The owner may read those addresses: rotating the keys goes from organization to organization.
 */
export class Connections0012 implements MigrationInterface {
  name = 'connections-0000000000012';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_connections (
        org_id text NOT NULL CHECK (org_id <> ''),
        id uuid NOT NULL,
        name text NOT NULL CHECK (name <> ''),
        system text NOT NULL CHECK (system <> ''),
        base_url text NOT NULL CHECK (base_url <> ''),
        credentials bytea,
        credentials_key_id text CHECK ((credentials_key_id IS NULL) = (credentials IS NULL)),
        webhook_secret bytea,
        webhook_secret_key_id text CHECK ((webhook_secret_key_id IS NULL) = (webhook_secret IS NULL)),
        settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
        access_revision integer NOT NULL DEFAULT 1,
        status text NOT NULL DEFAULT 'unchecked' CHECK (status IN ('unchecked', 'ok', 'failing')),
        last_checked_at timestamptz,
        last_error text,
        version text,
        account text,
        warnings jsonb NOT NULL DEFAULT '[]',
        credentials_expire_at timestamptz,
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        removed_at timestamptz CHECK (removed_at IS NULL OR (credentials IS NULL AND webhook_secret IS NULL)),
        PRIMARY KEY (org_id, id)
      )`);
    await db.query(`
      COMMENT ON COLUMN public.sync_connections.access_revision IS
        'goes up with each change of base_url or credentials: an outcome of what was before is not kept'`);
    await db.query(`
      CREATE UNIQUE INDEX sync_connections_by_name ON public.sync_connections (org_id, name) WHERE removed_at IS NULL`);
    await db.query(`
      CREATE INDEX sync_connections_newest ON public.sync_connections (org_id, created_at DESC, id DESC)
        WHERE removed_at IS NULL`);
    await protectTenantTable(db, 'public.sync_connections');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_connections TO sync_app`);

    await db.query(`
      CREATE TABLE auth.hook_addresses (
        connection_id uuid PRIMARY KEY,
        org_id text NOT NULL CHECK (org_id <> '')
      )`);
    await db.query(`ALTER TABLE auth.hook_addresses ENABLE ROW LEVEL SECURITY`);
    await db.query(`ALTER TABLE auth.hook_addresses FORCE ROW LEVEL SECURITY`);
    const presented = `connection_id::text = (SELECT current_setting('app.presented_hook', true))`;
    const own = `org_id = (SELECT nullif(current_setting('app.current_org_id', true), ''))`;
    await db.query(`CREATE POLICY possession ON auth.hook_addresses FOR SELECT TO sync_app USING (${presented})`);
    await db.query(`CREATE POLICY own ON auth.hook_addresses FOR INSERT TO sync_app WITH CHECK (${own})`);
    await db.query(`
      CREATE POLICY removal ON auth.hook_addresses FOR DELETE TO sync_app USING (${presented} AND ${own})`);
    await db.query(`CREATE POLICY owner ON auth.hook_addresses FOR SELECT TO CURRENT_USER USING (true)`);
    await db.query(`GRANT SELECT, INSERT, DELETE ON auth.hook_addresses TO sync_app`);
    await db.query(`
      CREATE FUNCTION app.find_hook(connection uuid) RETURNS text
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        PERFORM set_config('app.presented_hook', connection::text, true);
        RETURN (SELECT h.org_id FROM auth.hook_addresses h WHERE h.connection_id = connection);
      END
      $$`);
    await db.query(`
      CREATE FUNCTION app.remove_hook(connection uuid) RETURNS void
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        PERFORM set_config('app.presented_hook', connection::text, true);
        DELETE FROM auth.hook_addresses h WHERE h.connection_id = connection;
      END
      $$`);
    for (const signature of ['app.find_hook(uuid)', 'app.remove_hook(uuid)']) {
      await db.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
      await db.query(`GRANT EXECUTE ON FUNCTION ${signature} TO sync_app`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION app.remove_hook(uuid), app.find_hook(uuid)`);
    await db.query(`DROP TABLE auth.hook_addresses`);
    await db.query(`DROP TABLE public.sync_connections`);
  }
}
