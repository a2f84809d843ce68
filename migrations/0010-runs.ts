import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectTenantTable } from './support.ts';

/**
 * Why: a sync that the service itself runs. Its counts are a row of sync_progress like any other's; this table holds what to do and
 * who may do it: a lease with an epoch, so that a worker that was thought dead can write nothing any more. One run at a time has
 * a connection and entity type: the primary key of sync_slots. sync_maintenance sees the names of runs.
 */
export class Runs0010 implements MigrationInterface {
  name = 'runs-0000000000010';

  async up(db: QueryRunner): Promise<void> {
    await runs(db);
    await slots(db);
    await locks(db);
    await seen(db);
    await claims(db);
    await cursors(db);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `DROP TABLE public.sync_cursors, public.sync_claims, public.sync_seen, public.sync_locks, public.sync_slots, public.sync_runs`,
    );
  }
}

async function runs(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_runs (
      org_id text NOT NULL CHECK (org_id <> ''),
      sync_id text NOT NULL CHECK (sync_id <> ''),
      kind text NOT NULL CHECK (kind IN ('sync', 'preview', 'reconcile', 'apply', 'retry', 'webhook')),
      source_connection_id uuid NOT NULL,
      destination_connection_id uuid CHECK (destination_connection_id <> source_connection_id),
      entity_type text NOT NULL CHECK (entity_type <> ''),
      mode text NOT NULL CHECK (mode IN ('full', 'incremental', 'census')),
      filters jsonb NOT NULL DEFAULT '{}',
      of_sync_id text CHECK (kind = 'reconcile' OR (of_sync_id IS NOT NULL) = (kind IN ('apply', 'retry'))),
      undoes_sync_id text CHECK (undoes_sync_id IS NULL OR kind IN ('preview', 'apply')),
      override_reason text,
      trigger text NOT NULL DEFAULT 'request' CHECK (trigger IN ('request', 'schedule', 'webhook', 'sync')),
      requested_by text,
      traceparent text CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
      state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'ready', 'paused', 'ended')),
      lease_epoch bigint NOT NULL DEFAULT 0,
      leased_by text,
      leased_until timestamptz,
      leases_without_commit integer NOT NULL DEFAULT 0,
      postponements integer NOT NULL DEFAULT 0,
      failures jsonb NOT NULL DEFAULT '{}',
      counts jsonb NOT NULL DEFAULT '{}',
      conflict_count double precision GENERATED ALWAYS AS (
        coalesce((counts ->> 'conflict')::double precision, 0) + coalesce((counts ->> 'not_compared')::double precision, 0)) STORED NOT NULL,
      left_conflicts boolean GENERATED ALWAYS AS (
        coalesce((counts ->> 'conflict')::double precision, 0) + coalesce((counts ->> 'not_compared')::double precision, 0) > 0) STORED NOT NULL,
      found_bytes bigint NOT NULL DEFAULT 0,
      fields_not_compared text[] NOT NULL DEFAULT '{}',
      kept_bytes bigint NOT NULL DEFAULT 0,
      changes_not_kept bigint NOT NULL DEFAULT 0,
      item_bytes bigint NOT NULL DEFAULT 0,
      seen_cleared boolean NOT NULL DEFAULT false,
      write_open_since timestamptz,
      open_writes jsonb,
      created_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (org_id, sync_id)
    ) WITH (fillfactor = 70)`);
  const comments = {
    of_sync_id:
      'apply: the preview or reconcile; retry: the sync whose items failed; reconcile: the sync whose items are sampled',
    item_bytes: 'the size of its rows in sync_items; 0 when they are expired',
    found_bytes: 'the size of its rows in sync_preview_changes, which are kept for 48 hours',
    fields_not_compared: 'reconcile: the fields that no sync carries over',
    destination_connection_id: 'null: the records',
    failures: 'calls that failed since the last batch, by the kind of error',
    leases_without_commit: 'many: the run kills its workers',
    undoes_sync_id: 'the run whose changes are taken back',
    kept_bytes: 'the size of its rows in sync_changes; 0 when its connection was removed',
    changes_not_kept: 'how many more there would be, had the organization had room',
    traceparent: 'W3C Trace Context of the request, task or webhook that started it, when that was traced',
    started_at: 'of its row in sync_progress: when the first worker took it',
    counts: 'items by what was done: created, updated, …',
    conflict_count: 'items that a person has to decide; of a reconcile those that could not be compared',
    write_open_since: 'when it sent a create whose result is not stored: the other system may still be at work on it',
    open_writes:
      'the writes of the batch at work, as {external_id, kind, source_hash}: what a worker that died may have written',
  };
  for (const [column, text] of Object.entries(comments))
    await db.query(`COMMENT ON COLUMN public.sync_runs.${column} IS '${text}'`);
  await db.query(
    `CREATE INDEX sync_runs_open ON public.sync_runs (org_id, created_at, sync_id) WHERE state <> 'ended'`,
  );
  await db.query(
    `CREATE INDEX sync_runs_uncleared ON public.sync_runs (org_id, sync_id) WHERE state = 'ended' AND NOT seen_cleared`,
  );
  // What may still be under way at a system: few, however many runs there were.
  await db.query(`
    CREATE INDEX sync_runs_write_open
      ON public.sync_runs (org_id, destination_connection_id, entity_type) WHERE write_open_since IS NOT NULL`);
  // The oldest of an organization first, for the task that deletes items.
  await db.query(
    `CREATE INDEX sync_runs_with_items ON public.sync_runs (org_id, created_at, sync_id) WHERE state = 'ended' AND item_bytes > 0`,
  );
  await db.query(`
    CREATE INDEX sync_runs_by_source
      ON public.sync_runs (org_id, source_connection_id, entity_type, created_at DESC, sync_id)`);
  await db.query(`
    CREATE INDEX sync_runs_by_destination
      ON public.sync_runs (org_id, destination_connection_id, created_at DESC, sync_id)`);
  // For the list of all syncs. A run is moved within them once, when its first worker takes it; within one also when it meets its first conflict.
  for (const column of ['kind', 'left_conflicts', 'source_connection_id', 'destination_connection_id'])
    await db.query(`
      CREATE INDEX sync_runs_listed_by_${column.replace('_connection_id', '')}
        ON public.sync_runs (org_id, ${column}, started_at, sync_id)`);
  await protectTenantTable(db, 'public.sync_runs');
  await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_runs TO sync_app`);
  await db.query(`
    GRANT SELECT (org_id, sync_id, kind, source_connection_id, destination_connection_id, state, leased_until, created_at, seen_cleared,
            item_bytes, traceparent) ON public.sync_runs TO sync_maintenance`);
  await db.query(`
    CREATE POLICY maintenance_sees_runs ON public.sync_runs FOR SELECT TO sync_maintenance USING (true)`);
}

/** A slot whose run has ended is free, however it ended. */
async function slots(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_slots (
      org_id text NOT NULL CHECK (org_id <> ''),
      connection_id uuid NOT NULL,
      entity_type text NOT NULL,
      sync_id text NOT NULL,
      PRIMARY KEY (org_id, connection_id, entity_type)
    )`);
  await protectTenantTable(db, 'public.sync_slots');
  await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_slots TO sync_app`);
}

/** What app.lock locks: a row an organization and name. */
async function locks(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_locks (
      org_id text NOT NULL CHECK (org_id <> ''),
      name text NOT NULL CHECK (name <> ''),
      PRIMARY KEY (org_id, name)
    )`);
  await protectTenantTable(db, 'public.sync_locks');
  await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_locks TO sync_app`);
}

/** The ids that a run has read: each counts once, and a full sync finds what is gone. Emptied when the run has ended. */
async function seen(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_seen (
      org_id text NOT NULL CHECK (org_id <> ''),
      sync_id text NOT NULL,
      external_id text NOT NULL,
      failed boolean NOT NULL,
      PRIMARY KEY (org_id, sync_id, external_id)
    )`);
  await protectTenantTable(db, 'public.sync_seen');
  await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_seen TO sync_app`);
}

/** What the items of a run take: an entry, or a key that no two entries share. Nobody else of the run may. Emptied with sync_seen. */
async function claims(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_claims (
      org_id text NOT NULL CHECK (org_id <> ''),
      sync_id text NOT NULL CHECK (sync_id <> ''),
      claim text NOT NULL CHECK (claim <> ''),
      external_id text NOT NULL CHECK (external_id <> ''),
      PRIMARY KEY (org_id, sync_id, claim)
    )`);
  await protectTenantTable(db, 'public.sync_claims');
  await db.query(`GRANT SELECT, INSERT ON public.sync_claims TO sync_app`);
}

/** Where the next incremental run starts: what the last one to that destination has read. */
async function cursors(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_cursors (
      org_id text NOT NULL CHECK (org_id <> ''),
      connection_id uuid NOT NULL,
      entity_type text NOT NULL,
      destination text NOT NULL CHECK (destination <> ''),
      watermark jsonb NOT NULL,
      sync_id text NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (org_id, connection_id, entity_type, destination)
    )`);
  await protectTenantTable(db, 'public.sync_cursors');
  await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_cursors TO sync_app`);
}
