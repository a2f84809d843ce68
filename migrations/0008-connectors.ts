import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity, OWN_ROWS, protectTenantTable } from './support.ts';

/** An address shows itself to a transaction that presents its connection. */
const PRESENTED = `connection_id::text = (SELECT current_setting('app.presented_webhook', true))`;

/**
 * Why: what a tenant's syncs need to reach a shop or an ERP. Secrets are stored encrypted, each beside the id of its key, and a
 * removed connection keeps none. A webhook names a connection and nothing else, so its organization is found as a key's is: the
 * policy is possession. The owner may read those addresses: rotating the keys goes from organization to organization. sync_maintenance
 * sees removed connections; of others it sees that something is due.
 */
export class Connectors0008 implements MigrationInterface {
  name = 'connectors-0000000000008';

  async up(db: QueryRunner): Promise<void> {
    await connections(db);
    await systems(db);
    await webhookAddresses(db);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE auth.hook_addresses`);
    await db.query(`DROP TABLE public.sync_systems`);
    await db.query(`DROP TABLE public.sync_connections`);
  }
}

async function connections(db: QueryRunner): Promise<void> {
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
      system_id uuid,
      forgets_records boolean NOT NULL DEFAULT false,
      status text NOT NULL DEFAULT 'unchecked' CHECK (status IN ('unchecked', 'ok', 'failing')),
      last_checked_at timestamptz,
      last_error text,
      version text,
      account text,
      warnings jsonb NOT NULL DEFAULT '[]',
      checks jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_array_length(checks) <= 50),
      credentials_expire_at timestamptz,
      webhooks_refused jsonb NOT NULL DEFAULT '{}',
      webhook_refused_at timestamptz,
      webhook_refused_as text CHECK ((webhook_refused_as IS NULL) = (webhook_refused_at IS NULL)),
      refusals_told_at timestamptz,
      webhooks_state jsonb,
      webhooks_due_at timestamptz,
      census_due_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
      paused_at timestamptz,
      paused_by text CHECK (paused_by IS NULL OR paused_at IS NOT NULL),
      created_by text,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      removed_at timestamptz CHECK (removed_at IS NULL OR (credentials IS NULL AND webhook_secret IS NULL)),
      purged_at timestamptz CHECK (purged_at IS NULL OR removed_at IS NOT NULL),
      PRIMARY KEY (org_id, id)
    )`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.access_revision IS
      'goes up with each change of base_url or credentials: an outcome of what was before is not kept'`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.system_id IS
      'the system it leads to, known by what that says of itself; null until it was asked'`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.forgets_records IS
      'it leads to another system than its records were read from, and some of those are not marked as deleted yet'`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.checks IS 'the last checks, the newest first'`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.webhooks_refused IS
      'how many by reason, since the webhook secret was set'`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.webhooks_state IS
      'of the webhooks that the service has registered in the system, as they were last seen; null when it has none'`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.refusals_told_at IS 'when the trail last had an entry about them'`);
  await db.query(`
    COMMENT ON COLUMN public.sync_connections.purged_at IS 'when nothing that was read from it was left'`);
  await db.query(`
    CREATE UNIQUE INDEX sync_connections_by_name ON public.sync_connections (org_id, name) WHERE removed_at IS NULL`);
  await db.query(`
    CREATE INDEX sync_connections_newest ON public.sync_connections (org_id, created_at DESC, id DESC)
      WHERE removed_at IS NULL`);
  await db.query(`
    CREATE INDEX sync_connections_unpurged ON public.sync_connections (org_id, id)
      WHERE removed_at IS NOT NULL AND purged_at IS NULL`);
  await db.query(`
    CREATE INDEX sync_connections_webhooks_due ON public.sync_connections (org_id, webhooks_due_at)
      WHERE removed_at IS NULL AND webhooks_due_at IS NOT NULL`);
  await db.query(`
    CREATE INDEX sync_connections_census_due ON public.sync_connections (org_id, census_due_at)
      WHERE removed_at IS NULL`);
  await protectTenantTable(db, 'public.sync_connections');
  await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_connections TO sync_app`);
  await db.query(`GRANT SELECT (org_id) ON public.sync_connections TO sync_directory`);
  await db.query(`CREATE POLICY directory ON public.sync_connections FOR SELECT TO sync_directory USING (true)`);
  await db.query(`
    GRANT SELECT (org_id, id, system_id, census_due_at, webhooks_due_at, removed_at, purged_at) ON public.sync_connections TO sync_maintenance`);
  await db.query(`
    CREATE POLICY maintenance_sees_removed ON public.sync_connections FOR SELECT TO sync_maintenance
      USING (removed_at IS NOT NULL)`);
  await db.query(`
    CREATE POLICY maintenance_sees_due ON public.sync_connections FOR SELECT TO sync_maintenance
      USING (removed_at IS NULL AND (census_due_at <= now() OR webhooks_due_at <= now()))`);
}

/**
 * The shop, database or file behind connections. What holds for its entries, bindings above all, refers to it and not to a connection,
 * so that a connection that is removed and added again finds it, and one that is pointed elsewhere does not take it along.
 */
async function systems(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_systems (
      org_id text NOT NULL CHECK (org_id <> ''),
      id uuid NOT NULL,
      system text NOT NULL CHECK (system <> ''),
      identity text CHECK (identity <> ''),
      place text NOT NULL CHECK (place <> ''),
      scope text NOT NULL,
      since text CHECK (since <> ''),
      mark text NOT NULL CHECK (mark <> ''),
      created_at timestamptz NOT NULL DEFAULT now(),
      left_at timestamptz,
      replaced_at timestamptz,
      PRIMARY KEY (org_id, id)
    )`);
  const comments = {
    identity: 'what the system says it is, such as a store id; null when it does not say',
    place: 'where it is by what it says, such as the address of a site',
    scope: 'what the settings make of the meaning of its ids',
    since: 'of one without an identity: when its first account was made, to tell it from another at its place',
    mark: 'the first part of the marks of entries that were created for its entries elsewhere',
    left_at: 'since when no connection leads to it',
    replaced_at: 'since when somebody says that what looks the same is another system',
  };
  for (const [column, text] of Object.entries(comments))
    await db.query(`COMMENT ON COLUMN public.sync_systems.${column} IS '${text}'`);
  await db.query(`
    CREATE UNIQUE INDEX sync_systems_known ON public.sync_systems
      (org_id, system, coalesce(identity, ''), place, scope) WHERE replaced_at IS NULL`);
  await protectTenantTable(db, 'public.sync_systems');
  await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_systems TO sync_app`);
}

async function webhookAddresses(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE auth.hook_addresses (
      connection_id uuid PRIMARY KEY,
      org_id text NOT NULL CHECK (org_id <> '')
    )`);
  await forceRowSecurity(db, 'auth.hook_addresses');
  for (const policy of [
    `possession ON auth.hook_addresses FOR SELECT TO sync_app USING (${PRESENTED})`,
    `own ON auth.hook_addresses FOR INSERT TO sync_app WITH CHECK (${OWN_ROWS})`,
    `removal ON auth.hook_addresses FOR DELETE TO sync_app USING (${PRESENTED} AND ${OWN_ROWS})`,
    `owner ON auth.hook_addresses FOR SELECT TO CURRENT_USER USING (true)`,
  ])
    await db.query(`CREATE POLICY ${policy}`);
  await db.query(`GRANT SELECT, INSERT, DELETE ON auth.hook_addresses TO sync_app`);
}
