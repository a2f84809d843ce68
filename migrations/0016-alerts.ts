import type { MigrationInterface, QueryRunner } from 'typeorm';
import { letMaintenanceDelete, protectTenantTable } from './support.ts';

/**
 * Why: an organization is told when the state of its syncs changes, and not once an event. The end of a sync leaves a signal in its
 * transaction, which costs one row and waits for nobody; an evaluation of the organization then reads the signals, its rules and what is open.
 * It keeps what it needs of the past of each kind of sync in one row, so that its cost does not grow with history. Whose evaluation is due is
 * decided across organizations, so sync_maintenance sees turns and signals, and writes signals for syncs that others end.
 */
export class Alerts0016 implements MigrationInterface {
  name = 'alerts-0000000000016';

  async up(db: QueryRunner): Promise<void> {
    await rules(db);
    await alerts(db);
    await subjects(db);
    await turns(db);
    // What a run says of itself beside its end: few entries, which an evaluation looks up by the run.
    await db.query(`
      CREATE INDEX sync_activity_log_of_alerts ON public.sync_activity_log (org_id, sync_id)
        WHERE activity_type IN ('delete_guard_tripped', 'webhooks_missed')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX public.sync_activity_log_of_alerts`);
    await db.query(`
      DROP TABLE public.sync_alert_signals, public.sync_alert_turns, public.sync_alert_subjects, public.sync_alerts,
        public.sync_alert_rules`);
  }
}

async function rules(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_alert_rules (
      org_id text NOT NULL CHECK (org_id <> ''),
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      name text NOT NULL CHECK (name <> ''),
      kind text NOT NULL CHECK (kind <> ''),
      connection_id uuid,
      entity_type text CHECK (entity_type <> ''),
      source_system text CHECK (source_system <> ''),
      sync_id text CHECK (sync_id <> ''),
      threshold double precision CHECK (threshold >= 0),
      percent double precision CHECK (percent >= 0),
      seconds integer CHECK (seconds > 0),
      still_open_seconds integer CHECK (still_open_seconds > 0),
      endpoint_ids uuid[] NOT NULL DEFAULT '{}',
      enabled boolean NOT NULL DEFAULT true,
      watches_since timestamptz NOT NULL DEFAULT now(),
      created_by text,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (org_id, id)
    )`);
  await describeColumns(db, 'sync_alert_rules', {
    watches_since: 'since when it watches what it watches now: an alert that is older is resolved',
    connection_id: 'only syncs that read from it or write to it; null: of all',
    endpoint_ids: 'the webhook endpoints that are told; empty: all that want alerts',
  });
  await protectTenantTable(db, 'public.sync_alert_rules');
  await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_alert_rules TO sync_app`);
}

async function alerts(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_alerts (
      org_id text NOT NULL CHECK (org_id <> ''),
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      rule_id uuid NOT NULL,
      rule_name text NOT NULL,
      kind text NOT NULL CHECK (kind <> ''),
      subject text NOT NULL CHECK (subject <> ''),
      connection_id uuid,
      entity_type text,
      source_system text,
      sync_id text,
      run_kind text,
      summary text NOT NULL,
      opened_at timestamptz NOT NULL DEFAULT now(),
      resolved_at timestamptz,
      resolution text,
      remind_at timestamptz,
      told boolean NOT NULL DEFAULT false,
      acknowledged_at timestamptz,
      acknowledged_by text,
      acknowledged_reason text,
      acknowledged_until timestamptz,
      muted_at timestamptz,
      muted_by text,
      muted_reason text,
      muted_until timestamptz,
      PRIMARY KEY (org_id, id)
    )`);
  await describeColumns(db, 'sync_alerts', {
    subject: 'what it is about: a kind of sync, a connection, or one sync',
    run_kind: 'of the run that opened it: a success of another kind does not resolve it',
    remind_at: 'when it is told that it is still open; null: not any more',
    told: 'somebody was told that it is open, so they are told when it is resolved',
  });
  await db.query(`
    CREATE UNIQUE INDEX sync_alerts_open ON public.sync_alerts (org_id, rule_id, subject) WHERE resolved_at IS NULL`);
  await db.query(`CREATE INDEX sync_alerts_log ON public.sync_alerts (org_id, opened_at, id)`);
  await db.query(
    `CREATE INDEX sync_alerts_open_log ON public.sync_alerts (org_id, opened_at, id) WHERE resolved_at IS NULL`,
  );
  await db.query(`
    CREATE INDEX sync_alerts_muted ON public.sync_alerts (org_id, rule_id, subject, muted_until) WHERE muted_until IS NOT NULL`);
  await protectTenantTable(db, 'public.sync_alerts');
  await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_alerts TO sync_app`);
  await letMaintenanceDelete(db, {
    table: 'public.sync_alerts',
    policy: 'maintenance_old',
    rows: `resolved_at < now() - interval '90 days'`,
  });
}

async function subjects(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_alert_subjects (
      org_id text NOT NULL CHECK (org_id <> ''),
      subject text NOT NULL CHECK (subject <> ''),
      connection_id uuid,
      destination_connection_id uuid,
      entity_type text NOT NULL,
      source_system text NOT NULL,
      first_seen_at timestamptz NOT NULL DEFAULT now(),
      last_ended_at timestamptz NOT NULL,
      last_success_at timestamptz,
      successes integer NOT NULL DEFAULT 0,
      speeds double precision[] NOT NULL DEFAULT '{}',
      arrivals jsonb NOT NULL DEFAULT '{}',
      PRIMARY KEY (org_id, subject)
    )`);
  await describeColumns(db, 'sync_alert_subjects', {
    speeds: 'items a minute of the last successes, the newest last',
    arrivals: 'items by the hour since 1970, of the last eight days',
  });
  await protectTenantTable(db, 'public.sync_alert_subjects');
  await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_alert_subjects TO sync_app`);
}

/** A row of sync_alert_turns has an organization that has rules; others leave no signals. */
async function turns(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_alert_turns (
      org_id text PRIMARY KEY CHECK (org_id <> ''),
      due_at timestamptz NOT NULL DEFAULT now(),
      claimed_until timestamptz NOT NULL DEFAULT '-infinity',
      turn_at timestamptz NOT NULL DEFAULT now(),
      seeded_at timestamptz,
      limited jsonb NOT NULL DEFAULT '{}'
    )`);
  await describeColumns(db, 'sync_alert_turns', {
    due_at: 'when what time decides is looked at next',
    claimed_until: 'a worker evaluates until then at most',
    turn_at: 'when the last evaluation began',
    seeded_at: 'since when its subjects are known',
    limited: 'since when a sync was seen to wait for a rate limit, by sync_id',
  });
  await protectTenantTable(db, 'public.sync_alert_turns');
  await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_alert_turns TO sync_app`);
  await db.query(`
    GRANT SELECT (org_id, due_at, claimed_until, turn_at), UPDATE (claimed_until, turn_at)
      ON public.sync_alert_turns TO sync_maintenance`);
  await db.query(`
    CREATE POLICY maintenance_sees_turns ON public.sync_alert_turns FOR SELECT TO sync_maintenance USING (true)`);
  await db.query(`
    CREATE POLICY maintenance_claims ON public.sync_alert_turns FOR UPDATE TO sync_maintenance USING (true) WITH CHECK (true)`);
  await db.query(`
    CREATE TABLE public.sync_alert_signals (
      org_id text NOT NULL CHECK (org_id <> ''),
      created_at timestamptz NOT NULL DEFAULT now(),
      sync_id text NOT NULL CHECK (sync_id <> ''),
      PRIMARY KEY (org_id, created_at, sync_id)
    )`);
  await protectTenantTable(db, 'public.sync_alert_signals');
  await db.query(`GRANT SELECT, INSERT, DELETE ON public.sync_alert_signals TO sync_app`);
  await db.query(`GRANT SELECT, INSERT ON public.sync_alert_signals TO sync_maintenance`);
  await db.query(`
    CREATE POLICY maintenance_sees_signals ON public.sync_alert_signals FOR SELECT TO sync_maintenance USING (true)`);
  await db.query(`
    CREATE POLICY maintenance_signals ON public.sync_alert_signals FOR INSERT TO sync_maintenance WITH CHECK (true)`);
}

async function describeColumns(db: QueryRunner, table: string, comments: Record<string, string>): Promise<void> {
  for (const [column, text] of Object.entries(comments))
    await db.query(`COMMENT ON COLUMN public.${table}.${column} IS '${text}'`);
}
