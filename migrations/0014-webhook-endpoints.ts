import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeColumns, letMaintenanceDelete, protectTenantTable } from './support.ts';

/**
 * Why: what happens here is told to the receivers that an organization names. A delivery is written in the transaction of the event that it
 * tells, one row an endpoint, so that no event is lost or invented; it is also the log of what was sent. The rows that wait are the queue: which
 * endpoints have a turn is decided across organizations, so sync_maintenance sees the endpoints without address and secret and the deliveries
 * that wait. Some syncs are ended or written by roles that may not read endpoints, so it also writes deliveries: sql/publish_sync_event.sql.
 */
export class WebhookEndpoints0014 implements MigrationInterface {
  name = 'webhook-endpoints-0000000000014';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_webhook_endpoints (
        org_id text NOT NULL CHECK (org_id <> ''),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        url text NOT NULL CHECK (url <> ''),
        description text,
        events text[] NOT NULL,
        format text NOT NULL CHECK (format IN ('standard', 'cloudevents', 'slack', 'email')),
        enabled boolean NOT NULL DEFAULT true,
        disabled_reason text,
        secret bytea NOT NULL,
        secret_key_id text NOT NULL,
        previous_secret bytea,
        previous_secret_key_id text,
        previous_secret_until timestamptz,
        failing_since timestamptz,
        held_until timestamptz NOT NULL DEFAULT '-infinity',
        claimed_until timestamptz NOT NULL DEFAULT '-infinity',
        turn_at timestamptz NOT NULL DEFAULT '-infinity',
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (org_id, id)
      )`);
    await describeColumns(db, 'sync_webhook_endpoints', {
      failing_since: 'no delivery has succeeded since',
      held_until: 'after several failures in a row nothing is sent before',
      claimed_until: 'a worker has its turn with it until then at most',
      turn_at: 'when the last turn began',
    });
    await protectTenantTable(db, 'public.sync_webhook_endpoints');
    await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_webhook_endpoints TO sync_app`);
    await db.query(`
      GRANT SELECT (org_id, id, events, enabled, held_until, claimed_until, turn_at), UPDATE (claimed_until, turn_at)
        ON public.sync_webhook_endpoints TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_sees_endpoints ON public.sync_webhook_endpoints FOR SELECT TO sync_maintenance USING (true)`);
    await db.query(`
      CREATE POLICY maintenance_claims ON public.sync_webhook_endpoints FOR UPDATE TO sync_maintenance
        USING (enabled) WITH CHECK (enabled)`);
    await createDeliveries(db);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_webhook_deliveries, public.sync_webhook_endpoints`);
  }
}

async function createDeliveries(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_webhook_deliveries (
      org_id text NOT NULL CHECK (org_id <> ''),
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      endpoint_id uuid NOT NULL,
      event_id uuid NOT NULL,
      event_type text NOT NULL CHECK (event_type <> ''),
      data jsonb NOT NULL,
      state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
      attempts integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
      attempted_at timestamptz,
      response_status integer,
      error_message text,
      duration_ms integer,
      traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (org_id, id)
    )`);
  await describeColumns(db, 'sync_webhook_deliveries', {
    event_id: 'the same for every endpoint and every attempt',
    expires_at: 'after the last attempt before this time it has failed',
    traceparent: 'W3C Trace Context of what made the event, when that was traced',
  });
  // The queue; and the log of an endpoint, newest first.
  await db.query(`
    CREATE INDEX sync_webhook_deliveries_waiting ON public.sync_webhook_deliveries (org_id, endpoint_id, next_attempt_at)
      WHERE state = 'waiting'`);
  await db.query(`
    CREATE INDEX sync_webhook_deliveries_log ON public.sync_webhook_deliveries (org_id, endpoint_id, created_at, id)`);
  await protectTenantTable(db, 'public.sync_webhook_deliveries');
  await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_webhook_deliveries TO sync_app`);
  await db.query(`GRANT INSERT ON public.sync_webhook_deliveries TO sync_maintenance`);
  await db.query(`
    CREATE POLICY maintenance_sees_waiting ON public.sync_webhook_deliveries FOR SELECT TO sync_maintenance
      USING (state = 'waiting')`);
  await db.query(`
    CREATE POLICY maintenance_publishes ON public.sync_webhook_deliveries FOR INSERT TO sync_maintenance
      WITH CHECK (state = 'waiting')`);
  await letMaintenanceDelete(db, {
    table: 'public.sync_webhook_deliveries',
    policy: 'maintenance_old',
    rows: `created_at < now() - interval '7 days'`,
  });
}
