import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectTenantTable } from './support.ts';

/**
 * Why: keys are looked up before any organization is known, so their policy is possession: a row shows itself only to a
 * transaction that presents its hash. The service's role can neither list keys nor make one; it can only turn a one-time
 * link into a session (three columns). The owner, who makes keys by command, is the only one to see them all.
 */
export class Auth0009 implements MigrationInterface {
  name = 'auth-0000000000009';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE auth.users_extended (
        id text NOT NULL CHECK (id <> ''),
        org_id text NOT NULL CHECK (org_id <> ''),
        email text,
        display_name text,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (org_id, id)
      )`);
    await protectTenantTable(db, 'auth.users_extended');
    await db.query(`CREATE POLICY owner ON auth.users_extended TO CURRENT_USER USING (true) WITH CHECK (true)`);
    await db.query(`GRANT SELECT ON auth.users_extended TO sync_app`);

    await db.query(`
      CREATE TABLE auth.api_keys (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        org_id text CHECK (org_id <> ''),
        kind text NOT NULL DEFAULT 'service' CHECK (kind IN ('service', 'link', 'session')),
        name text NOT NULL CHECK (name <> ''),
        user_id text,
        scopes text[] NOT NULL CHECK (scopes <> '{}'),
        key_hash bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz CHECK (kind = 'service' OR expires_at IS NOT NULL),
        revoked_at timestamptz
      )`);
    await db.query(`COMMENT ON COLUMN auth.api_keys.org_id IS 'null: every organization, named per request'`);
    await db.query(`ALTER TABLE auth.api_keys ENABLE ROW LEVEL SECURITY`);
    await db.query(`ALTER TABLE auth.api_keys FORCE ROW LEVEL SECURITY`);
    // Two hashes while a link becomes a session: Postgres holds the new row, too, against the policy for SELECT.
    const presented = `encode(key_hash, 'hex') = ANY (string_to_array(
      (SELECT current_setting('app.presented_key', true)), ','))`;
    await db.query(`CREATE POLICY possession ON auth.api_keys FOR SELECT TO sync_app USING (${presented})`);
    // Only three columns are granted, so that neither organization nor scopes can change.
    await db.query(`
      CREATE POLICY exchange ON auth.api_keys FOR UPDATE TO sync_app
        USING (kind = 'link' AND ${presented}) WITH CHECK (kind = 'session')`);
    await db.query(`
      CREATE POLICY sign_out ON auth.api_keys FOR DELETE TO sync_app USING (kind = 'session' AND ${presented})`);
    await db.query(`CREATE POLICY owner ON auth.api_keys TO CURRENT_USER USING (true) WITH CHECK (true)`);
    await db.query(`GRANT SELECT, DELETE, UPDATE (key_hash, kind, expires_at) ON auth.api_keys TO sync_app`);
    await db.query(`GRANT SELECT, DELETE ON auth.api_keys TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_expired ON auth.api_keys TO sync_maintenance
        USING (kind <> 'service' AND expires_at <= now()) WITH CHECK (false)`);

    await db.query(`
      CREATE FUNCTION app.find_key(hash bytea)
      RETURNS TABLE (id uuid, org_id text, kind text, name text, user_id text, scopes text[], expires_at timestamptz)
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
        RETURN QUERY
          SELECT k.id, k.org_id, k.kind, k.name, k.user_id, k.scopes, k.expires_at FROM auth.api_keys k
           WHERE k.key_hash = hash AND k.kind <> 'link' AND k.revoked_at IS NULL
             AND (k.expires_at IS NULL OR k.expires_at > now());
      END
      $$`);
    await db.query(`
      CREATE FUNCTION app.exchange_link(link_hash bytea, session_hash bytea, session_ends timestamptz) RETURNS boolean
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        link uuid;
      BEGIN
        PERFORM set_config('app.presented_key', encode(link_hash, 'hex') || ',' || encode(session_hash, 'hex'), true);
        SELECT k.id INTO link FROM auth.api_keys k
         WHERE k.key_hash = link_hash AND k.kind = 'link' AND k.revoked_at IS NULL AND k.expires_at > now();
        IF NOT FOUND THEN
          RETURN false;
        END IF;
        -- Of two browsers with the same link, the second waits here and then finds no such link.
        UPDATE auth.api_keys k SET key_hash = session_hash, kind = 'session', expires_at = session_ends
         WHERE k.id = link AND k.key_hash = link_hash AND k.kind = 'link';
        RETURN FOUND;
      END
      $$`);
    await db.query(`
      CREATE FUNCTION app.end_session(hash bytea) RETURNS boolean
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
        DELETE FROM auth.api_keys k WHERE k.key_hash = hash AND k.kind = 'session';
        RETURN FOUND;
      END
      $$`);
    for (const signature of [
      'app.find_key(bytea)',
      'app.exchange_link(bytea, bytea, timestamptz)',
      'app.end_session(bytea)',
    ]) {
      await db.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
      await db.query(`GRANT EXECUTE ON FUNCTION ${signature} TO sync_app`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION app.end_session(bytea), app.exchange_link(bytea, bytea, timestamptz), app.find_key(bytea)`);
    await db.query(`DROP TABLE auth.api_keys`);
    await db.query(`DROP TABLE auth.users_extended`);
  }
}
