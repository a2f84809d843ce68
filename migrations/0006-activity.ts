import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeColumns, isCount, letBoundRoles, letMaintenanceDelete, protectTenantTable } from './support.ts';

const WRITTEN = `org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id, record_count, duration_seconds,
  error_message, details`;

/**
 * Why: an audit trail nobody can edit. The service's role may append and read, nothing else, and date no entry back (that of a request
 * comes a microsecond before that of the end which it causes); months are partitions, so that
 * old ones can be detached whole and a page of the newest never touches them. There is no default partition: it would
 * forbid DETACH CONCURRENTLY and be scanned at each attach. The months are made by src/activity/sql/partitions.sql.
 * Seals tell whether somebody with more rights than the service has changed the trail all the same: src/activity/sql/seals.sql.
 */
export class Activity0006 implements MigrationInterface {
  name = 'activity-0000000000006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_activity_log (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        org_id text NOT NULL CHECK (org_id <> ''),
        created_at timestamptz NOT NULL DEFAULT now(),
        sync_id text,
        entity_type text,
        activity_type text NOT NULL CHECK (activity_type <> ''),
        status text NOT NULL CHECK (status IN
          ('queued', 'running', 'paused', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'timeout')),
        source_system text,
        user_id text,
        record_count double precision CHECK (${isCount('record_count')}),
        duration_seconds double precision CHECK (duration_seconds >= 0),
        error_message text,
        details jsonb,
        written_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
        PRIMARY KEY (org_id, created_at, id)
      ) PARTITION BY RANGE (created_at)`);
    await db.query(
      `CREATE INDEX sync_activity_log_by_sync ON public.sync_activity_log (org_id, sync_id, created_at, id)`,
    );
    await db.query(
      `CREATE INDEX sync_activity_log_by_user ON public.sync_activity_log (org_id, user_id, created_at, id)`,
    );
    await db.query(`
      CREATE INDEX sync_activity_log_failures ON public.sync_activity_log (org_id, created_at, id)
        WHERE status IN ('failed', 'completed_with_errors', 'timeout')`);
    await db.query(`
      CREATE INDEX sync_activity_log_ends ON public.sync_activity_log (org_id, written_in)
        WHERE activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')`);
    await describeColumns(db, 'sync_activity_log', {
      written_in: 'the transaction that wrote it, by which trends know what they have counted: app.roll_up_trends',
    });
    await protectTenantTable(db, 'public.sync_activity_log');
    await db.query(`
      CREATE POLICY dated_by_itself ON public.sync_activity_log AS RESTRICTIVE FOR INSERT TO sync_app, sync_sql
        WITH CHECK (created_at BETWEEN now() - interval '1 microsecond' AND now())`);
    await letBoundRoles(db, {
      table: 'public.sync_activity_log',
      // created_at for the triggers of sync_progress, which run as the role.
      privileges: `SELECT, INSERT (${WRITTEN})`,
    });
    // Nobody tells the transaction that wrote an entry but the database.
    await db.query(`GRANT SELECT, INSERT (id, ${WRITTEN}) ON public.sync_activity_log TO sync_app`);
    // Ending a silent sync writes its entry; sync_maintenance may write no other kind, and read none.
    await db.query(`GRANT INSERT (${WRITTEN}) ON public.sync_activity_log TO sync_maintenance`);
    await db.query(`
      CREATE POLICY maintenance_ends ON public.sync_activity_log FOR INSERT TO sync_maintenance
        WITH CHECK (activity_type IN ('sync_timeout', 'sync_cancelled') AND status IN ('timeout', 'cancelled'))`);
    // To find the organizations that have entries, and nothing of these.
    await db.query(`GRANT SELECT (org_id) ON public.sync_activity_log TO sync_directory`);
    await db.query(`CREATE POLICY directory ON public.sync_activity_log FOR SELECT TO sync_directory USING (true)`);
    await createSeals(db);
    await createPersons(db);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_activity_log, public.sync_activity_seals, public.sync_trail_persons`);
  }
}

/** One seal is of up to 1,000 entries of one month, in the order of created_at and id. Written by app.seal_entries alone. */
async function createSeals(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_activity_seals (
      org_id text NOT NULL CHECK (org_id <> ''),
      sequence bigint NOT NULL CHECK (sequence > 0),
      sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      entry_ids uuid[] NOT NULL CHECK (cardinality(entry_ids) BETWEEN 1 AND 1000),
      entry_times timestamptz[] NOT NULL CHECK (cardinality(entry_times) = cardinality(entry_ids)),
      entry_hashes bytea[] NOT NULL CHECK (cardinality(entry_hashes) = cardinality(entry_ids)),
      previous_hash bytea NOT NULL CHECK (length(previous_hash) = 32),
      hash bytea NOT NULL CHECK (length(hash) = 32),
      begins timestamptz NOT NULL GENERATED ALWAYS AS (entry_times[1]) STORED,
      reaches timestamptz NOT NULL GENERATED ALWAYS AS (entry_times[cardinality(entry_times)]) STORED,
      PRIMARY KEY (org_id, sequence)
    )`);
  await describeColumns(db, 'sync_activity_seals', {
    sequence: 'from 1, without gaps, in each organization',
    entry_hashes: 'of each entry: app.activity_entry_hash',
    previous_hash: 'the hash of the seal before, zero bytes for the first',
    hash: 'over all other columns: app.activity_seal_hash',
    begins: 'created_at of the first entry',
    reaches: 'created_at of the last entry',
  });
  await protectTenantTable(db, 'public.sync_activity_seals');
  await db.query(`GRANT SELECT ON public.sync_activity_seals TO sync_app`);
  await letBoundRoles(db, { table: 'public.sync_activity_seals', privileges: 'SELECT' });
}

/**
 * What entries name people by: an entry can never be changed, so nothing that is known to be a person's stands in one. It has a token in its place, and the
 * words that belong to it stand here, where it can be erased: src/activity/sql/trail_persons.sql. A token serves one month, and goes with it.
 */
async function createPersons(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE public.sync_trail_persons (
      org_id text NOT NULL CHECK (org_id <> ''),
      token text NOT NULL DEFAULT 'person:' || left(replace(gen_random_uuid()::text, '-', ''), 20),
      month date NOT NULL DEFAULT date_trunc('month', now() AT TIME ZONE 'UTC')::date,
      address text NOT NULL CHECK (address <> ''),
      about text[],
      email text NOT NULL GENERATED ALWAYS AS (lower(left(coalesce(substring(address FROM
        $p$[^\\s"\\\\<>(),:;@{}[\\]'“”„«»=/|]+@(?:[^\\s"\\\\<>(),:;@{}[\\]'“”„«»=/|.]+\\.)+[^\\s"\\\\<>(),:;@{}[\\]'“”„«»=/|.0-9!?*&%#+_-]{2,}$p$), address), 320))) STORED,
      PRIMARY KEY (org_id, token)
    )`);
  await describeColumns(db, 'sync_trail_persons', {
    address:
      'what was written: an address, another value of a person, or all that a system said, which stands in quotation marks',
    about: 'whom the entry is about, as far as records tell: connection and id, and address',
    email: 'the address, or the first that was said, or what was; what a token is looked up by',
    month: 'of the entries that hold the token',
  });
  await db.query(`CREATE INDEX sync_trail_persons_by_email ON public.sync_trail_persons (org_id, email, month)`);
  await protectTenantTable(db, 'public.sync_trail_persons');
  await db.query(`GRANT SELECT, DELETE ON public.sync_trail_persons TO sync_app`);
  await db.query(`GRANT SELECT ON public.sync_trail_persons TO sync_sql_payloads`);
  await letMaintenanceDelete(db, {
    table: 'public.sync_trail_persons',
    policy: 'maintenance_old',
    rows: `month < (now() AT TIME ZONE 'UTC')::date - 31`,
  });
}
