import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectTenantTable } from './support.ts';

/**
 * Why: a sync that the service itself runs. Its counts are a row of sync_progress like any other's; here stands what to do and
 * who may do it: a lease with an epoch, so that a worker that was thought dead can write nothing any more. One run at a time has
 * a connection and entity type: the primary key of sync_slots. A slot whose run has ended is free, however it ended.
 */
export class Runs0014 implements MigrationInterface {
  name = 'runs-0000000000014';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE public.sync_progress ADD COLUMN rate_limited_until timestamptz`);
    await db.query(`
      CREATE TABLE public.sync_runs (
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_id text NOT NULL CHECK (sync_id <> ''),
        kind text NOT NULL CHECK (kind IN ('sync', 'preview', 'apply', 'retry', 'webhook')),
        source_connection_id uuid NOT NULL,
        destination_connection_id uuid CHECK (destination_connection_id <> source_connection_id),
        entity_type text NOT NULL CHECK (entity_type <> ''),
        mode text NOT NULL CHECK (mode IN ('full', 'incremental')),
        filters jsonb NOT NULL DEFAULT '{}',
        of_sync_id text CHECK ((of_sync_id IS NOT NULL) = (kind IN ('apply', 'retry'))),
        override_reason text,
        trigger text NOT NULL DEFAULT 'request' CHECK (trigger IN ('request', 'schedule', 'webhook')),
        requested_by text,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'ready', 'paused', 'ended')),
        lease_epoch bigint NOT NULL DEFAULT 0,
        leased_by text,
        leased_until timestamptz,
        leases_without_commit integer NOT NULL DEFAULT 0,
        postponements integer NOT NULL DEFAULT 0,
        counts jsonb NOT NULL DEFAULT '{}',
        seen_cleared boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (org_id, sync_id)
      ) WITH (fillfactor = 70)`);
    await db.query(
      `COMMENT ON COLUMN public.sync_runs.of_sync_id IS 'apply: the preview; retry: the sync whose items failed'`,
    );
    await db.query(`COMMENT ON COLUMN public.sync_runs.destination_connection_id IS 'null: the records'`);
    await db.query(`
      COMMENT ON COLUMN public.sync_runs.leases_without_commit IS 'many: it kills whoever works on it'`);
    await db.query(`COMMENT ON COLUMN public.sync_runs.counts IS 'items by what was done: created, updated, …'`);
    await db.query(
      `CREATE INDEX sync_runs_open ON public.sync_runs (org_id, created_at, sync_id) WHERE state <> 'ended'`,
    );
    await db.query(
      `CREATE INDEX sync_runs_uncleared ON public.sync_runs (org_id, sync_id) WHERE state = 'ended' AND NOT seen_cleared`,
    );
    await db.query(`
      CREATE INDEX sync_runs_by_source
        ON public.sync_runs (org_id, source_connection_id, entity_type, created_at DESC, sync_id)`);
    await protectTenantTable(db, 'public.sync_runs');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_runs TO sync_app`);

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

    await db.query(`
      CREATE FUNCTION app.dispatch_runs(org text) RETURNS TABLE (sync_id text)
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      #variable_conflict use_column
      DECLARE
        r record;
        slots uuid[];
        taken text[] := '{}';
        wanted text[];
      BEGIN
        -- Two requests of one organization must not both find a slot free.
        PERFORM pg_advisory_xact_lock(hashtextextended('dispatch_runs ' || org, 0));
        FOR r IN SELECT w.sync_id, w.entity_type, w.source_connection_id, w.destination_connection_id, p.completed_at
                   FROM public.sync_runs w JOIN public.sync_progress p USING (org_id, sync_id)
                  WHERE w.org_id = org AND w.state = 'waiting' ORDER BY w.created_at, w.sync_id LOOP
          IF r.completed_at IS NOT NULL THEN
            UPDATE public.sync_runs w SET state = 'ended' WHERE w.org_id = org AND w.sync_id = r.sync_id;
            CONTINUE;
          END IF;
          slots := array_remove(ARRAY[r.source_connection_id, r.destination_connection_id], NULL);
          SELECT array_agg(s || r.entity_type) INTO wanted FROM unnest(slots) AS s;
          -- Nobody overtakes a run that waits for the same slot.
          IF wanted && taken OR EXISTS (
            SELECT FROM public.sync_slots s JOIN public.sync_progress p USING (org_id, sync_id)
             WHERE s.org_id = org AND s.connection_id = ANY (slots) AND s.entity_type = r.entity_type
               AND s.sync_id <> r.sync_id AND p.completed_at IS NULL) THEN
            taken := taken || wanted;
            CONTINUE;
          END IF;
          INSERT INTO public.sync_slots (org_id, connection_id, entity_type, sync_id)
          SELECT org, s, r.entity_type, r.sync_id FROM unnest(slots) AS s
          ON CONFLICT (org_id, connection_id, entity_type) DO UPDATE SET sync_id = EXCLUDED.sync_id;
          UPDATE public.sync_runs w SET state = 'ready', leased_until = now() + interval '1 minute'
           WHERE w.org_id = org AND w.sync_id = r.sync_id;
          taken := taken || wanted;
          sync_id := r.sync_id;
          RETURN NEXT;
        END LOOP;
      END
      $$`);

    await db.query(`
      CREATE FUNCTION app.take_lease(org text, sync text, worker text, lease interval)
        RETURNS TABLE (run json, progress json)
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        r public.sync_runs;
        p public.sync_progress;
      BEGIN
        UPDATE public.sync_runs AS w
           SET lease_epoch = w.lease_epoch + 1, leased_by = worker, leased_until = now() + lease,
               leases_without_commit = w.leases_without_commit + 1
         WHERE w.org_id = org AND w.sync_id = sync AND w.state = 'ready' AND (w.leased_by IS NULL OR w.leased_until < now())
        RETURNING w.* INTO r;
        IF NOT FOUND THEN
          RETURN;
        END IF;
        -- The clock of a sync starts with its work, not with its wait.
        UPDATE public.sync_progress AS s
           SET status = 'running', updated_at = now(),
               started_at = CASE WHEN r.lease_epoch = 1 THEN now() ELSE s.started_at END
         WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL
        RETURNING s.* INTO p;
        IF NOT FOUND THEN
          UPDATE public.sync_runs AS w SET state = 'ended', leased_by = NULL, leased_until = NULL
           WHERE w.org_id = org AND w.sync_id = sync;
          RETURN;
        END IF;
        RETURN QUERY SELECT row_to_json(r), row_to_json(p);
      END
      $$`);

    await db.query(`
      CREATE FUNCTION app.renew_lease(org text, sync text, epoch bigint, lease interval, limited_until timestamptz)
        RETURNS text
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        p record;
      BEGIN
        -- Who gave it back holds it no more, although nobody took it since.
        UPDATE public.sync_runs AS w SET leased_until = now() + lease
         WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready'
           AND w.leased_by IS NOT NULL;
        IF NOT FOUND THEN
          RETURN 'fenced';
        END IF;
        SELECT s.completed_at, s.cancel_requested, s.pause_requested, s.rate_limited_until, s.updated_at INTO p
          FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync;
        -- A sync that waits for a limit says so, and is not taken for silent.
        IF p.completed_at IS NULL
          AND (p.rate_limited_until IS DISTINCT FROM limited_until OR p.updated_at < now() - interval '15 seconds') THEN
          UPDATE public.sync_progress AS s SET rate_limited_until = limited_until, updated_at = now()
           WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL;
        END IF;
        RETURN CASE WHEN p.completed_at IS NOT NULL THEN 'ended' WHEN p.cancel_requested THEN 'cancel'
                    WHEN p.pause_requested THEN 'pause' ELSE 'go on' END;
      END
      $$`);

    await db.query(`
      CREATE FUNCTION app.release_lease(org text, sync text, epoch bigint, until timestamptz) RETURNS boolean
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        UPDATE public.sync_runs AS w
           SET leased_by = NULL, leased_until = coalesce(until, now()) + interval '1 minute', leases_without_commit = 0,
               postponements = w.postponements + CASE WHEN until IS NULL THEN 0 ELSE 1 END
         WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready'
           AND w.leased_by IS NOT NULL;
        IF NOT FOUND THEN
          RETURN false;
        END IF;
        UPDATE public.sync_progress AS s SET status = 'queued', rate_limited_until = until, updated_at = now()
         WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL;
        RETURN FOUND;
      END
      $$`);
    for (const signature of FUNCTIONS) {
      await db.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
      await db.query(`GRANT EXECUTE ON FUNCTION ${signature} TO sync_app`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION ${FUNCTIONS.join(', ')}`);
    await db.query(`DROP TABLE public.sync_slots`);
    await db.query(`DROP TABLE public.sync_runs`);
    await db.query(`ALTER TABLE public.sync_progress DROP COLUMN rate_limited_until`);
  }
}

const FUNCTIONS = [
  'app.dispatch_runs(text)',
  'app.take_lease(text, text, text, interval)',
  'app.renew_lease(text, text, bigint, interval, timestamptz)',
  'app.release_lease(text, text, bigint, timestamptz)',
];
