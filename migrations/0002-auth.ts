import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity, letBoundRoles, letMaintenanceDelete, protectTenantTable } from './support.ts';

/** A row shows itself to a transaction that presents its hash. */
const PRESENTED = `encode(key_hash, 'hex') = (SELECT current_setting('app.presented_key', true))`;
/** Two hashes while a link becomes a session: Postgres holds the new row, too, against the policy for SELECT. */
const PRESENTED_AMONG = `encode(key_hash, 'hex') = ANY (string_to_array(
  (SELECT current_setting('app.presented_key', true)), ','))`;

/**
 * Why: who belongs to which organization, and the keys of the service. Keys are looked up before any organization is known, so
 * their policy is possession. The service's role can neither list keys nor make one: it can turn a one-time link into a session
 * (three columns) and open a session with a key that it presents (four columns; a trigger copies the rest). The owner, who makes keys by
 * command, is the only one to see them all. sync_directory, which names the organizations, sees no column but what that needs.
 */
export class Auth0002 implements MigrationInterface {
  name = 'auth-0000000000002';

  async up(db: QueryRunner): Promise<void> {
    await users(db);
    await keys(db);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE auth.api_keys`);
    await db.query(`DROP TABLE auth.users_extended`);
  }
}

async function users(db: QueryRunner): Promise<void> {
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
  await db.query(`CREATE POLICY directory ON auth.users_extended FOR SELECT TO sync_directory USING (true)`);
  await db.query(`GRANT SELECT ON auth.users_extended TO sync_app`);
  await letBoundRoles(db, { table: 'auth.users_extended', privileges: 'SELECT' });
  await db.query(`GRANT SELECT (org_id) ON auth.users_extended TO sync_directory`);
}

async function keys(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE auth.api_keys (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      org_id text CHECK (org_id <> ''),
      kind text NOT NULL DEFAULT 'service' CHECK (kind IN ('service', 'link', 'session')),
      name text NOT NULL CHECK (name <> ''),
      user_id text,
      scopes text[] NOT NULL CHECK (scopes <> '{}'),
      key_hash bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
      opened_by uuid REFERENCES auth.api_keys (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz CHECK (kind = 'service' OR expires_at IS NOT NULL),
      revoked_at timestamptz,
      CONSTRAINT api_keys_opened_is_session CHECK (opened_by IS NULL OR kind = 'session')
    )`);
  await db.query(`COMMENT ON COLUMN auth.api_keys.org_id IS 'null: every organization, named per request'`);
  await db.query(
    `COMMENT ON COLUMN auth.api_keys.opened_by IS 'the service key that a session was opened with; null: by a link'`,
  );
  await db.query(`CREATE INDEX api_keys_opened_by ON auth.api_keys (opened_by) WHERE opened_by IS NOT NULL`);
  await forceRowSecurity(db, 'auth.api_keys');
  for (const policy of [
    `possession ON auth.api_keys FOR SELECT TO sync_app USING (${PRESENTED_AMONG})`,
    // Only three columns are granted, so that neither organization nor scopes can change.
    `exchange ON auth.api_keys FOR UPDATE TO sync_app
       USING (kind = 'link' AND ${PRESENTED_AMONG}) WITH CHECK (kind = 'session')`,
    `sign_out ON auth.api_keys FOR DELETE TO sync_app USING (kind = 'session' AND ${PRESENTED_AMONG})`,
    `open_session ON auth.api_keys FOR INSERT TO sync_app WITH CHECK (kind = 'session' AND opened_by IS NOT NULL)`,
    `owner ON auth.api_keys TO CURRENT_USER USING (true) WITH CHECK (true)`,
    `directory_possession ON auth.api_keys FOR SELECT TO sync_directory USING (${PRESENTED})`,
  ])
    await db.query(`CREATE POLICY ${policy}`);
  await db.query(`
    GRANT SELECT, DELETE, UPDATE (key_hash, kind, expires_at), INSERT (kind, key_hash, expires_at, opened_by)
      ON auth.api_keys TO sync_app`);
  await db.query(`GRANT SELECT (org_id, kind, key_hash, expires_at, revoked_at) ON auth.api_keys TO sync_directory`);
  await letMaintenanceDelete(db, {
    table: 'auth.api_keys',
    policy: 'maintenance_expired',
    rows: `kind <> 'service' AND expires_at <= now()`,
  });
}
