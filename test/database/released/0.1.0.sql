-- part: migrations
CREATE TABLE "sync_migrations" ("id" SERIAL NOT NULL, "timestamp" bigint NOT NULL, "name" character varying NOT NULL, CONSTRAINT "PK_fe9142de6dc5cf3927c47dd3aea" PRIMARY KEY ("id"))
;
-- next
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
      $$
;
-- next
CREATE SCHEMA app
;
-- next
CREATE SCHEMA auth
;
-- next
GRANT USAGE ON SCHEMA app, auth, public TO sync_app, sync_maintenance, sync_directory, sync_sql, sync_backup
;
-- next
CREATE TABLE auth.sql_roles (
        role_name name PRIMARY KEY,
        org_id text NOT NULL CHECK (org_id <> ''),
        user_id text NOT NULL CHECK (user_id <> ''),
        created_at timestamptz NOT NULL DEFAULT now()
      )
;
-- next
ALTER TABLE auth.sql_roles ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE auth.sql_roles FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON auth.sql_roles FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON auth.sql_roles TO sync_backup
;
-- next
CREATE POLICY owner ON auth.sql_roles TO CURRENT_USER USING (true) WITH CHECK (true)
;
-- next
CREATE POLICY itself ON auth.sql_roles FOR SELECT TO sync_sql USING (role_name = session_user)
;
-- next
GRANT SELECT ON auth.sql_roles TO sync_sql
;
-- next
GRANT SELECT ON public.sync_migrations TO sync_app, sync_backup
;
-- next
CREATE TABLE app.sql_files (
        name text PRIMARY KEY,
        sha256 text NOT NULL,
        objects text[] NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )
;
-- next
COMMENT ON TABLE app.sql_files IS 'the files of functions, triggers and views that were applied, and what each defines'
;
-- next
GRANT SELECT ON app.sql_files TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (1, 'roles-and-schemas-0000000000001')
;
-- next
CREATE TABLE auth.users_extended (
      id text NOT NULL CHECK (id <> ''),
      org_id text NOT NULL CHECK (org_id <> ''),
      email text,
      display_name text,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (org_id, id)
    )
;
-- next
ALTER TABLE auth.users_extended ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE auth.users_extended FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON auth.users_extended FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON auth.users_extended TO sync_backup
;
-- next
CREATE POLICY tenant ON auth.users_extended TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
CREATE POLICY owner ON auth.users_extended TO CURRENT_USER USING (true) WITH CHECK (true)
;
-- next
CREATE POLICY directory ON auth.users_extended FOR SELECT TO sync_directory USING (true)
;
-- next
GRANT SELECT ON auth.users_extended TO sync_app
;
-- next
GRANT SELECT ON auth.users_extended TO sync_sql
;
-- next
GRANT SELECT (org_id) ON auth.users_extended TO sync_directory
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN auth.api_keys.org_id IS 'null: every organization, named per request'
;
-- next
COMMENT ON COLUMN auth.api_keys.opened_by IS 'the service key that a session was opened with; null: by a link'
;
-- next
CREATE INDEX api_keys_opened_by ON auth.api_keys (opened_by) WHERE opened_by IS NOT NULL
;
-- next
ALTER TABLE auth.api_keys ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE auth.api_keys FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON auth.api_keys FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON auth.api_keys TO sync_backup
;
-- next
CREATE POLICY possession ON auth.api_keys FOR SELECT TO sync_app USING (encode(key_hash, 'hex') = ANY (string_to_array(
  (SELECT current_setting('app.presented_key', true)), ',')))
;
-- next
CREATE POLICY exchange ON auth.api_keys FOR UPDATE TO sync_app
       USING (kind = 'link' AND encode(key_hash, 'hex') = ANY (string_to_array(
  (SELECT current_setting('app.presented_key', true)), ','))) WITH CHECK (kind = 'session')
;
-- next
CREATE POLICY sign_out ON auth.api_keys FOR DELETE TO sync_app USING (kind = 'session' AND encode(key_hash, 'hex') = ANY (string_to_array(
  (SELECT current_setting('app.presented_key', true)), ',')))
;
-- next
CREATE POLICY open_session ON auth.api_keys FOR INSERT TO sync_app WITH CHECK (kind = 'session' AND opened_by IS NOT NULL)
;
-- next
CREATE POLICY owner ON auth.api_keys TO CURRENT_USER USING (true) WITH CHECK (true)
;
-- next
CREATE POLICY directory_possession ON auth.api_keys FOR SELECT TO sync_directory USING (encode(key_hash, 'hex') = (SELECT current_setting('app.presented_key', true)))
;
-- next
GRANT SELECT, DELETE, UPDATE (key_hash, kind, expires_at), INSERT (kind, key_hash, expires_at, opened_by)
      ON auth.api_keys TO sync_app
;
-- next
GRANT SELECT (org_id, kind, key_hash, expires_at, revoked_at) ON auth.api_keys TO sync_directory
;
-- next
GRANT SELECT, DELETE ON auth.api_keys TO sync_maintenance
;
-- next
CREATE POLICY maintenance_expired ON auth.api_keys TO sync_maintenance USING (kind <> 'service' AND expires_at <= now()) WITH CHECK (false)
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (2, 'auth-0000000000002')
;
-- next
CREATE TABLE app.scheduled_tasks (
        name text PRIMARY KEY,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        runs bigint NOT NULL DEFAULT 1,
        changed bigint NOT NULL DEFAULT 0,
        last_error text
      )
;
-- next
GRANT SELECT, INSERT, UPDATE ON app.scheduled_tasks TO sync_app
;
-- next
GRANT SELECT ON app.scheduled_tasks TO sync_backup
;
-- next
SET LOCAL lock_timeout = 30000;
    SET LOCAL idle_in_transaction_session_timeout = 30000;
    SELECT pg_advisory_xact_lock(('x' || encode(sha224((current_database() || '.pgboss.pgboss')::bytea), 'hex'))::bit(64)::bigint);
CREATE SCHEMA IF NOT EXISTS pgboss;

    CREATE TYPE pgboss.job_state AS ENUM (
      'created',
      'retry',
      'active',
      'completed',
      'cancelled',
      'failed'
    )
  ;

    CREATE FUNCTION pgboss.job_now()
    RETURNS timestamp with time zone AS
    $$
      SELECT pg_catalog.now();
    $$
    LANGUAGE sql STABLE;
  ;

    CREATE TABLE pgboss.version (
      version int primary key,
      cron_on timestamp with time zone,
      bam_on timestamp with time zone,
      flow_on timestamp with time zone,
      reindex_on timestamp with time zone,
      monitor_backoff_on timestamp with time zone
    )
  ;

    CREATE TABLE pgboss.queue (
      name text NOT NULL,
      policy text NOT NULL,
      retry_limit int NOT NULL,
      retry_delay int NOT NULL,
      retry_backoff bool NOT NULL,
      retry_delay_max int,
      expire_seconds int NOT NULL,
      retention_seconds int NOT NULL,
      deletion_seconds int NOT NULL,
      dead_letter text REFERENCES pgboss.queue (name) CHECK (dead_letter IS DISTINCT FROM name),
      partition bool NOT NULL,
      table_name text NOT NULL,
      deferred_count int NOT NULL default 0,
      blocked_count int NOT NULL default 0,
      queued_count int NOT NULL default 0,
      ready_count int NOT NULL default 0,
      warning_queued int NOT NULL default 0,
      active_count int NOT NULL default 0,
      failed_count int NOT NULL default 0,
      total_count int NOT NULL default 0,
      retained_count int,
      retained_on timestamp with time zone,
      created_delta int NOT NULL default 0,
      completed_delta int NOT NULL default 0,
      failed_delta int NOT NULL default 0,
      delta_on timestamp with time zone,
      delta_seconds int,
      wait_bins int[],
      run_bins int[],
      ready_oldest_seconds int,
      ready_history int[] NOT NULL default '{}',
      heartbeat_seconds int,
      notify bool NOT NULL DEFAULT false,
      singletons_active text[],
      monitor_claim_on timestamp with time zone,
      monitor_on timestamp with time zone,
      maintain_on timestamp with time zone,
      created_on timestamp with time zone not null default now(),
      updated_on timestamp with time zone not null default now(),
      PRIMARY KEY (name)
    )
  ;

    CREATE TABLE pgboss.schedule (
      name text REFERENCES pgboss.queue ON DELETE CASCADE,
      key text not null DEFAULT '',
      kind text not null DEFAULT 'cron' CHECK (kind IN ('cron', 'rrule')),
      cron text not null,
      timezone text DEFAULT 'UTC',
      data jsonb,
      options jsonb,
      created_on timestamp with time zone not null default now(),
      updated_on timestamp with time zone not null default now(),
      last_job_id uuid,
      PRIMARY KEY (name, key)
    )
  ;

    CREATE TABLE pgboss.subscription (
      event text not null,
      name text not null REFERENCES pgboss.queue ON DELETE CASCADE,
      created_on timestamp with time zone not null default now(),
      updated_on timestamp with time zone not null default now(),
      PRIMARY KEY(event, name)
    )
  ;

    CREATE TABLE pgboss.bam (
      id uuid PRIMARY KEY default gen_random_uuid(),
      name text NOT NULL,
      version int NOT NULL,
      status text NOT NULL DEFAULT 'pending',
      queue text,
      table_name text NOT NULL,
      command text NOT NULL,
      error text,
      created_on timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
      started_on timestamp with time zone,
      completed_on timestamp with time zone
    )
  ;

    CREATE FUNCTION pgboss.job_table_format(command text, table_name text)
    RETURNS text AS
    $$
      SELECT format(
        regexp_replace(
          regexp_replace(command, '\.job\y', '.%1$I', 'g'),
          '\yjob_i(\d+)', '%1$s_i\1', 'g'
        ),
        table_name
      );
    $$
    LANGUAGE sql IMMUTABLE;
  ;

    CREATE FUNCTION pgboss.job_table_run(command text, tbl_name text DEFAULT NULL, queue_name text DEFAULT NULL)
    RETURNS VOID AS
    $$
    DECLARE
      tbl RECORD;
    BEGIN
      IF queue_name IS NOT NULL THEN
        SELECT table_name INTO tbl_name FROM pgboss.queue WHERE name = queue_name;
      END IF;

      IF tbl_name IS NOT NULL THEN
        EXECUTE pgboss.job_table_format(command, tbl_name);
        RETURN;
      END IF;

      EXECUTE pgboss.job_table_format(command, 'job_common');

      FOR tbl IN SELECT table_name FROM pgboss.queue WHERE partition = true
      LOOP
        EXECUTE pgboss.job_table_format(command, tbl.table_name);
      END LOOP;
    END;
    $$
    LANGUAGE plpgsql;
  ;

    CREATE FUNCTION pgboss.job_table_run_async(command_name text, version int, command text, tbl_name text DEFAULT NULL, queue_name text DEFAULT NULL)
    RETURNS VOID AS
    $$
    BEGIN
      IF queue_name IS NOT NULL THEN
        SELECT table_name INTO tbl_name FROM pgboss.queue WHERE name = queue_name;
      END IF;

      IF tbl_name IS NOT NULL THEN
        INSERT INTO pgboss.bam (name, version, status, queue, table_name, command)
        VALUES (
          command_name,
          version,
          'pending',
          queue_name,
          tbl_name,
          pgboss.job_table_format(command, tbl_name)
        );
        RETURN;
      END IF;

      INSERT INTO pgboss.bam (name, version, status, queue, table_name, command)
      SELECT
        command_name,
        version,
        'pending',
        NULL,
        'job_common',
        pgboss.job_table_format(command, 'job_common')
      UNION ALL
      SELECT
        command_name,
        version,
        'pending',
        queue.name,
        queue.table_name,
        pgboss.job_table_format(command, queue.table_name)
      FROM pgboss.queue
      WHERE partition = true;
    END;
    $$
    LANGUAGE plpgsql;
  ;

    CREATE TABLE pgboss.job (
      id uuid not null default gen_random_uuid(),
      name text not null,
      priority integer not null default(0),
      data jsonb,
      state pgboss.job_state not null default 'created',
      retry_limit integer not null default 2,
      retry_count integer not null default 0,
      retry_delay integer not null default 0,
      retry_backoff boolean not null default false,
      retry_delay_max integer,
      expire_seconds int not null default 900,
      deletion_seconds int not null default 604800,
      singleton_key text,
      singleton_on timestamp without time zone,
      group_id text,
      group_tier text,
      start_after timestamp with time zone not null default now(),
      created_on timestamp with time zone not null default now(),
      started_on timestamp with time zone,
      completed_on timestamp with time zone,
      keep_until timestamp with time zone NOT NULL default now() + interval '1209600',
      output jsonb,
      dead_letter text,
      policy text,
      heartbeat_on timestamp with time zone,
      heartbeat_seconds int,
      blocked boolean not null default false,
      blocking boolean not null default false,
      pending_dependencies int not null default 0,
      source_name text,
      source_id uuid,
      source_created_on timestamp with time zone,
      source_retry_count int,
      source_output jsonb,
      source_root_id uuid,
      trace_context jsonb,
      upsert_by_key bool
    ) PARTITION BY LIST (name)
  ;
ALTER TABLE pgboss.job ADD PRIMARY KEY (name, id);

    CREATE TABLE pgboss.job_common (LIKE pgboss.job INCLUDING GENERATED INCLUDING DEFAULTS);

    SELECT pgboss.job_table_run($cmd$ALTER TABLE pgboss.job ADD PRIMARY KEY (name, id)$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$ALTER TABLE pgboss.job ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$ALTER TABLE pgboss.job ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE UNIQUE INDEX job_i1 ON pgboss.job (name, COALESCE(singleton_key, '')) WHERE state = 'created' AND policy = 'short'$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE UNIQUE INDEX job_i2 ON pgboss.job (name, COALESCE(singleton_key, '')) WHERE state = 'active' AND policy = 'singleton'$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE UNIQUE INDEX job_i3 ON pgboss.job (name, state, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'stately'$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE UNIQUE INDEX job_i6 ON pgboss.job (name, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'exclusive'$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE UNIQUE INDEX job_i8 ON pgboss.job (name, singleton_key) WHERE state IN ('active', 'retry', 'failed') AND policy = 'key_strict_fifo'$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i10 ON pgboss.job (name, singleton_key, state DESC, created_on, id) INCLUDE (start_after) WHERE state < 'active' AND NOT blocked AND policy = 'key_strict_fifo'$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$ALTER TABLE pgboss.job ADD CONSTRAINT job_key_strict_fifo_singleton_key_check CHECK (NOT (policy = 'key_strict_fifo' AND singleton_key IS NULL))$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE UNIQUE INDEX job_i4 ON pgboss.job (name, singleton_on, COALESCE(singleton_key, '')) WHERE state <> 'cancelled' AND singleton_on IS NOT NULL$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i11 ON pgboss.job (name, priority DESC, created_on, start_after) WHERE state < 'active' AND NOT blocked$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i7 ON pgboss.job (name, group_id) WHERE state = 'active' AND group_id IS NOT NULL$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i9 ON pgboss.job (name, id) WHERE blocking AND state = 'completed'$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i12 ON pgboss.job (source_root_id) WHERE source_root_id IS NOT NULL$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE UNIQUE INDEX job_i13 ON pgboss.job (name, singleton_key) WHERE state = 'created' AND upsert_by_key$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i14 ON pgboss.job (name, state, blocked, start_after) WHERE state IN ('created', 'retry', 'active', 'failed')$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i15 ON pgboss.job (name, created_on)$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i16 ON pgboss.job (name, completed_on) WHERE completed_on IS NOT NULL$cmd$, 'job_common');
    SELECT pgboss.job_table_run($cmd$CREATE INDEX job_i17 ON pgboss.job (name, singleton_key, created_on) WHERE state < 'active' AND singleton_key IS NOT NULL$cmd$, 'job_common');

    ALTER TABLE pgboss.job ATTACH PARTITION pgboss.job_common DEFAULT;
  ;

    CREATE TABLE pgboss.warning (
      id uuid PRIMARY KEY default gen_random_uuid(),
      type text NOT NULL,
      message text NOT NULL,
      data jsonb,
      created_on timestamp with time zone NOT NULL DEFAULT now()
    )
  ;
CREATE INDEX warning_i1 ON pgboss.warning (created_on DESC);

    CREATE TABLE pgboss.queue_stats (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      name text NOT NULL,
      deferred_count int NOT NULL DEFAULT 0,
      queued_count   int NOT NULL DEFAULT 0,
      ready_count    int NOT NULL DEFAULT 0,
      active_count   int NOT NULL DEFAULT 0,
      failed_count   int NOT NULL DEFAULT 0,
      total_count    int NOT NULL DEFAULT 0,
      created_delta   int,
      completed_delta int,
      failed_delta    int,
      delta_seconds   int,
      delta_on        timestamptz,
      wait_bins       int[],
      run_bins        int[],
      ready_oldest_seconds int,
      captured_on timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (id, captured_on)
    ) PARTITION BY RANGE (captured_on)
  ;
CREATE INDEX queue_stats_i1 ON pgboss.queue_stats (name, captured_on DESC) INCLUDE (deferred_count, queued_count, ready_count, active_count, failed_count, total_count);
;

    DO $$
    DECLARE
      d date;
      i int;
      part_name text;
    BEGIN
      FOR i IN 0..1 LOOP
        d := (pgboss.job_now() AT TIME ZONE 'UTC')::date + i;
        part_name := 'queue_stats_' || to_char(d, 'YYYYMMDD');
        IF NOT EXISTS (
          SELECT 1 FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'pgboss' AND c.relname = part_name
        ) THEN
          EXECUTE format(
            'CREATE TABLE pgboss.%I PARTITION OF pgboss.queue_stats FOR VALUES FROM (%L) TO (%L)',
            part_name,
            to_char(d, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(d + 1, 'YYYY-MM-DD') || ' 00:00:00+00'
          );
        END IF;
      END LOOP;
    END;
    $$
  ;

    CREATE TABLE pgboss.job_dependency (
      child_name text NOT NULL,
      child_id uuid NOT NULL,
      parent_name text NOT NULL,
      parent_id uuid NOT NULL,
      PRIMARY KEY (child_name, child_id, parent_name, parent_id)
    )
  ;
CREATE INDEX IF NOT EXISTS job_dep_parent_idx ON pgboss.job_dependency (parent_name, parent_id);

    CREATE TABLE pgboss.instance (
      id uuid PRIMARY KEY,
      name text,
      host text NOT NULL,
      pid int NOT NULL,
      version text NOT NULL,
      node_version text NOT NULL,
      application_name text,
      heartbeat_seconds int NOT NULL,
      supervise bool NOT NULL,
      schedule bool NOT NULL,
      migrate bool NOT NULL,
      persist_queue_stats bool NOT NULL,
      persist_warnings bool NOT NULL,
      pool_max int,
      pool_total int,
      pool_idle int,
      pool_waiting int,
      workers jsonb NOT NULL DEFAULT '[]'::jsonb,
      metrics jsonb,
      config jsonb NOT NULL DEFAULT '{}'::jsonb,
      crash_restarts int NOT NULL DEFAULT 0,
      crash_restarts_since timestamptz,
      started_on timestamptz NOT NULL DEFAULT now(),
      heartbeat_on timestamptz NOT NULL DEFAULT now(),
      stopped_on timestamptz
    )
  ;

    CREATE FUNCTION pgboss.create_queue(queue_name text, options jsonb)
    RETURNS VOID AS
    $$
    DECLARE
      tablename varchar := CASE WHEN options->>'partition' = 'true'
                            THEN 'j' || encode(sha224(queue_name::bytea), 'hex')
                            ELSE 'job_common'
                            END;
      queue_created_on timestamptz;
    BEGIN

      WITH q as (
        INSERT INTO pgboss.queue (
          name,
          policy,
          retry_limit,
          retry_delay,
          retry_backoff,
          retry_delay_max,
          expire_seconds,
          retention_seconds,
          deletion_seconds,
          warning_queued,
          dead_letter,
          partition,
          table_name,
          heartbeat_seconds,
          notify,
          created_on,
          updated_on
        )
        VALUES (
          queue_name,
          options->>'policy',
          COALESCE((options->>'retryLimit')::int, 2),
          COALESCE((options->>'retryDelay')::int, 0),
          COALESCE((options->>'retryBackoff')::bool, false),
          (options->>'retryDelayMax')::int,
          COALESCE((options->>'expireInSeconds')::int, 900),
          COALESCE((options->>'retentionSeconds')::int, 1209600),
          COALESCE((options->>'deleteAfterSeconds')::int, 604800),
          COALESCE((options->>'warningQueueSize')::int, 0),
          options->>'deadLetter',
          COALESCE((options->>'partition')::bool, false),
          tablename,
          (options->>'heartbeatSeconds')::int,
          COALESCE((options->>'notify')::bool, false),
          pgboss.job_now(),
          pgboss.job_now()
        )
        ON CONFLICT DO NOTHING
        RETURNING created_on
      )
      SELECT created_on into queue_created_on from q;

      IF queue_created_on IS NULL OR options->>'partition' IS DISTINCT FROM 'true' THEN
        RETURN;
      END IF;

      EXECUTE format('CREATE TABLE pgboss.%I (LIKE pgboss.job INCLUDING DEFAULTS)', tablename);

      EXECUTE pgboss.job_table_format($cmd$ALTER TABLE pgboss.job ADD PRIMARY KEY (name, id)$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$ALTER TABLE pgboss.job ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$ALTER TABLE pgboss.job ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES pgboss.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, tablename);

      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i11 ON pgboss.job (name, priority DESC, created_on, start_after) WHERE state < 'active' AND NOT blocked$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE UNIQUE INDEX job_i4 ON pgboss.job (name, singleton_on, COALESCE(singleton_key, '')) WHERE state <> 'cancelled' AND singleton_on IS NOT NULL$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i7 ON pgboss.job (name, group_id) WHERE state = 'active' AND group_id IS NOT NULL$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i9 ON pgboss.job (name, id) WHERE blocking AND state = 'completed'$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i12 ON pgboss.job (source_root_id) WHERE source_root_id IS NOT NULL$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE UNIQUE INDEX job_i13 ON pgboss.job (name, singleton_key) WHERE state = 'created' AND upsert_by_key$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i14 ON pgboss.job (name, state, blocked, start_after) WHERE state IN ('created', 'retry', 'active', 'failed')$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i15 ON pgboss.job (name, created_on)$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i16 ON pgboss.job (name, completed_on) WHERE completed_on IS NOT NULL$cmd$, tablename);
      EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i17 ON pgboss.job (name, singleton_key, created_on) WHERE state < 'active' AND singleton_key IS NOT NULL$cmd$, tablename);

      IF options->>'policy' = 'short' THEN
        EXECUTE pgboss.job_table_format($cmd$CREATE UNIQUE INDEX job_i1 ON pgboss.job (name, COALESCE(singleton_key, '')) WHERE state = 'created' AND policy = 'short'$cmd$, tablename);
      ELSIF options->>'policy' = 'singleton' THEN
        EXECUTE pgboss.job_table_format($cmd$CREATE UNIQUE INDEX job_i2 ON pgboss.job (name, COALESCE(singleton_key, '')) WHERE state = 'active' AND policy = 'singleton'$cmd$, tablename);
      ELSIF options->>'policy' = 'stately' THEN
        EXECUTE pgboss.job_table_format($cmd$CREATE UNIQUE INDEX job_i3 ON pgboss.job (name, state, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'stately'$cmd$, tablename);
      ELSIF options->>'policy' = 'exclusive' THEN
        EXECUTE pgboss.job_table_format($cmd$CREATE UNIQUE INDEX job_i6 ON pgboss.job (name, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'exclusive'$cmd$, tablename);
      ELSIF options->>'policy' = 'key_strict_fifo' THEN
        EXECUTE pgboss.job_table_format($cmd$CREATE UNIQUE INDEX job_i8 ON pgboss.job (name, singleton_key) WHERE state IN ('active', 'retry', 'failed') AND policy = 'key_strict_fifo'$cmd$, tablename);
        EXECUTE pgboss.job_table_format($cmd$CREATE INDEX job_i10 ON pgboss.job (name, singleton_key, state DESC, created_on, id) INCLUDE (start_after) WHERE state < 'active' AND NOT blocked AND policy = 'key_strict_fifo'$cmd$, tablename);
        EXECUTE pgboss.job_table_format($cmd$ALTER TABLE pgboss.job ADD CONSTRAINT job_key_strict_fifo_singleton_key_check CHECK (NOT (policy = 'key_strict_fifo' AND singleton_key IS NULL))$cmd$, tablename);
      END IF;

      EXECUTE format('ALTER TABLE pgboss.%I ADD CONSTRAINT cjc CHECK (name=%L)', tablename, queue_name);
      EXECUTE format('ALTER TABLE pgboss.job ATTACH PARTITION pgboss.%I FOR VALUES IN (%L)', tablename, queue_name);
    END;
    $$
    LANGUAGE plpgsql;
  ;

    CREATE FUNCTION pgboss.delete_queue(queue_name text)
    RETURNS VOID AS
    $$
    DECLARE
      v_table varchar;
      v_partition bool;
    BEGIN
      
      SELECT table_name, partition
      FROM pgboss.queue
      WHERE name = queue_name
      INTO v_table, v_partition;

      IF v_partition THEN
        EXECUTE format('DROP TABLE IF EXISTS pgboss.%I', v_table);
      ELSE
        EXECUTE format('DELETE FROM pgboss.%I WHERE name = %L', v_table, queue_name);
      END IF;
    
      DELETE FROM pgboss.queue WHERE name = queue_name;
    END;
    $$
    LANGUAGE plpgsql;
  ;
INSERT INTO pgboss.version(version) VALUES ('46');
;
-- next
SELECT pgboss.create_queue('sync-runs', '{"policy": "short", "retryLimit": 0, "heartbeatSeconds": 30,
        "expireInSeconds": 1800, "deleteAfterSeconds": 3600}')
;
-- next
GRANT USAGE ON SCHEMA pgboss TO sync_app, sync_backup
;
-- next
GRANT SELECT ON ALL TABLES IN SCHEMA pgboss TO sync_backup
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (3, 'jobs-0000000000003')
;
-- next
CREATE TABLE public.idempotency_keys (
        org_id text NOT NULL CHECK (org_id <> ''),
        key text NOT NULL CHECK (key <> ''),
        fingerprint text NOT NULL,
        response jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
        PRIMARY KEY (org_id, key)
      )
;
-- next
ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.idempotency_keys FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.idempotency_keys FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.idempotency_keys TO sync_backup
;
-- next
CREATE POLICY tenant ON public.idempotency_keys TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.idempotency_keys TO sync_app
;
-- next
GRANT SELECT, DELETE ON public.idempotency_keys TO sync_maintenance
;
-- next
CREATE POLICY maintenance_expired ON public.idempotency_keys TO sync_maintenance USING (expires_at <= now()) WITH CHECK (false)
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (4, 'idempotency-0000000000004')
;
-- next
CREATE TABLE public.sync_progress (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_id text NOT NULL CHECK (sync_id <> ''),
        entity_type text NOT NULL CHECK (entity_type <> ''),
        source_system text NOT NULL CHECK (source_system <> ''),
        total_items double precision CHECK (total_items BETWEEN 0 AND 9007199254740991 AND total_items = trunc(total_items)),
        processed_count double precision NOT NULL DEFAULT 0 CHECK (processed_count BETWEEN 0 AND 9007199254740991 AND processed_count = trunc(processed_count)),
        failed_count double precision NOT NULL DEFAULT 0 CHECK (failed_count BETWEEN 0 AND 9007199254740991 AND failed_count = trunc(failed_count)),
        current_item double precision CHECK (abs(current_item) BETWEEN 0 AND 9007199254740991 AND abs(current_item) = trunc(abs(current_item))),
        workers jsonb,
        initiated_by text,
        status text NOT NULL DEFAULT 'running' CHECK (status IN
          ('queued', 'running', 'paused', 'completed', 'completed_with_errors', 'failed', 'cancelled', 'timeout')),
        started_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz,
        error_message text,
        checkpoint jsonb,
        cancel_requested boolean NOT NULL DEFAULT false,
        pause_requested boolean NOT NULL DEFAULT false,
        requested_at timestamptz,
        requested_by text,
        rate_limited_until timestamptz,
        waiting_reason text,
        next_try_at timestamptz,
        idle_seconds double precision NOT NULL DEFAULT 0,
        recent_items double precision NOT NULL DEFAULT 0,
        elapsed_seconds double precision GENERATED ALWAYS AS (greatest(round(extract(epoch FROM updated_at - started_at) - idle_seconds::numeric, 6)::double precision, 0)) STORED,
        speed_items_per_min double precision GENERATED ALWAYS AS (
          CASE WHEN round(extract(epoch FROM updated_at - started_at) - idle_seconds::numeric, 6)::double precision >= 0.000001 THEN processed_count * 60.0::double precision / (round(extract(epoch FROM updated_at - started_at) - idle_seconds::numeric, 6)::double precision) END) STORED,
        eta_seconds double precision GENERATED ALWAYS AS (
          CASE WHEN completed_at IS NULL AND status = 'running' AND NOT pause_requested AND rate_limited_until IS NULL
                    AND recent_items > 0 AND round(extract(epoch FROM updated_at - started_at) - idle_seconds::numeric, 6)::double precision > 0
            THEN ceil((total_items - processed_count - failed_count) * (180 * (1 - exp(-least(round(extract(epoch FROM updated_at - started_at) - idle_seconds::numeric, 6)::double precision / 180, 100)))) / recent_items)
          END) STORED,
        PRIMARY KEY (org_id, sync_id),
        CONSTRAINT sync_progress_sync_id_has_address CHECK (sync_id NOT IN ('slow', 'stream', '.', '..')),
        CONSTRAINT sync_progress_counts_within_total CHECK (
          processed_count + failed_count <= coalesce(total_items, 9007199254740991)),
        CONSTRAINT sync_progress_ended_has_time CHECK (
          (completed_at IS NULL) = (status IN ('queued', 'running', 'paused')))
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
              autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000)
;
-- next
CREATE INDEX sync_progress_active ON public.sync_progress (org_id, started_at DESC, sync_id DESC)
        WHERE completed_at IS NULL
;
-- next
CREATE INDEX sync_progress_ended ON public.sync_progress (org_id, completed_at, sync_id) WHERE completed_at IS NOT NULL
;
-- next
CREATE INDEX sync_progress_listed ON public.sync_progress (org_id, started_at, sync_id)
;
-- next
CREATE INDEX sync_progress_listed_by_status ON public.sync_progress (org_id, status, started_at, sync_id)
;
-- next
CREATE INDEX sync_progress_listed_by_entity ON public.sync_progress (org_id, entity_type, started_at, sync_id)
;
-- next
CREATE INDEX sync_progress_listed_by_user ON public.sync_progress (org_id, initiated_by, started_at, sync_id)
;
-- next
CREATE INDEX sync_progress_listed_by_source ON public.sync_progress (org_id, source_system, started_at, sync_id)
;
-- next
COMMENT ON COLUMN public.sync_progress.workers IS 'the counts of each worker that reports its own part: {"a": {"processed_count": 10, "failed_count": 0}}'
;
-- next
COMMENT ON COLUMN public.sync_progress.idle_seconds IS 'seconds since started_at in which nothing could be done: paused, queued, limited'
;
-- next
COMMENT ON COLUMN public.sync_progress.recent_items IS 'items handled lately: what lies a worked time t back counts exp(-t / 3 minutes)'
;
-- next
ALTER TABLE public.sync_progress ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_progress FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_progress FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_progress TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_progress TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
CREATE TYPE app.report AS (org_id text, sync_id text, worker text, processed_count double precision,
        failed_count double precision, total_items double precision, current_item double precision, status text, error_message text, checkpoint jsonb,
        brief boolean)
;
-- next
REVOKE ALL ON TYPE app.report FROM PUBLIC
;
-- next
GRANT USAGE ON TYPE app.report TO sync_app
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_progress TO sync_app
;
-- next
GRANT INSERT (id, org_id, sync_id, initiated_by, entity_type, source_system, total_items, processed_count, failed_count, current_item, status, started_at,
      updated_at, completed_at, error_message, checkpoint),
        UPDATE (cancel_requested, pause_requested, requested_at, requested_by, entity_type, source_system, total_items, processed_count, failed_count, current_item, status, started_at,
      updated_at, completed_at, error_message, checkpoint) ON public.sync_progress TO sync_sql
;
-- next
GRANT SELECT (id, org_id, sync_id, entity_type, source_system, total_items, processed_count, failed_count, current_item, workers, initiated_by, status, started_at, updated_at, completed_at, checkpoint, cancel_requested, pause_requested, requested_at, requested_by, rate_limited_until, next_try_at, idle_seconds, recent_items, elapsed_seconds, speed_items_per_min, eta_seconds) ON public.sync_progress TO sync_sql
;
-- next
GRANT SELECT ON public.sync_progress TO sync_sql_payloads
;
-- next
GRANT SELECT (org_id, status, completed_at) ON public.sync_progress TO sync_directory
;
-- next
CREATE POLICY directory ON public.sync_progress FOR SELECT TO sync_directory USING (true)
;
-- next
GRANT SELECT, UPDATE (status, error_message) ON public.sync_progress TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_silent ON public.sync_progress FOR SELECT TO sync_maintenance
        USING (updated_at < now() - interval '30 seconds' AND (completed_at IS NULL OR completed_at = now()))
;
-- next
CREATE POLICY maintenance_ends_silent ON public.sync_progress FOR UPDATE TO sync_maintenance
        USING (updated_at < now() - interval '30 seconds' AND completed_at IS NULL)
        WITH CHECK (status IN ('timeout', 'cancelled'))
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (5, 'progress-0000000000005')
;
-- next
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
        record_count double precision CHECK (record_count BETWEEN 0 AND 9007199254740991 AND record_count = trunc(record_count)),
        duration_seconds double precision CHECK (duration_seconds >= 0),
        error_message text,
        details jsonb,
        written_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
        PRIMARY KEY (org_id, created_at, id)
      ) PARTITION BY RANGE (created_at)
;
-- next
CREATE INDEX sync_activity_log_by_sync ON public.sync_activity_log (org_id, sync_id, created_at, id)
;
-- next
CREATE INDEX sync_activity_log_by_user ON public.sync_activity_log (org_id, user_id, created_at, id)
;
-- next
CREATE INDEX sync_activity_log_failures ON public.sync_activity_log (org_id, created_at, id)
        WHERE status IN ('failed', 'completed_with_errors', 'timeout')
;
-- next
CREATE INDEX sync_activity_log_ends ON public.sync_activity_log (org_id, written_in)
        WHERE activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
;
-- next
COMMENT ON COLUMN public.sync_activity_log.written_in IS 'the transaction that wrote it, by which trends know what they have counted: app.roll_up_trends'
;
-- next
ALTER TABLE public.sync_activity_log ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_activity_log FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_activity_log FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_activity_log TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_activity_log TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
CREATE POLICY dated_by_itself ON public.sync_activity_log AS RESTRICTIVE FOR INSERT TO sync_app, sync_sql
        WITH CHECK (created_at BETWEEN now() - interval '1 microsecond' AND now())
;
-- next
GRANT SELECT, INSERT (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id, record_count, duration_seconds,
  error_message, details) ON public.sync_activity_log TO sync_sql
;
-- next
GRANT SELECT, INSERT (id, org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id, record_count, duration_seconds,
  error_message, details) ON public.sync_activity_log TO sync_app
;
-- next
GRANT INSERT (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id, record_count, duration_seconds,
  error_message, details) ON public.sync_activity_log TO sync_maintenance
;
-- next
CREATE POLICY maintenance_ends ON public.sync_activity_log FOR INSERT TO sync_maintenance
        WITH CHECK (activity_type IN ('sync_timeout', 'sync_cancelled') AND status IN ('timeout', 'cancelled'))
;
-- next
GRANT SELECT (org_id) ON public.sync_activity_log TO sync_directory
;
-- next
CREATE POLICY directory ON public.sync_activity_log FOR SELECT TO sync_directory USING (true)
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN public.sync_activity_seals.sequence IS 'from 1, without gaps, in each organization'
;
-- next
COMMENT ON COLUMN public.sync_activity_seals.entry_hashes IS 'of each entry: app.activity_entry_hash'
;
-- next
COMMENT ON COLUMN public.sync_activity_seals.previous_hash IS 'the hash of the seal before, zero bytes for the first'
;
-- next
COMMENT ON COLUMN public.sync_activity_seals.hash IS 'over all other columns: app.activity_seal_hash'
;
-- next
COMMENT ON COLUMN public.sync_activity_seals.begins IS 'created_at of the first entry'
;
-- next
COMMENT ON COLUMN public.sync_activity_seals.reaches IS 'created_at of the last entry'
;
-- next
ALTER TABLE public.sync_activity_seals ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_activity_seals FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_activity_seals FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_activity_seals TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_activity_seals TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT ON public.sync_activity_seals TO sync_app
;
-- next
GRANT SELECT ON public.sync_activity_seals TO sync_sql
;
-- next
CREATE TABLE public.sync_trail_persons (
      org_id text NOT NULL CHECK (org_id <> ''),
      token text NOT NULL DEFAULT 'person:' || left(replace(gen_random_uuid()::text, '-', ''), 20),
      month date NOT NULL DEFAULT date_trunc('month', now() AT TIME ZONE 'UTC')::date,
      address text NOT NULL CHECK (address <> ''),
      about text[],
      email text NOT NULL GENERATED ALWAYS AS (lower(left(coalesce(substring(address FROM
        $p$[^\s"\\<>(),:;@{}[\]'“”„«»=/|]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|.0-9!?*&%#+_-]{2,}$p$), address), 320))) STORED,
      PRIMARY KEY (org_id, token)
    )
;
-- next
COMMENT ON COLUMN public.sync_trail_persons.address IS 'what was written: an address, another value of a person, or all that a system said, which stands in quotation marks'
;
-- next
COMMENT ON COLUMN public.sync_trail_persons.about IS 'whom the entry is about, as far as records tell: connection and id, and address'
;
-- next
COMMENT ON COLUMN public.sync_trail_persons.email IS 'the address, or the first that was said, or what was; what a token is looked up by'
;
-- next
COMMENT ON COLUMN public.sync_trail_persons.month IS 'of the entries that hold the token'
;
-- next
CREATE INDEX sync_trail_persons_by_email ON public.sync_trail_persons (org_id, email, month)
;
-- next
ALTER TABLE public.sync_trail_persons ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_trail_persons FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_trail_persons FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_trail_persons TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_trail_persons TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, DELETE ON public.sync_trail_persons TO sync_app
;
-- next
GRANT SELECT ON public.sync_trail_persons TO sync_sql_payloads
;
-- next
GRANT SELECT, DELETE ON public.sync_trail_persons TO sync_maintenance
;
-- next
CREATE POLICY maintenance_old ON public.sync_trail_persons TO sync_maintenance USING (month < (now() AT TIME ZONE 'UTC')::date - 31) WITH CHECK (false)
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (6, 'activity-0000000000006')
;
-- next
CREATE TABLE public.sync_preview_cache (
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_type text NOT NULL CHECK (sync_type <> ''),
        entity_type text NOT NULL DEFAULT 'all' CHECK (entity_type <> ''),
        cache_key text NOT NULL CHECK (cache_key <> ''),
        filters jsonb NOT NULL DEFAULT '{}',
        summary jsonb,
        delta_data jsonb NOT NULL,
        computed_by text,
        computed_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour',
        PRIMARY KEY (org_id, sync_type, entity_type)
      )
;
-- next
CREATE INDEX sync_preview_cache_by_key ON public.sync_preview_cache (org_id, cache_key)
;
-- next
ALTER TABLE public.sync_preview_cache ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_preview_cache FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_preview_cache FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_preview_cache TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_preview_cache TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_preview_cache TO sync_app
;
-- next
GRANT INSERT (org_id, sync_type, entity_type, cache_key, filters, summary, delta_data, computed_by, computed_at, expires_at), UPDATE (cache_key, filters, summary, delta_data, computed_by, computed_at, expires_at) ON public.sync_preview_cache TO sync_sql
;
-- next
GRANT SELECT (org_id, sync_type, entity_type, cache_key, computed_by, computed_at, expires_at) ON public.sync_preview_cache TO sync_sql
;
-- next
GRANT SELECT ON public.sync_preview_cache TO sync_sql_payloads
;
-- next
GRANT SELECT, DELETE ON public.sync_preview_cache TO sync_maintenance
;
-- next
CREATE POLICY maintenance_expired ON public.sync_preview_cache TO sync_maintenance USING (expires_at <= now()) WITH CHECK (false)
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (7, 'preview-cache-0000000000007')
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN public.sync_connections.access_revision IS
      'goes up with each change of base_url or credentials: an outcome of what was before is not kept'
;
-- next
COMMENT ON COLUMN public.sync_connections.system_id IS
      'the system it leads to, known by what that says of itself; null until it was asked'
;
-- next
COMMENT ON COLUMN public.sync_connections.forgets_records IS
      'it leads to another system than its records were read from, and some of those are not marked as deleted yet'
;
-- next
COMMENT ON COLUMN public.sync_connections.checks IS 'the last checks, the newest first'
;
-- next
COMMENT ON COLUMN public.sync_connections.webhooks_refused IS
      'how many by reason, since the webhook secret was set'
;
-- next
COMMENT ON COLUMN public.sync_connections.webhooks_state IS
      'of the webhooks that the service has registered in the system, as they were last seen; null when it has none'
;
-- next
COMMENT ON COLUMN public.sync_connections.refusals_told_at IS 'when the trail last had an entry about them'
;
-- next
COMMENT ON COLUMN public.sync_connections.purged_at IS 'when nothing that was read from it was left'
;
-- next
CREATE UNIQUE INDEX sync_connections_by_name ON public.sync_connections (org_id, name) WHERE removed_at IS NULL
;
-- next
CREATE INDEX sync_connections_newest ON public.sync_connections (org_id, created_at DESC, id DESC)
      WHERE removed_at IS NULL
;
-- next
CREATE INDEX sync_connections_unpurged ON public.sync_connections (org_id, id)
      WHERE removed_at IS NOT NULL AND purged_at IS NULL
;
-- next
CREATE INDEX sync_connections_webhooks_due ON public.sync_connections (org_id, webhooks_due_at)
      WHERE removed_at IS NULL AND webhooks_due_at IS NOT NULL
;
-- next
CREATE INDEX sync_connections_census_due ON public.sync_connections (org_id, census_due_at)
      WHERE removed_at IS NULL
;
-- next
ALTER TABLE public.sync_connections ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_connections FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_connections FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_connections TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_connections TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_connections TO sync_app
;
-- next
GRANT SELECT (org_id) ON public.sync_connections TO sync_directory
;
-- next
CREATE POLICY directory ON public.sync_connections FOR SELECT TO sync_directory USING (true)
;
-- next
GRANT SELECT (org_id, id, system_id, census_due_at, webhooks_due_at, removed_at, purged_at) ON public.sync_connections TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_removed ON public.sync_connections FOR SELECT TO sync_maintenance
      USING (removed_at IS NOT NULL)
;
-- next
CREATE POLICY maintenance_sees_due ON public.sync_connections FOR SELECT TO sync_maintenance
      USING (removed_at IS NULL AND (census_due_at <= now() OR webhooks_due_at <= now()))
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN public.sync_systems.identity IS 'what the system says it is, such as a store id; null when it does not say'
;
-- next
COMMENT ON COLUMN public.sync_systems.place IS 'where it is by what it says, such as the address of a site'
;
-- next
COMMENT ON COLUMN public.sync_systems.scope IS 'what the settings make of the meaning of its ids'
;
-- next
COMMENT ON COLUMN public.sync_systems.since IS 'of one without an identity: when its first account was made, to tell it from another at its place'
;
-- next
COMMENT ON COLUMN public.sync_systems.mark IS 'the first part of the marks of entries that were created for its entries elsewhere'
;
-- next
COMMENT ON COLUMN public.sync_systems.left_at IS 'since when no connection leads to it'
;
-- next
COMMENT ON COLUMN public.sync_systems.replaced_at IS 'since when somebody says that what looks the same is another system'
;
-- next
CREATE UNIQUE INDEX sync_systems_known ON public.sync_systems
      (org_id, system, coalesce(identity, ''), place, scope) WHERE replaced_at IS NULL
;
-- next
ALTER TABLE public.sync_systems ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_systems FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_systems FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_systems TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_systems TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_systems TO sync_app
;
-- next
CREATE TABLE auth.hook_addresses (
      connection_id uuid PRIMARY KEY,
      org_id text NOT NULL CHECK (org_id <> '')
    )
;
-- next
ALTER TABLE auth.hook_addresses ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE auth.hook_addresses FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON auth.hook_addresses FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON auth.hook_addresses TO sync_backup
;
-- next
CREATE POLICY possession ON auth.hook_addresses FOR SELECT TO sync_app USING (connection_id::text = (SELECT current_setting('app.presented_webhook', true)))
;
-- next
CREATE POLICY own ON auth.hook_addresses FOR INSERT TO sync_app WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
CREATE POLICY removal ON auth.hook_addresses FOR DELETE TO sync_app USING (connection_id::text = (SELECT current_setting('app.presented_webhook', true)) AND org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
CREATE POLICY owner ON auth.hook_addresses FOR SELECT TO CURRENT_USER USING (true)
;
-- next
GRANT SELECT, INSERT, DELETE ON auth.hook_addresses TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (8, 'connectors-0000000000008')
;
-- next
CREATE TABLE public.sync_records (org_id text NOT NULL CHECK (org_id <> ''), 
    connection_id uuid NOT NULL,
    entity_type text NOT NULL CHECK (entity_type <> ''),
    external_id text NOT NULL CHECK (external_id <> ''),
    data jsonb NOT NULL,
    known_as text COLLATE "C" GENERATED ALWAYS AS (lower(data ->> CASE entity_type WHEN 'customer' THEN 'email' WHEN 'product' THEN 'sku' ELSE 'number' END)) STORED,
    content_hash text NOT NULL,
    change_seq bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (org_id, connection_id, entity_type, external_id))
;
-- next
ALTER TABLE public.sync_records ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_records FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_records FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_records TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_records TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_records TO sync_app
;
-- next
CREATE TABLE public.sync_change_counters (org_id text NOT NULL CHECK (org_id <> ''), 
    last_seq bigint NOT NULL,
    PRIMARY KEY (org_id))
;
-- next
ALTER TABLE public.sync_change_counters ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_change_counters FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_change_counters FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_change_counters TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_change_counters TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_change_counters TO sync_app
;
-- next
CREATE TABLE public.sync_bindings (org_id text NOT NULL CHECK (org_id <> ''), 
    entity_type text NOT NULL CHECK (entity_type <> ''),
    system_a uuid NOT NULL,
    system_b uuid NOT NULL CHECK (system_a < system_b),
    id_a text NOT NULL CHECK (id_a <> ''),
    id_b text NOT NULL CHECK (id_b <> ''),
    hash_a text,
    hash_b text,
    data_a jsonb,
    data_b jsonb,
    born_a text,
    born_b text,
    put_away boolean NOT NULL DEFAULT false,
    synced_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nulls(hash_a, hash_b) IN (0, 2) AND num_nulls(data_a, data_b) IN (0, 2)),
    PRIMARY KEY (org_id, entity_type, system_a, system_b, id_a),
    UNIQUE (org_id, entity_type, system_a, system_b, id_b))
;
-- next
ALTER TABLE public.sync_bindings ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_bindings FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_bindings FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_bindings TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_bindings TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_bindings TO sync_app
;
-- next
CREATE TABLE public.sync_match_decisions (org_id text NOT NULL CHECK (org_id <> ''), 
    entity_type text NOT NULL CHECK (entity_type <> ''),
    source uuid NOT NULL,
    destination uuid NOT NULL CHECK (source <> destination),
    external_id text NOT NULL CHECK (external_id <> ''),
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, entity_type, source, destination, external_id))
;
-- next
ALTER TABLE public.sync_match_decisions ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_match_decisions FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_match_decisions FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_match_decisions TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_match_decisions TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_match_decisions TO sync_app
;
-- next
CREATE TABLE public.sync_refusals (org_id text NOT NULL CHECK (org_id <> ''), 
    entity_type text NOT NULL CHECK (entity_type <> ''),
    source_connection_id uuid NOT NULL,
    destination_connection_id uuid NOT NULL,
    external_id text NOT NULL CHECK (external_id <> ''),
    fingerprint text,
    error_class text NOT NULL,
    message text NOT NULL,
    is_conflict boolean NOT NULL DEFAULT false,
    refused_at timestamptz NOT NULL DEFAULT now(),
    left_since timestamptz,
    tried_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, entity_type, source_connection_id, destination_connection_id, external_id))
;
-- next
ALTER TABLE public.sync_refusals ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_refusals FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_refusals FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_refusals TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_refusals TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_refusals TO sync_app
;
-- next
CREATE TABLE public.sync_items (org_id text NOT NULL CHECK (org_id <> ''), 
    sync_id text NOT NULL CHECK (sync_id <> ''),
    external_id text NOT NULL CHECK (external_id <> ''),
    outcome text NOT NULL CHECK (outcome IN ('failed', 'skipped', 'warned')),
    error_class text NOT NULL,
    message text NOT NULL,
    payload jsonb,
    attempts integer NOT NULL DEFAULT 1 CHECK (attempts > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, sync_id, external_id))
;
-- next
ALTER TABLE public.sync_items ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_items FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_items FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_items TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_items TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_items TO sync_app
;
-- next
GRANT DELETE ON public.sync_bindings, public.sync_match_decisions, public.sync_items, public.sync_refusals TO sync_app
;
-- next
CREATE INDEX sync_records_changes ON public.sync_records (org_id, change_seq)
;
-- next
CREATE INDEX sync_records_changes_of ON public.sync_records (org_id, connection_id, entity_type, change_seq)
;
-- next
CREATE INDEX sync_refusals_open ON public.sync_refusals
        (org_id, is_conflict, refused_at, external_id, entity_type, source_connection_id, destination_connection_id)
;
-- next
CREATE INDEX sync_items_of_item ON public.sync_items (org_id, external_id, updated_at, sync_id)
;
-- next
CREATE INDEX sync_records_by_name ON public.sync_records (org_id, entity_type, known_as)
        WHERE known_as IS NOT NULL
;
-- next
CREATE TABLE public.sync_changes (
      org_id text NOT NULL CHECK (org_id <> ''),
      week smallint NOT NULL,
      sync_id text NOT NULL CHECK (sync_id <> ''),
      kind text NOT NULL CHECK (kind IN ('create', 'update', 'delete', 'unbind')),
      external_id text NOT NULL CHECK (external_id <> ''),
      entity_type text NOT NULL CHECK (entity_type <> ''),
      destination_id text,
      via_archive boolean NOT NULL DEFAULT false,
      after_hash text,
      was jsonb,
      became jsonb,
      is_partial boolean NOT NULL DEFAULT false,
      reason text CHECK (kind = 'unbind' OR reason IS NULL),
      at timestamptz NOT NULL DEFAULT now(),
      item bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(external_id, hashtextextended(entity_type, 0))) STORED,
      PRIMARY KEY (org_id, sync_id, kind, external_id, week)
    ) PARTITION BY LIST (week)
;
-- next
COMMENT ON COLUMN public.sync_changes.week IS 'a place in the ring: app.week_of_changes(start of the run)'
;
-- next
COMMENT ON COLUMN public.sync_changes.destination_id IS 'null: the records'
;
-- next
COMMENT ON COLUMN public.sync_changes.via_archive IS 'an update that brought the entry back, or a delete that archived it'
;
-- next
COMMENT ON COLUMN public.sync_changes.after_hash IS 'of the entry as the run left it; null after a delete'
;
-- next
COMMENT ON COLUMN public.sync_changes.was IS 'the members that changed, as they were; all of them for a delete'
;
-- next
COMMENT ON COLUMN public.sync_changes.became IS 'the members that changed, as the destination has them; all of them for a create at a connection'
;
-- next
COMMENT ON COLUMN public.sync_changes.is_partial IS 'what it was is not known, or was too large to keep'
;
-- next
COMMENT ON COLUMN public.sync_changes.item IS 'entity_type and external_id as one number, which costs an index half as much'
;
-- next
CREATE INDEX sync_changes_of_item ON public.sync_changes (org_id, item, at, sync_id)
;
-- next
CREATE INDEX sync_changes_of_entry ON public.sync_changes (org_id, entity_type, destination_id, at, sync_id)
      WHERE destination_id IS NOT NULL
;
-- next
CREATE TABLE public.sync_changes_00 PARTITION OF public.sync_changes FOR VALUES IN (0)
;
-- next
ALTER TABLE public.sync_changes_00 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_00 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_00 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_00 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_01 PARTITION OF public.sync_changes FOR VALUES IN (1)
;
-- next
ALTER TABLE public.sync_changes_01 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_01 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_01 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_01 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_02 PARTITION OF public.sync_changes FOR VALUES IN (2)
;
-- next
ALTER TABLE public.sync_changes_02 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_02 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_02 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_02 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_03 PARTITION OF public.sync_changes FOR VALUES IN (3)
;
-- next
ALTER TABLE public.sync_changes_03 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_03 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_03 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_03 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_04 PARTITION OF public.sync_changes FOR VALUES IN (4)
;
-- next
ALTER TABLE public.sync_changes_04 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_04 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_04 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_04 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_05 PARTITION OF public.sync_changes FOR VALUES IN (5)
;
-- next
ALTER TABLE public.sync_changes_05 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_05 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_05 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_05 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_06 PARTITION OF public.sync_changes FOR VALUES IN (6)
;
-- next
ALTER TABLE public.sync_changes_06 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_06 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_06 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_06 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_07 PARTITION OF public.sync_changes FOR VALUES IN (7)
;
-- next
ALTER TABLE public.sync_changes_07 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_07 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_07 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_07 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_08 PARTITION OF public.sync_changes FOR VALUES IN (8)
;
-- next
ALTER TABLE public.sync_changes_08 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_08 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_08 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_08 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_09 PARTITION OF public.sync_changes FOR VALUES IN (9)
;
-- next
ALTER TABLE public.sync_changes_09 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_09 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_09 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_09 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_10 PARTITION OF public.sync_changes FOR VALUES IN (10)
;
-- next
ALTER TABLE public.sync_changes_10 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_10 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_10 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_10 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_11 PARTITION OF public.sync_changes FOR VALUES IN (11)
;
-- next
ALTER TABLE public.sync_changes_11 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_11 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_11 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_11 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_12 PARTITION OF public.sync_changes FOR VALUES IN (12)
;
-- next
ALTER TABLE public.sync_changes_12 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_12 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_12 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_12 TO sync_backup
;
-- next
CREATE TABLE public.sync_changes_13 PARTITION OF public.sync_changes FOR VALUES IN (13)
;
-- next
ALTER TABLE public.sync_changes_13 ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes_13 FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes_13 FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes_13 TO sync_backup
;
-- next
ALTER TABLE public.sync_changes ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_changes FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_changes FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_changes TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_changes TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_changes TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (9, 'records-0000000000009')
;
-- next
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
    ) WITH (fillfactor = 70)
;
-- next
COMMENT ON COLUMN public.sync_runs.of_sync_id IS 'apply: the preview or reconcile; retry: the sync whose items failed; reconcile: the sync whose items are sampled'
;
-- next
COMMENT ON COLUMN public.sync_runs.item_bytes IS 'the size of its rows in sync_items; 0 when they are expired'
;
-- next
COMMENT ON COLUMN public.sync_runs.found_bytes IS 'the size of its rows in sync_preview_changes, which are kept for 48 hours'
;
-- next
COMMENT ON COLUMN public.sync_runs.fields_not_compared IS 'reconcile: the fields that no sync carries over'
;
-- next
COMMENT ON COLUMN public.sync_runs.destination_connection_id IS 'null: the records'
;
-- next
COMMENT ON COLUMN public.sync_runs.failures IS 'calls that failed since the last batch, by the kind of error'
;
-- next
COMMENT ON COLUMN public.sync_runs.leases_without_commit IS 'many: the run kills its workers'
;
-- next
COMMENT ON COLUMN public.sync_runs.undoes_sync_id IS 'the run whose changes are taken back'
;
-- next
COMMENT ON COLUMN public.sync_runs.kept_bytes IS 'the size of its rows in sync_changes; 0 when its connection was removed'
;
-- next
COMMENT ON COLUMN public.sync_runs.changes_not_kept IS 'how many more there would be, had the organization had room'
;
-- next
COMMENT ON COLUMN public.sync_runs.traceparent IS 'W3C Trace Context of the request, task or webhook that started it, when that was traced'
;
-- next
COMMENT ON COLUMN public.sync_runs.started_at IS 'of its row in sync_progress: when the first worker took it'
;
-- next
COMMENT ON COLUMN public.sync_runs.counts IS 'items by what was done: created, updated, …'
;
-- next
COMMENT ON COLUMN public.sync_runs.conflict_count IS 'items that a person has to decide; of a reconcile those that could not be compared'
;
-- next
COMMENT ON COLUMN public.sync_runs.write_open_since IS 'when it sent a create whose result is not stored: the other system may still be at work on it'
;
-- next
COMMENT ON COLUMN public.sync_runs.open_writes IS 'the writes of the batch at work, as {external_id, kind, source_hash}: what a worker that died may have written'
;
-- next
CREATE INDEX sync_runs_open ON public.sync_runs (org_id, created_at, sync_id) WHERE state <> 'ended'
;
-- next
CREATE INDEX sync_runs_uncleared ON public.sync_runs (org_id, sync_id) WHERE state = 'ended' AND NOT seen_cleared
;
-- next
CREATE INDEX sync_runs_write_open
      ON public.sync_runs (org_id, destination_connection_id, entity_type) WHERE write_open_since IS NOT NULL
;
-- next
CREATE INDEX sync_runs_with_items ON public.sync_runs (org_id, created_at, sync_id) WHERE state = 'ended' AND item_bytes > 0
;
-- next
CREATE INDEX sync_runs_by_source
      ON public.sync_runs (org_id, source_connection_id, entity_type, created_at DESC, sync_id)
;
-- next
CREATE INDEX sync_runs_by_destination
      ON public.sync_runs (org_id, destination_connection_id, created_at DESC, sync_id)
;
-- next
CREATE INDEX sync_runs_listed_by_kind
        ON public.sync_runs (org_id, kind, started_at, sync_id)
;
-- next
CREATE INDEX sync_runs_listed_by_left_conflicts
        ON public.sync_runs (org_id, left_conflicts, started_at, sync_id)
;
-- next
CREATE INDEX sync_runs_listed_by_source
        ON public.sync_runs (org_id, source_connection_id, started_at, sync_id)
;
-- next
CREATE INDEX sync_runs_listed_by_destination
        ON public.sync_runs (org_id, destination_connection_id, started_at, sync_id)
;
-- next
ALTER TABLE public.sync_runs ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_runs FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_runs FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_runs TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_runs TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_runs TO sync_app
;
-- next
GRANT SELECT (org_id, sync_id, kind, source_connection_id, destination_connection_id, state, leased_until, created_at, seen_cleared,
            item_bytes, traceparent) ON public.sync_runs TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_runs ON public.sync_runs FOR SELECT TO sync_maintenance USING (true)
;
-- next
CREATE TABLE public.sync_slots (
      org_id text NOT NULL CHECK (org_id <> ''),
      connection_id uuid NOT NULL,
      entity_type text NOT NULL,
      sync_id text NOT NULL,
      PRIMARY KEY (org_id, connection_id, entity_type)
    )
;
-- next
ALTER TABLE public.sync_slots ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_slots FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_slots FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_slots TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_slots TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_slots TO sync_app
;
-- next
CREATE TABLE public.sync_locks (
      org_id text NOT NULL CHECK (org_id <> ''),
      name text NOT NULL CHECK (name <> ''),
      PRIMARY KEY (org_id, name)
    )
;
-- next
ALTER TABLE public.sync_locks ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_locks FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_locks FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_locks TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_locks TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_locks TO sync_app
;
-- next
CREATE TABLE public.sync_seen (
      org_id text NOT NULL CHECK (org_id <> ''),
      sync_id text NOT NULL,
      external_id text NOT NULL,
      failed boolean NOT NULL,
      PRIMARY KEY (org_id, sync_id, external_id)
    )
;
-- next
ALTER TABLE public.sync_seen ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_seen FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_seen FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_seen TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_seen TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_seen TO sync_app
;
-- next
CREATE TABLE public.sync_claims (
      org_id text NOT NULL CHECK (org_id <> ''),
      sync_id text NOT NULL CHECK (sync_id <> ''),
      claim text NOT NULL CHECK (claim <> ''),
      external_id text NOT NULL CHECK (external_id <> ''),
      PRIMARY KEY (org_id, sync_id, claim)
    )
;
-- next
ALTER TABLE public.sync_claims ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_claims FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_claims FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_claims TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_claims TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT ON public.sync_claims TO sync_app
;
-- next
CREATE TABLE public.sync_cursors (
      org_id text NOT NULL CHECK (org_id <> ''),
      connection_id uuid NOT NULL,
      entity_type text NOT NULL,
      destination text NOT NULL CHECK (destination <> ''),
      watermark jsonb NOT NULL,
      sync_id text NOT NULL,
      updated_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (org_id, connection_id, entity_type, destination)
    )
;
-- next
ALTER TABLE public.sync_cursors ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_cursors FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_cursors FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_cursors TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_cursors TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_cursors TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (10, 'runs-0000000000010')
;
-- next
CREATE TABLE public.sync_preview_changes (
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_id text NOT NULL CHECK (sync_id <> ''),
        external_id text NOT NULL CHECK (external_id <> ''),
        place bigint GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL CHECK (kind IN ('create', 'update', 'delete', 'unbind', 'conflict')),
        destination_id text,
        source_hash text,
        destination_hash text,
        fields jsonb NOT NULL DEFAULT '[]',
        reason text CHECK (kind IN ('conflict', 'unbind') OR reason IS NULL),
        rival text CHECK (kind = 'conflict' OR rival IS NULL),
        data jsonb,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (org_id, sync_id, external_id)
      )
;
-- next
CREATE INDEX sync_preview_changes_by_kind ON public.sync_preview_changes (org_id, sync_id, kind, external_id)
;
-- next
CREATE INDEX sync_preview_changes_by_place ON public.sync_preview_changes (org_id, sync_id, place)
;
-- next
ALTER TABLE public.sync_preview_changes ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_preview_changes FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_preview_changes FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_preview_changes TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_preview_changes TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_preview_changes TO sync_app
;
-- next
GRANT SELECT, DELETE ON public.sync_preview_changes TO sync_maintenance
;
-- next
CREATE POLICY maintenance_expired ON public.sync_preview_changes TO sync_maintenance USING (expires_at <= now()) WITH CHECK (false)
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (11, 'previews-0000000000011')
;
-- next
CREATE TABLE public.sync_schedules (
        org_id text NOT NULL CHECK (org_id <> ''),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        connection_id uuid NOT NULL,
        entity_type text NOT NULL CHECK (entity_type <> ''),
        destination text NOT NULL DEFAULT 'records' CHECK (destination <> ''),
        kind text NOT NULL DEFAULT 'sync' CHECK (kind IN ('sync', 'reconcile')),
        mode text NOT NULL CHECK (mode IN ('full', 'incremental', 'census')),
        cron text NOT NULL,
        time_zone text NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        next_run_at timestamptz,
        last_run_at timestamptz,
        last_sync_id text,
        last_error text,
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT sync_schedules_reconcile_is_full CHECK (kind = 'sync' OR mode = 'full'),
        PRIMARY KEY (org_id, id),
        CONSTRAINT sync_schedules_enabled_has_time CHECK (enabled = (next_run_at IS NOT NULL))
      )
;
-- next
CREATE INDEX sync_schedules_by_connection ON public.sync_schedules (org_id, connection_id)
;
-- next
ALTER TABLE public.sync_schedules ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_schedules FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_schedules FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_schedules TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_schedules TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_schedules TO sync_app
;
-- next
CREATE INDEX sync_schedules_due ON public.sync_schedules (org_id, next_run_at)
;
-- next
GRANT SELECT ON public.sync_schedules TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_due ON public.sync_schedules FOR SELECT TO sync_maintenance
        USING (next_run_at <= now())
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (12, 'schedules-0000000000012')
;
-- next
CREATE TABLE public.sync_hook_deliveries (
        org_id text NOT NULL CHECK (org_id <> ''),
        connection_id uuid NOT NULL,
        delivery_key text NOT NULL CHECK (delivery_key <> ''),
        entity_type text NOT NULL CHECK (entity_type <> ''),
        external_id text NOT NULL CHECK (external_id <> ''),
        deleted boolean NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        sync_id text,
        PRIMARY KEY (org_id, connection_id, delivery_key)
      )
;
-- next
COMMENT ON COLUMN public.sync_hook_deliveries.sync_id IS 'the run that took it; null: waits for one'
;
-- next
CREATE INDEX sync_hook_deliveries_waiting ON public.sync_hook_deliveries (org_id, connection_id, entity_type)
        WHERE sync_id IS NULL
;
-- next
CREATE INDEX sync_hook_deliveries_by_item
        ON public.sync_hook_deliveries (org_id, connection_id, entity_type, external_id, received_at)
;
-- next
CREATE INDEX sync_hook_deliveries_by_run ON public.sync_hook_deliveries (org_id, sync_id, external_id)
;
-- next
ALTER TABLE public.sync_hook_deliveries ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_hook_deliveries FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_hook_deliveries FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_hook_deliveries TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_hook_deliveries TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_hook_deliveries TO sync_app
;
-- next
GRANT SELECT, DELETE ON public.sync_hook_deliveries TO sync_maintenance
;
-- next
CREATE POLICY maintenance_old ON public.sync_hook_deliveries TO sync_maintenance USING (received_at < now() - interval '30 days') WITH CHECK (false)
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (13, 'webhooks-0000000000013')
;
-- next
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
      )
;
-- next
COMMENT ON COLUMN public.sync_webhook_endpoints.failing_since IS 'no delivery has succeeded since'
;
-- next
COMMENT ON COLUMN public.sync_webhook_endpoints.held_until IS 'after several failures in a row nothing is sent before'
;
-- next
COMMENT ON COLUMN public.sync_webhook_endpoints.claimed_until IS 'a worker has its turn with it until then at most'
;
-- next
COMMENT ON COLUMN public.sync_webhook_endpoints.turn_at IS 'when the last turn began'
;
-- next
ALTER TABLE public.sync_webhook_endpoints ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_webhook_endpoints FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_webhook_endpoints FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_webhook_endpoints TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_webhook_endpoints TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_webhook_endpoints TO sync_app
;
-- next
GRANT SELECT (org_id, id, events, enabled, held_until, claimed_until, turn_at), UPDATE (claimed_until, turn_at)
        ON public.sync_webhook_endpoints TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_endpoints ON public.sync_webhook_endpoints FOR SELECT TO sync_maintenance USING (true)
;
-- next
CREATE POLICY maintenance_claims ON public.sync_webhook_endpoints FOR UPDATE TO sync_maintenance
        USING (enabled) WITH CHECK (enabled)
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN public.sync_webhook_deliveries.event_id IS 'the same for every endpoint and every attempt'
;
-- next
COMMENT ON COLUMN public.sync_webhook_deliveries.expires_at IS 'after the last attempt before this time it has failed'
;
-- next
COMMENT ON COLUMN public.sync_webhook_deliveries.traceparent IS 'W3C Trace Context of what made the event, when that was traced'
;
-- next
CREATE INDEX sync_webhook_deliveries_waiting ON public.sync_webhook_deliveries (org_id, endpoint_id, next_attempt_at)
      WHERE state = 'waiting'
;
-- next
CREATE INDEX sync_webhook_deliveries_log ON public.sync_webhook_deliveries (org_id, endpoint_id, created_at, id)
;
-- next
ALTER TABLE public.sync_webhook_deliveries ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_webhook_deliveries FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_webhook_deliveries FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_webhook_deliveries TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_webhook_deliveries TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_webhook_deliveries TO sync_app
;
-- next
GRANT INSERT ON public.sync_webhook_deliveries TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_waiting ON public.sync_webhook_deliveries FOR SELECT TO sync_maintenance
      USING (state = 'waiting')
;
-- next
CREATE POLICY maintenance_publishes ON public.sync_webhook_deliveries FOR INSERT TO sync_maintenance
      WITH CHECK (state = 'waiting')
;
-- next
GRANT SELECT, DELETE ON public.sync_webhook_deliveries TO sync_maintenance
;
-- next
CREATE POLICY maintenance_old ON public.sync_webhook_deliveries TO sync_maintenance USING (created_at < now() - interval '7 days') WITH CHECK (false)
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (14, 'webhook-endpoints-0000000000014')
;
-- next
CREATE TABLE public.sync_search (
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_id text NOT NULL CHECK (sync_id <> ''),
        terms bigint[] NOT NULL
      )
;
-- next
CREATE INDEX sync_search_terms ON public.sync_search USING gin (terms) WITH (gin_pending_list_limit = 256)
;
-- next
ALTER TABLE public.sync_search ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_search FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_search FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_search TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_search TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
CREATE POLICY searched ON public.sync_search AS RESTRICTIVE FOR SELECT TO sync_app
        USING (terms @> coalesce(nullif(current_setting('app.searched_terms', true), ''), '{}')::bigint[])
;
-- next
GRANT INSERT (org_id, sync_id, terms) ON public.sync_search TO sync_sql
;
-- next
GRANT SELECT, INSERT ON public.sync_search TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (15, 'sync-search-0000000000015')
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN public.sync_alert_rules.watches_since IS 'since when it watches what it watches now: an alert that is older is resolved'
;
-- next
COMMENT ON COLUMN public.sync_alert_rules.connection_id IS 'only syncs that read from it or write to it; null: of all'
;
-- next
COMMENT ON COLUMN public.sync_alert_rules.endpoint_ids IS 'the webhook endpoints that are told; empty: all that want alerts'
;
-- next
ALTER TABLE public.sync_alert_rules ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_alert_rules FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_alert_rules FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_alert_rules TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_alert_rules TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_alert_rules TO sync_app
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN public.sync_alerts.subject IS 'what it is about: a kind of sync, a connection, or one sync'
;
-- next
COMMENT ON COLUMN public.sync_alerts.run_kind IS 'of the run that opened it: a success of another kind does not resolve it'
;
-- next
COMMENT ON COLUMN public.sync_alerts.remind_at IS 'when it is told that it is still open; null: not any more'
;
-- next
COMMENT ON COLUMN public.sync_alerts.told IS 'somebody was told that it is open, so they are told when it is resolved'
;
-- next
CREATE UNIQUE INDEX sync_alerts_open ON public.sync_alerts (org_id, rule_id, subject) WHERE resolved_at IS NULL
;
-- next
CREATE INDEX sync_alerts_log ON public.sync_alerts (org_id, opened_at, id)
;
-- next
CREATE INDEX sync_alerts_open_log ON public.sync_alerts (org_id, opened_at, id) WHERE resolved_at IS NULL
;
-- next
CREATE INDEX sync_alerts_muted ON public.sync_alerts (org_id, rule_id, subject, muted_until) WHERE muted_until IS NOT NULL
;
-- next
ALTER TABLE public.sync_alerts ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_alerts FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_alerts FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_alerts TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_alerts TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_alerts TO sync_app
;
-- next
GRANT SELECT, DELETE ON public.sync_alerts TO sync_maintenance
;
-- next
CREATE POLICY maintenance_old ON public.sync_alerts TO sync_maintenance USING (resolved_at < now() - interval '90 days') WITH CHECK (false)
;
-- next
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
    )
;
-- next
COMMENT ON COLUMN public.sync_alert_subjects.speeds IS 'items a minute of the last successes, the newest last'
;
-- next
COMMENT ON COLUMN public.sync_alert_subjects.arrivals IS 'items by the hour since 1970, of the last eight days'
;
-- next
ALTER TABLE public.sync_alert_subjects ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_alert_subjects FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_alert_subjects FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_alert_subjects TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_alert_subjects TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_alert_subjects TO sync_app
;
-- next
CREATE TABLE public.sync_alert_turns (
      org_id text PRIMARY KEY CHECK (org_id <> ''),
      due_at timestamptz NOT NULL DEFAULT now(),
      claimed_until timestamptz NOT NULL DEFAULT '-infinity',
      turn_at timestamptz NOT NULL DEFAULT now(),
      seeded_at timestamptz,
      limited jsonb NOT NULL DEFAULT '{}'
    )
;
-- next
COMMENT ON COLUMN public.sync_alert_turns.due_at IS 'when what time decides is looked at next'
;
-- next
COMMENT ON COLUMN public.sync_alert_turns.claimed_until IS 'a worker evaluates until then at most'
;
-- next
COMMENT ON COLUMN public.sync_alert_turns.turn_at IS 'when the last evaluation began'
;
-- next
COMMENT ON COLUMN public.sync_alert_turns.seeded_at IS 'since when its subjects are known'
;
-- next
COMMENT ON COLUMN public.sync_alert_turns.limited IS 'since when a sync was seen to wait for a rate limit, by sync_id'
;
-- next
ALTER TABLE public.sync_alert_turns ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_alert_turns FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_alert_turns FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_alert_turns TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_alert_turns TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE, DELETE ON public.sync_alert_turns TO sync_app
;
-- next
GRANT SELECT (org_id, due_at, claimed_until, turn_at), UPDATE (claimed_until, turn_at)
      ON public.sync_alert_turns TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_turns ON public.sync_alert_turns FOR SELECT TO sync_maintenance USING (true)
;
-- next
CREATE POLICY maintenance_claims ON public.sync_alert_turns FOR UPDATE TO sync_maintenance USING (true) WITH CHECK (true)
;
-- next
CREATE TABLE public.sync_alert_signals (
      org_id text NOT NULL CHECK (org_id <> ''),
      created_at timestamptz NOT NULL DEFAULT now(),
      sync_id text NOT NULL CHECK (sync_id <> ''),
      PRIMARY KEY (org_id, created_at, sync_id)
    )
;
-- next
ALTER TABLE public.sync_alert_signals ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_alert_signals FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_alert_signals FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_alert_signals TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_alert_signals TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, DELETE ON public.sync_alert_signals TO sync_app
;
-- next
GRANT SELECT, INSERT ON public.sync_alert_signals TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_signals ON public.sync_alert_signals FOR SELECT TO sync_maintenance USING (true)
;
-- next
CREATE POLICY maintenance_signals ON public.sync_alert_signals FOR INSERT TO sync_maintenance WITH CHECK (true)
;
-- next
CREATE INDEX sync_activity_log_of_alerts ON public.sync_activity_log (org_id, sync_id)
        WHERE activity_type IN ('delete_guard_tripped', 'webhooks_missed')
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (16, 'alerts-0000000000016')
;
-- next
ALTER TABLE auth.users_extended
        ADD COLUMN role text CHECK (role IN ('viewer', 'operator', 'integrator', 'auditor', 'admin')),
        ADD COLUMN sees_payloads boolean NOT NULL DEFAULT false,
        ADD COLUMN role_from text NOT NULL DEFAULT 'organization' CHECK (role_from IN ('organization', 'provider')),
        ADD COLUMN last_sign_in_at timestamptz
;
-- next
COMMENT ON COLUMN auth.users_extended.role IS 'what they may do when they sign in; null: they may not'
;
-- next
ALTER TABLE auth.api_keys
        ADD COLUMN by_provider boolean NOT NULL DEFAULT false CHECK (NOT by_provider OR kind = 'session'),
        ADD COLUMN created_by text
;
-- next
COMMENT ON COLUMN auth.api_keys.by_provider IS 'a session of a member who signed in with the identity provider'
;
-- next
CREATE INDEX api_keys_of_member ON auth.api_keys (org_id, user_id) WHERE by_provider
;
-- next
CREATE INDEX api_keys_of_organization ON auth.api_keys (org_id, id) WHERE kind = 'service'
;
-- next
CREATE TABLE public.sync_organization_settings (
        org_id text NOT NULL CHECK (org_id <> ''),
        approval_deletes integer CHECK (approval_deletes >= 0),
        approval_changes integer CHECK (approval_changes >= 0),
        approval_hours integer NOT NULL DEFAULT 24 CHECK (approval_hours BETWEEN 1 AND 40),
        updated_by text,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (org_id)
      )
;
-- next
COMMENT ON COLUMN public.sync_organization_settings.approval_deletes IS 'a preview with more deletes is applied when a second person has approved it; null: no limit'
;
-- next
COMMENT ON COLUMN public.sync_organization_settings.approval_changes IS 'as approval_deletes, of all its changes; a sync without a preview waits before it comes to more'
;
-- next
COMMENT ON COLUMN public.sync_organization_settings.approval_hours IS 'how long it waits for that; the changes of a preview are kept for 48 hours'
;
-- next
ALTER TABLE public.sync_organization_settings ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_organization_settings FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_organization_settings FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_organization_settings TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_organization_settings TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_organization_settings TO sync_app
;
-- next
ALTER TABLE public.sync_runs
        ADD COLUMN approval text CHECK (approval IN ('wanted', 'approved', 'refused', 'expired')),
        ADD COLUMN approval_until timestamptz CHECK ((approval_until IS NULL) = (approval IS NULL)),
        ADD COLUMN approval_by text
;
-- next
GRANT SELECT (approval, approval_until) ON public.sync_runs TO sync_maintenance
;
-- next
COMMENT ON COLUMN public.sync_runs.approval IS 'wanted: it does not start, or go on, before a second person has approved it; null: nobody has to'
;
-- next
COMMENT ON COLUMN public.sync_runs.approval_by IS 'who approved or refused it; never who requested it'
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (17, 'members-0000000000017')
;
-- next
CREATE TABLE public.sync_erasures (
        org_id text NOT NULL CHECK (org_id <> ''),
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'completed')),
        named_by text NOT NULL CHECK (named_by IN ('email', 'external_id')),
        reference text,
        email text CHECK (email <> '' AND (state = 'running' OR email IS NULL)),
        terms text CHECK (state = 'running' OR terms IS NULL),
        subjects jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(subjects) = 'array'),
        pass integer NOT NULL DEFAULT 1 CHECK (pass > 0),
        store integer NOT NULL DEFAULT 0,
        place jsonb,
        stores jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(stores) = 'object'),
        found integer NOT NULL DEFAULT 0,
        remaining integer CHECK ((remaining IS NULL) = (state = 'running')),
        requested_by text,
        requested_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz CHECK ((completed_at IS NULL) = (state = 'running')),
        claimed_until timestamptz NOT NULL DEFAULT '-infinity',
        turn_at timestamptz NOT NULL DEFAULT '-infinity',
        PRIMARY KEY (org_id, id)
      )
;
-- next
COMMENT ON COLUMN public.sync_erasures.email IS 'in lower case; null when it is done, or when the person has none'
;
-- next
COMMENT ON COLUMN public.sync_erasures.terms IS 'names and numbers of the person, as a pattern; null when it is done'
;
-- next
COMMENT ON COLUMN public.sync_erasures.subjects IS 'the customers that the person is, by connection and id'
;
-- next
COMMENT ON COLUMN public.sync_erasures.pass IS 'the first erases, the next look again until nothing is found'
;
-- next
COMMENT ON COLUMN public.sync_erasures.store IS 'which of the stores of src/erasures/erased.stores.ts is next'
;
-- next
COMMENT ON COLUMN public.sync_erasures.place IS 'the key of the last row of it that was looked at'
;
-- next
COMMENT ON COLUMN public.sync_erasures.stores IS 'rows that were looked at in the first pass and rows that were erased in all, by store'
;
-- next
COMMENT ON COLUMN public.sync_erasures.found IS 'rows that were erased in this pass'
;
-- next
COMMENT ON COLUMN public.sync_erasures.remaining IS 'rows that the last pass still found'
;
-- next
CREATE INDEX sync_erasures_newest ON public.sync_erasures (org_id, requested_at, id)
;
-- next
CREATE INDEX sync_erasures_open ON public.sync_erasures (org_id, id) WHERE state = 'running'
;
-- next
ALTER TABLE public.sync_erasures ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_erasures FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_erasures FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_erasures TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_erasures TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_erasures TO sync_app
;
-- next
GRANT SELECT, DELETE ON public.sync_erasures TO sync_maintenance
;
-- next
CREATE POLICY maintenance_old ON public.sync_erasures TO sync_maintenance USING (completed_at < now() - interval '3 years') WITH CHECK (false)
;
-- next
REVOKE SELECT ON public.sync_erasures FROM sync_maintenance
;
-- next
GRANT SELECT (org_id, id, state, completed_at, claimed_until, turn_at), UPDATE (claimed_until, turn_at)
        ON public.sync_erasures TO sync_maintenance
;
-- next
CREATE POLICY maintenance_sees_open ON public.sync_erasures FOR SELECT TO sync_maintenance USING (state = 'running')
;
-- next
CREATE POLICY maintenance_claims ON public.sync_erasures FOR UPDATE TO sync_maintenance
        USING (state = 'running') WITH CHECK (state = 'running')
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (18, 'erasures-0000000000018')
;
-- next
CREATE TABLE public.sync_trail_places (
        org_id text NOT NULL CHECK (org_id <> ''),
        exported bigint NOT NULL DEFAULT 0 CHECK (exported >= 0),
        root bigint NOT NULL DEFAULT 0 CHECK (root >= 0),
        PRIMARY KEY (org_id)
      )
;
-- next
COMMENT ON COLUMN public.sync_trail_places.exported IS 'the number of the last seal that was exported with its entries; 0: none'
;
-- next
COMMENT ON COLUMN public.sync_trail_places.root IS 'the number of the last seal that was told as the root of a day; 0: none'
;
-- next
ALTER TABLE public.sync_trail_places ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_trail_places FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_trail_places FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_trail_places TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_trail_places TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT, INSERT, UPDATE ON public.sync_trail_places TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (19, 'trail-places-0000000000019')
;
-- next
CREATE TABLE public.sync_trend_hours (
        org_id text NOT NULL CHECK (org_id <> ''),
        hour timestamptz NOT NULL,
        entity_type text,
        is_raw boolean NOT NULL DEFAULT false,
        sync_count bigint NOT NULL DEFAULT 0 CHECK (sync_count >= 0),
        timed_count bigint NOT NULL DEFAULT 0 CHECK (timed_count >= 0),
        duration_sum numeric NOT NULL DEFAULT 0,
        duration_max double precision,
        record_sum numeric NOT NULL DEFAULT 0,
        failed_count bigint NOT NULL DEFAULT 0 CHECK (failed_count >= 0),
        conflict_count bigint NOT NULL DEFAULT 0 CHECK (conflict_count >= 0),
        UNIQUE NULLS NOT DISTINCT (org_id, hour, entity_type)
      )
;
-- next
COMMENT ON COLUMN public.sync_trend_hours.hour IS 'its begin; of the ends of syncs of this hour that the mark of the organization names'
;
-- next
COMMENT ON COLUMN public.sync_trend_hours.is_raw IS 'the only row of an hour with too many entity types, whose ends are read one by one'
;
-- next
COMMENT ON COLUMN public.sync_trend_hours.timed_count IS 'how many of sync_count have a duration'
;
-- next
COMMENT ON COLUMN public.sync_trend_hours.duration_sum IS 'exact, so that it does not depend on the order in which entries were counted'
;
-- next
ALTER TABLE public.sync_trend_hours ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_trend_hours FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_trend_hours FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_trend_hours TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_trend_hours TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
CREATE TABLE public.sync_trend_marks (
        org_id text NOT NULL CHECK (org_id <> ''),
        cluster text NOT NULL,
        since timestamptz NOT NULL DEFAULT '2000-01-01T00:00:00Z',
        partitions oid[] NOT NULL DEFAULT '{}',
        horizon xid8 NOT NULL DEFAULT '0',
        running xid8[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (org_id)
      )
;
-- next
COMMENT ON COLUMN public.sync_trend_marks.cluster IS 'whose transactions are meant: a backup that is restored elsewhere is counted anew'
;
-- next
COMMENT ON COLUMN public.sync_trend_marks.since IS 'what is older is read one by one; its hours are no longer kept'
;
-- next
COMMENT ON COLUMN public.sync_trend_marks.partitions IS 'the months that are counted'
;
-- next
COMMENT ON COLUMN public.sync_trend_marks.horizon IS 'entries of transactions before this one are counted, but those of running'
;
-- next
COMMENT ON COLUMN public.sync_trend_marks.running IS 'transactions before the horizon that were not over'
;
-- next
ALTER TABLE public.sync_trend_marks ENABLE ROW LEVEL SECURITY
;
-- next
ALTER TABLE public.sync_trend_marks FORCE ROW LEVEL SECURITY
;
-- next
CREATE POLICY backup ON public.sync_trend_marks FOR SELECT TO sync_backup USING (true)
;
-- next
GRANT SELECT ON public.sync_trend_marks TO sync_backup
;
-- next
CREATE POLICY tenant ON public.sync_trend_marks TO sync_app, CURRENT_USER USING (org_id = nullif(current_setting('app.current_org_id', true), '')) WITH CHECK (org_id = nullif(current_setting('app.current_org_id', true), ''))
;
-- next
GRANT SELECT ON public.sync_trend_hours, public.sync_trend_marks TO sync_app
;
-- next
INSERT INTO "public"."sync_migrations"("timestamp", "name") VALUES (20, 'trend-hours-0000000000020')
;

-- part: sqlFiles
GRANT sync_directory TO CURRENT_USER
;
-- next
GRANT CREATE ON SCHEMA app, public TO sync_maintenance, sync_directory
;
-- next
SET LOCAL plpgsql.extra_errors = 'all'
;
-- next
-- Why: people who use SQL log in with roles of their own, each bound to one organization by its row in auth.sql_roles, whatever they set. A function tells
-- which, since a distributed Postgres refuses a sub-select in a policy.
-- Promises: the organization that the login is bound to, null for any other role. The policies open each table that such a role may use to the rows of
-- that organization alone. It counts as costly, so that rows are looked up by what it returns and not compared with it one by one.
-- Callers: the policies below, which are made here because they need it.

CREATE OR REPLACE FUNCTION app.bound_org() RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER COST 10000
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT r.org_id FROM auth.sql_roles r WHERE r.role_name = session_user);
END
$$;
ALTER FUNCTION app.bound_org() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.bound_org() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.bound_org() TO sync_sql;

DROP POLICY IF EXISTS bound ON auth.users_extended;
CREATE POLICY bound ON auth.users_extended TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_progress;
CREATE POLICY bound ON public.sync_progress TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_activity_log;
CREATE POLICY bound ON public.sync_activity_log TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_activity_seals;
CREATE POLICY bound ON public.sync_activity_seals TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_trail_persons;
CREATE POLICY bound ON public.sync_trail_persons TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_preview_cache;
CREATE POLICY bound ON public.sync_preview_cache TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
DROP POLICY IF EXISTS bound ON public.sync_search;
CREATE POLICY bound ON public.sync_search TO sync_sql USING (org_id = app.bound_org()) WITH CHECK (org_id = app.bound_org());
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('tenancy/sql/bound_org.sql', 'c073078ff58364a2c92bd5bf2c12dd7e337c7cd5fa5e43a12cbd76d77d2d6e48', ARRAY['ROUTINE app.bound_org()']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a user who may see every organization must be able to choose one, and row-level security shows the service's role one at a
-- time. An organization appears once it has reported a sync, has a connection or has users.
-- Promises: names only, in order, at most `lim` after `after`; nothing to a caller that does not present a live key of every
-- organization. It belongs to sync_directory, a role that reads no column but org_id and what makes a key valid.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.organizations(presented bytea, after text, fragment text, lim integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  org text := coalesce(after, '');
  returned integer := 0;
BEGIN
  PERFORM set_config('app.presented_key', encode(presented, 'hex'), true);
  IF NOT EXISTS (SELECT FROM auth.api_keys k
                  WHERE k.key_hash = presented AND k.org_id IS NULL AND k.kind IN ('service', 'session')
                    AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())) THEN
    RETURN;
  END IF;
  -- Each step finds the next organization by the primary keys, so the loop never reads the rows of an organization.
  WHILE returned < lim LOOP
    org := least(
      (SELECT t.org_id FROM public.sync_progress t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1),
      (SELECT t.org_id FROM public.sync_connections t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1),
      (SELECT t.org_id FROM auth.users_extended t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1));
    EXIT WHEN org IS NULL;
    IF fragment IS NULL OR strpos(lower(org), lower(fragment)) > 0 THEN
      RETURN NEXT org;
      returned := returned + 1;
    END IF;
  END LOOP;
END
$$;
ALTER FUNCTION app.organizations(bytea, text, text, integer) OWNER TO sync_directory;
REVOKE ALL ON FUNCTION app.organizations(bytea, text, text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_sql;
GRANT EXECUTE ON FUNCTION app.organizations(bytea, text, text, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('tenancy/sql/organizations.sql', '384a4b0e47247cd116532a51775d9d2c69560071785530d806ad2e5097545565', ARRAY['ROUTINE app.organizations(presented bytea, after text, fragment text, lim integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: every policy reads the organization from one setting, and only this writes it.
-- Promises: the organization holds until the end of the transaction, never longer, and is never empty.
-- Callers: sync_app. Another function that serves several organizations calls it for each in turn.

CREATE OR REPLACE FUNCTION app.set_org(org_id text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF org_id IS NULL OR org_id = '' THEN
    RAISE EXCEPTION 'the organization must not be empty' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- Until the end of the transaction, so that nothing leaks to the next user of a pooled connection. A command, since a distributed Postgres passes
  -- that on to its workers, and no call of set_config.
  EXECUTE format('SET LOCAL app.current_org_id = %L', org_id);
END
$$;
ALTER FUNCTION app.set_org(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.set_org(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.set_org(text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('tenancy/sql/set_org.sql', 'c632531997e34815315deba0170293b17fd518c2f04f43ceb864eef7d3f5dd31', ARRAY['ROUTINE app.set_org(org_id text)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: links that nobody used and sessions that ended would pile up.
-- Promises: deletes at most batch_size expired ones and returns how many. It runs as sync_maintenance, whose policy shows it
-- expired links and sessions and no service key.
-- Callers: sync_app, by the scheduled task expired-sign-ins.

CREATE OR REPLACE FUNCTION app.cleanup_sign_ins(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM auth.api_keys WHERE kind <> 'service' AND expires_at <= now() AND ctid = ANY (ARRAY(
    SELECT ctid FROM auth.api_keys WHERE kind <> 'service' AND expires_at <= now() LIMIT batch_size));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_sign_ins(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_sign_ins(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_sign_ins(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/cleanup_sign_ins.sql', '3a16101662758ab569a01a9be4e6f07804362bf814f48444bc15c6101cc1b5fa', ARRAY['ROUTINE app.cleanup_sign_ins(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a session is as good as the key it was opened with, and no better; signing out deletes it, so that its cookie is worth nothing.
-- Promises: end_session is true when there was such a session; it never deletes keys or links. Whatever changes a service key, a command
-- or plain SQL, ends the sessions that were opened with it in the same transaction. Deleting the key ends them by its foreign key.
-- Callers: sync_app (end_session); a trigger of auth.api_keys.

CREATE OR REPLACE FUNCTION app.end_session(hash bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
  DELETE FROM auth.api_keys k WHERE k.key_hash = hash AND k.kind = 'session';
  RETURN FOUND;
END
$$;
ALTER FUNCTION app.end_session(bytea) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_session(bytea) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.end_session(bytea) TO sync_app;

CREATE OR REPLACE FUNCTION app.end_sessions_of_key() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.api_keys k WHERE k.opened_by = OLD.id;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.end_sessions_of_key() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_sessions_of_key() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- Not only revoked or shortened: a session must not keep scopes that its key has lost either.
CREATE OR REPLACE TRIGGER end_sessions_of_key AFTER UPDATE ON auth.api_keys
  FOR EACH ROW WHEN (OLD.kind = 'service' AND OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION app.end_sessions_of_key();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/end_session.sql', '96f1dfe30c05940ad9a1dc73ee674d0ee998b445fc841dbf8b0dba848539247b', ARRAY['ROUTINE app.end_session(hash bytea)', 'ROUTINE app.end_sessions_of_key()', 'TRIGGER end_sessions_of_key ON auth.api_keys']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a one-time sign-in link becomes a session, in place, so that it can be used once.
-- Promises: true to one caller only, also when two present the same link at once. Neither organization nor scopes change:
-- the role may update three columns.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.exchange_link(link_hash bytea, session_hash bytea, session_ends timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
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
$$;
ALTER FUNCTION app.exchange_link(bytea, bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.exchange_link(bytea, bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.exchange_link(bytea, bytea, timestamptz) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/exchange_link.sql', '511f1cd671d973714ac69e0b9978e01a9777e6f330bd904fde8439f02d40c958', ARRAY['ROUTINE app.exchange_link(link_hash bytea, session_hash bytea, session_ends timestamp with time zone)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a key is looked up before any organization is known, so its policy is possession: a row shows itself only to a
-- transaction that presents its hash.
-- Promises: the live service key or session of that hash, or no row; never a sign-in link.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.find_key(hash bytea)
RETURNS TABLE (id uuid, org_id text, kind text, name text, user_id text, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
  RETURN QUERY
    SELECT k.id, k.org_id, k.kind, k.name, k.user_id, k.scopes, k.expires_at FROM auth.api_keys k
     WHERE k.key_hash = hash AND k.kind <> 'link' AND k.revoked_at IS NULL
       AND (k.expires_at IS NULL OR k.expires_at > now());
END
$$;
ALTER FUNCTION app.find_key(bytea) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_key(bytea) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_key(bytea) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/find_key.sql', '194d0d424a3f2a9a13bb927eedd6168204fa4f8d6d0ef2218da1b5c36f2bcfe6', ARRAY['ROUTINE app.find_key(hash bytea)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the viewers of live streams stay connected after their key was checked; a revoked key must end them.
-- Promises: those of the hashes that are still live, each found by possession as in app.find_key, in one round trip.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.live_keys(hashes bytea[]) RETURNS SETOF bytea
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hash bytea;
BEGIN
  FOREACH hash IN ARRAY hashes LOOP
    PERFORM set_config('app.presented_key', encode(hash, 'hex'), true);
    RETURN QUERY
      SELECT k.key_hash FROM auth.api_keys k
       WHERE k.key_hash = hash AND k.kind <> 'link' AND k.revoked_at IS NULL
         AND (k.expires_at IS NULL OR k.expires_at > now());
  END LOOP;
END
$$;
ALTER FUNCTION app.live_keys(bytea[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.live_keys(bytea[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.live_keys(bytea[]) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/live_keys.sql', 'aea30813e4d4aa0f02e29d2edfcf4adcef6bbef46dbb09cf16b8be88cacecdfc', ARRAY['ROUTINE app.live_keys(hashes bytea[])']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: who has signed in with the identity provider gets a session of what their role gives, and becomes a member by that.
-- Promises: the session has no more than the role that the provider gives, or else the one that the organization has given; without a role there is
-- none, and the member waits in the list to be given one. A member has 20 sessions at most, the oldest end. With `most` members no other
-- becomes one. A change of a role ends the sessions that were opened with it, in the same transaction.
-- Callers: sync_app (open_member_session), outside any organization: the identity provider names it; a trigger of auth.users_extended.

CREATE OR REPLACE FUNCTION app.open_member_session(org text, member text, member_name text, member_email text, claimed_role text,
  claimed_payloads boolean, most integer, session_hash bytea, ends timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known auth.users_extended;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  PERFORM set_config('app.actor', member, true);
  IF NOT EXISTS (SELECT FROM auth.users_extended u WHERE u.org_id = org AND u.id = member)
     AND (SELECT count(*) FROM (SELECT FROM auth.users_extended u WHERE u.org_id = org LIMIT most) AS counted) >= most THEN
    RETURN 'too-many';
  END IF;
  INSERT INTO auth.users_extended AS u (org_id, id, email, display_name, role, sees_payloads, role_from, last_sign_in_at)
  VALUES (org, member, member_email, member_name, claimed_role, coalesce(claimed_payloads, false),
    CASE WHEN claimed_role IS NULL THEN 'organization' ELSE 'provider' END, now())
  ON CONFLICT (org_id, id) DO UPDATE SET
    email = coalesce(EXCLUDED.email, u.email), display_name = coalesce(EXCLUDED.display_name, u.display_name), last_sign_in_at = now(),
    -- A role that the provider gave is gone when it gives none any more.
    role = CASE WHEN EXCLUDED.role IS NOT NULL OR u.role_from = 'provider' THEN EXCLUDED.role ELSE u.role END,
    sees_payloads = CASE WHEN EXCLUDED.role IS NOT NULL OR u.role_from = 'provider' THEN EXCLUDED.sees_payloads ELSE u.sees_payloads END,
    role_from = EXCLUDED.role_from
  RETURNING * INTO known;
  IF known.role IS NULL THEN
    RETURN 'no-role';
  END IF;
  DELETE FROM auth.api_keys k WHERE k.id IN (
    SELECT o.id FROM auth.api_keys o WHERE o.org_id = org AND o.user_id = member AND o.by_provider
     ORDER BY o.created_at DESC OFFSET 19);
  INSERT INTO auth.api_keys (kind, by_provider, org_id, name, user_id, scopes, key_hash, expires_at)
  VALUES ('session', true, org, coalesce(nullif(known.display_name, ''), member), member,
    ARRAY['sync:' || known.role] || CASE WHEN known.sees_payloads AND known.role <> 'admin' THEN ARRAY['sync:payloads'] ELSE '{}' END,
    session_hash, ends);
  RETURN known.role;
END
$$;
ALTER FUNCTION app.open_member_session(text, text, text, text, text, boolean, integer, bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.open_member_session(text, text, text, text, text, boolean, integer, bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_member_session(text, text, text, text, text, boolean, integer, bytea, timestamptz) TO sync_app;

CREATE OR REPLACE FUNCTION app.end_sessions_of_member() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM auth.api_keys k WHERE k.org_id = OLD.org_id AND k.user_id = OLD.id AND k.by_provider;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.end_sessions_of_member() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_sessions_of_member() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER end_sessions_of_member AFTER UPDATE ON auth.users_extended
  FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.sees_payloads <> NEW.sees_payloads)
  EXECUTE FUNCTION app.end_sessions_of_member();
CREATE OR REPLACE TRIGGER end_sessions_of_removed AFTER DELETE ON auth.users_extended
  FOR EACH ROW EXECUTE FUNCTION app.end_sessions_of_member();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/open_member_session.sql', '185cf64aebcfc46f6b393006560b0c5d503769ccef8164df69fb7229b57f5a60', ARRAY['ROUTINE app.open_member_session(org text, member text, member_name text, member_email text, claimed_role text, claimed_payloads boolean, most integer, session_hash bytea, ends timestamp with time zone)', 'ROUTINE app.end_sessions_of_member()', 'TRIGGER end_sessions_of_member ON auth.users_extended', 'TRIGGER end_sessions_of_removed ON auth.users_extended']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a person pastes a service key once and then uses a session, so that no page keeps the key.
-- Promises: the session has the key's organization, user and scopes, which a trigger copies, and ends no later than the key. The
-- function returns the time when the session ends, or null when no live key was presented.
-- Callers: sync_app, which may insert such a session and no other row; the trigger that fills it in locks its key.

-- Opening a session must not cross with a change of its key: until the end of the transaction nobody changes or deletes it. No advisory
-- lock, since any login of the database could hold that. Runs as the owner, because sync_app may not lock a key, and returns nothing.
CREATE OR REPLACE FUNCTION app.hold_key(key uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM auth.api_keys AS k WHERE k.id = key FOR SHARE;
END
$$;
ALTER FUNCTION app.hold_key(uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.hold_key(uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.hold_key(uuid) TO sync_app;

-- Runs with the rights of the role that inserts: sync_app sees the key only when it presents the key's hash.
CREATE OR REPLACE FUNCTION app.copy_from_key() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  opener auth.api_keys;
BEGIN
  -- Serializes with a revocation of the key: either it waits and then also ends this session, or we wait and see the revoked key.
  PERFORM app.hold_key(NEW.opened_by);
  SELECT * INTO opener FROM auth.api_keys k
   WHERE k.id = NEW.opened_by AND k.kind = 'service' AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > now());
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no live key was presented to open a session with' USING ERRCODE = 'SY002';
  END IF;
  NEW.org_id := opener.org_id;
  NEW.name := opener.name;
  NEW.user_id := opener.user_id;
  NEW.scopes := opener.scopes;
  NEW.expires_at := least(NEW.expires_at, opener.expires_at);
  RETURN NEW;
END
$$;
ALTER FUNCTION app.copy_from_key() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.copy_from_key() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER copy_from_key BEFORE INSERT ON auth.api_keys
  FOR EACH ROW WHEN (NEW.opened_by IS NOT NULL) EXECUTE FUNCTION app.copy_from_key();

CREATE OR REPLACE FUNCTION app.open_session(presented bytea, session_hash bytea, ends timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  opener uuid;
  ends_at timestamptz;
BEGIN
  -- The session's own hash too: Postgres holds the new row against the policy for SELECT when it is returned.
  PERFORM set_config('app.presented_key', encode(presented, 'hex') || ',' || encode(session_hash, 'hex'), true);
  SELECT k.id INTO opener FROM auth.api_keys k WHERE k.key_hash = presented;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO auth.api_keys (kind, key_hash, expires_at, opened_by)
  VALUES ('session', session_hash, ends, opener) RETURNING expires_at INTO ends_at;
  RETURN ends_at;
EXCEPTION WHEN SQLSTATE 'SY002' THEN
  RETURN NULL;
END
$$;
ALTER FUNCTION app.open_session(bytea, bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.open_session(bytea, bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_session(bytea, bytea, timestamptz) TO sync_app;
COMMENT ON FUNCTION app.open_session(bytea, bytea, timestamptz) IS 'when the session ends; null: no live key';
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/open_session.sql', '19b200395657c880c6750baa58a7cff691882f27ccac3d1e7d2b6b9c592759da', ARRAY['ROUTINE app.hold_key(key uuid)', 'ROUTINE app.copy_from_key()', 'ROUTINE app.open_session(presented bytea, session_hash bytea, ends timestamp with time zone)', 'TRIGGER copy_from_key ON auth.api_keys']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: an organization makes, lists and revokes its own keys, and its own members have roles. The service's role can do neither by itself: a key shows
-- itself to whoever presents it, and to nobody else.
-- Promises: only keys and members of the organization that is set; never a hash, a link or a session. Whoever acts is named, for the
-- entry that a trigger writes. All run as the owner, whose policy shows every row, so each names the organization.
-- Callers: sync_app, inside a transaction of the organization.

CREATE OR REPLACE FUNCTION app.create_key(actor text, key_name text, key_user text, key_scopes text[], hash bytea, ends timestamptz)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  org text := nullif(current_setting('app.current_org_id', true), '');
  made uuid;
BEGIN
  IF org IS NULL THEN
    RAISE EXCEPTION 'no organization is set' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM set_config('app.actor', actor, true);
  -- What is over for long makes room.
  DELETE FROM auth.api_keys k WHERE k.org_id = org AND k.kind = 'service' AND least(k.revoked_at, k.expires_at) < now() - interval '90 days';
  INSERT INTO auth.api_keys (kind, org_id, name, user_id, scopes, key_hash, expires_at, created_by)
  VALUES ('service', org, key_name, key_user, key_scopes, hash, ends, actor) RETURNING id INTO made;
  RETURN made;
END
$$;
ALTER FUNCTION app.create_key(text, text, text, text[], bytea, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.create_key(text, text, text, text[], bytea, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.create_key(text, text, text, text[], bytea, timestamptz) TO sync_app;

CREATE OR REPLACE FUNCTION app.organization_keys(after uuid, lim integer)
RETURNS TABLE (id uuid, name text, user_id text, scopes text[], created_by text, created_at timestamptz, expires_at timestamptz,
  revoked_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT k.id, k.name, k.user_id, k.scopes, k.created_by, k.created_at, k.expires_at, k.revoked_at FROM auth.api_keys k
     WHERE k.org_id = nullif(current_setting('app.current_org_id', true), '') AND k.kind = 'service'
       AND (after IS NULL OR k.id > after)
     ORDER BY k.id LIMIT lim;
END
$$;
ALTER FUNCTION app.organization_keys(uuid, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.organization_keys(uuid, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.organization_keys(uuid, integer) TO sync_app;

-- Also of those that are over, for 90 days; whoever has more has too many.
CREATE OR REPLACE FUNCTION app.count_keys(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT count(*)::integer FROM (SELECT FROM auth.api_keys k
     WHERE k.org_id = nullif(current_setting('app.current_org_id', true), '') AND k.kind = 'service' LIMIT most) AS counted);
END
$$;
ALTER FUNCTION app.count_keys(integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.count_keys(integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.count_keys(integer) TO sync_app;

-- False when there is no such key, or it was revoked before.
CREATE OR REPLACE FUNCTION app.revoke_key(actor text, key uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.actor', actor, true);
  UPDATE auth.api_keys k SET revoked_at = now()
   WHERE k.org_id = nullif(current_setting('app.current_org_id', true), '') AND k.id = key AND k.kind = 'service'
     AND k.revoked_at IS NULL;
  RETURN FOUND;
END
$$;
ALTER FUNCTION app.revoke_key(text, uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.revoke_key(text, uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.revoke_key(text, uuid) TO sync_app;

-- What is null stays as it is, decided under the lock; the role 'none' takes it away. Null when there is no such member. A role that the identity provider gives is not changed here.
CREATE OR REPLACE FUNCTION app.change_member(actor text, member text, new_role text, payloads boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source text;
BEGIN
  PERFORM set_config('app.actor', actor, true);
  SELECT u.role_from INTO source FROM auth.users_extended u
   WHERE u.org_id = nullif(current_setting('app.current_org_id', true), '') AND u.id = member FOR UPDATE;
  IF source = 'organization' THEN
    UPDATE auth.users_extended u SET
      role = CASE WHEN new_role IS NULL THEN u.role ELSE nullif(new_role, 'none') END,
      sees_payloads = coalesce(payloads, u.sees_payloads)
     WHERE u.org_id = nullif(current_setting('app.current_org_id', true), '') AND u.id = member;
  END IF;
  RETURN source;
END
$$;
ALTER FUNCTION app.change_member(text, text, text, boolean) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.change_member(text, text, text, boolean) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.change_member(text, text, text, boolean) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('auth/sql/organization_keys.sql', 'c909d077fc7cd16b98d2903c7e9016a93b6978fdfa912731b490a382521cd26c', ARRAY['ROUTINE app.revoke_key(actor text, key uuid)', 'ROUTINE app.count_keys(most integer)', 'ROUTINE app.create_key(actor text, key_name text, key_user text, key_scopes text[], hash bytea, ends timestamp with time zone)', 'ROUTINE app.organization_keys(after uuid, lim integer)', 'ROUTINE app.change_member(actor text, member text, new_role text, payloads boolean)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a request with an Idempotency-Key is carried out once. The claim is sent together with the first statement of the request, before
-- its result is known, so a key that is taken must make everything after it fail.
-- Promises: returns when the key is new or its day has passed, and it is this transaction's then. Raises SQLSTATE SY002 when another
-- request has it. Waits, as long as any statement waits for a lock, for a request under way with the same key.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_idempotency_key(org text, idempotency_key text, request_fingerprint text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.idempotency_keys AS k (org_id, key, fingerprint) VALUES (org, idempotency_key, request_fingerprint)
  ON CONFLICT (org_id, key) DO UPDATE
     SET fingerprint = EXCLUDED.fingerprint, response = NULL, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
   WHERE k.expires_at <= EXCLUDED.created_at;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the idempotency key was used' USING ERRCODE = 'SY002';
  END IF;
END
$$;
ALTER FUNCTION app.claim_idempotency_key(text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.claim_idempotency_key(text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_idempotency_key(text, text, text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('idempotency/sql/claim_idempotency_key.sql', 'a0e5b4b825aef7ba5928b884e886ffc29f7fa4623eadb0050fac1ef212d516fd', ARRAY['ROUTINE app.claim_idempotency_key(org text, idempotency_key text, request_fingerprint text)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: an idempotency key is kept for 24 hours; afterwards it only takes up space.
-- Promises: deletes at most batch_size expired ones and returns how many. It runs as sync_maintenance, whose policy shows it
-- expired rows only.
-- Callers: sync_app, by a scheduled task.

CREATE OR REPLACE FUNCTION app.cleanup_idempotency_keys(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.idempotency_keys d WHERE d.expires_at <= now() AND (d.org_id, d.key) IN (
    SELECT o.org_id, o.key FROM public.idempotency_keys o WHERE o.expires_at <= now() LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_idempotency_keys(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_idempotency_keys(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_idempotency_keys(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('idempotency/sql/cleanup_idempotency_keys.sql', '1378565496c8a0a1303305bbccc2bd75ba2292b251860c5d2e1239fb2c2bb9e7', ARRAY['ROUTINE app.cleanup_idempotency_keys(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the list of active syncs must cost what it shows, not what the organization has ever run. The primary key and the index of active
-- syncs both begin with the organization, and with statistics from when it was small the planner takes the first and reads all history.
-- Promises: the organization's newest active syncs, at most `most`, read in order from the index of active syncs: sorting, bitmaps and
-- sequential scans are off, so no other plan is left.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.active_syncs(org text, most integer) RETURNS SETOF public.sync_progress
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off AS $$
BEGIN
  RETURN QUERY
  SELECT s.* FROM public.sync_progress AS s
   WHERE s.org_id = org AND s.completed_at IS NULL
   ORDER BY s.started_at DESC, s.sync_id DESC LIMIT most;
END
$$;
ALTER FUNCTION app.active_syncs(text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.active_syncs(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.active_syncs(text, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/active_syncs.sql', '3bb63e02ac62b201b23e6fad7b751a5e24bc24f176446a5b603ebde9dbf3c6e8', ARRAY['ROUTINE app.active_syncs(org text, most integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the end of a sync writes one audit entry, whether the service or a client with plain SQL ended it. Therefore these are triggers.
-- Promises: a sync ends when its counts reach the total, or when its status becomes final or its completed_at is set. Then status and
-- completed_at agree, and one entry is written in the same transaction. The WHEN clauses exclude ordinary reports, so these cost nothing.
-- The records of a run's entry are what it wrote, not what it looked at. A preview or reconcile wrote nothing and has entries of its own types.
-- Callers: triggers of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.end_sync() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status IN ('queued', 'running', 'paused', 'completed') THEN
    NEW.status := CASE WHEN NEW.failed_count > 0 THEN 'completed_with_errors' ELSE 'completed' END;
  END IF;
  NEW.completed_at := coalesce(NEW.completed_at, now());
  RETURN NEW;
END
$$;
ALTER FUNCTION app.end_sync() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_sync() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER end_on_insert BEFORE INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.completed_at IS NOT NULL
    OR NEW.status NOT IN ('queued', 'running', 'paused')
    OR NEW.processed_count + NEW.failed_count >= NEW.total_items)
  EXECUTE FUNCTION app.end_sync();
CREATE OR REPLACE TRIGGER end_on_update BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND (NEW.completed_at IS NOT NULL
    OR NEW.status NOT IN ('queued', 'running', 'paused')
    OR NEW.processed_count + NEW.failed_count >= NEW.total_items))
  EXECUTE FUNCTION app.end_sync();

CREATE OR REPLACE FUNCTION app.log_sync_end() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind text;
  counts jsonb;
  is_preview boolean;
BEGIN
  -- Only the service ends its own runs. Roles that may not read them end what others report.
  IF has_column_privilege('public.sync_runs', 'counts', 'SELECT') THEN
    SELECT r.kind, r.counts INTO kind, counts FROM public.sync_runs AS r
     WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id;
  END IF;
  is_preview := coalesce(kind IN ('preview', 'reconcile'), false);
  -- Creates the partition of the current month if it is missing, so that the audit entry is never lost.
  IF NOT app.has_activity_partition(now()) THEN
    PERFORM app.ensure_activity_partition(now());
  END IF;
  INSERT INTO public.sync_activity_log (org_id, sync_id, entity_type, activity_type, status, source_system, user_id,
    record_count, duration_seconds, error_message, details)
  VALUES (NEW.org_id, NEW.sync_id, NEW.entity_type,
    CASE WHEN is_preview THEN kind || '_' ELSE 'sync_' END
      || CASE NEW.status WHEN 'completed_with_errors' THEN 'completed' ELSE NEW.status END,
    -- Nothing has failed yet that a preview says will.
    CASE WHEN is_preview AND NEW.status = 'completed_with_errors' THEN 'completed' ELSE NEW.status END,
    NEW.source_system, NEW.initiated_by,
    CASE WHEN kind IS NULL THEN NEW.processed_count WHEN is_preview THEN 0
      ELSE coalesce((counts ->> 'created')::double precision, 0) + coalesce((counts ->> 'updated')::double precision, 0)
        + coalesce((counts ->> 'deleted')::double precision, 0) END,
    -- Of a sync that was paused or queued until its end, nobody worked after the last update.
    greatest(extract(epoch FROM CASE WHEN OLD.status <> 'running' THEN NEW.updated_at ELSE NEW.completed_at END - NEW.started_at)
      - NEW.idle_seconds, 0),
    coalesce(NEW.error_message, CASE WHEN NEW.status = 'completed_with_errors' AND NOT is_preview
      THEN format('%s of %s items failed', NEW.failed_count, NEW.processed_count + NEW.failed_count) END),
    jsonb_build_object('total_items', NEW.total_items, 'processed_count', NEW.processed_count,
      'failed_count', NEW.failed_count)
      || CASE WHEN kind IS NULL THEN '{}' ELSE jsonb_build_object('kind', kind, 'counts', counts,
        -- Of a reconcile, what a person has to look at.
        'conflict_count', coalesce((counts ->> 'conflict')::double precision, 0)
          + coalesce((counts ->> 'not_compared')::double precision, 0)) END);
  RETURN NULL;
END
$$;
ALTER FUNCTION app.log_sync_end() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.log_sync_end() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER log_end_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.log_sync_end();
CREATE OR REPLACE TRIGGER log_end_on_update AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
  EXECUTE FUNCTION app.log_sync_end();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/end_of_sync.sql', 'bd4166e8d0ff840b7c3a29451a0dfafc159c2cd61fc71d53962c361be7e6cc8f', ARRAY['ROUTINE app.end_sync()', 'ROUTINE app.log_sync_end()', 'TRIGGER end_on_insert ON public.sync_progress', 'TRIGGER end_on_update ON public.sync_progress', 'TRIGGER log_end_on_insert ON public.sync_progress', 'TRIGGER log_end_on_update ON public.sync_progress']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: without this function, the sync of a reporter that died would stay active forever.
-- Promises: ends at most batch_size syncs that have been silent for the interval `silent_for` and returns their number. A sync with a
-- requested cancel ends as cancelled, and a running sync as timeout. A run of the service is not ended, because it may be waiting for a
-- worker. The function covers all organizations, so it runs as sync_maintenance, which sees no sync that reported within the last 30
-- seconds.
-- Callers: sync_app, by a scheduled task.

CREATE OR REPLACE FUNCTION app.end_silent_syncs(silent_for interval, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reason CONSTANT text := format('no report for %s minutes', round(extract(epoch FROM silent_for) / 60));
  ended integer;
BEGIN
  UPDATE public.sync_progress AS s
     SET status = CASE WHEN s.cancel_requested THEN 'cancelled' ELSE 'timeout' END,
         error_message = CASE WHEN s.cancel_requested THEN s.error_message ELSE reason END
    FROM (SELECT c.org_id, c.sync_id FROM public.sync_progress c
           WHERE c.completed_at IS NULL AND greatest(c.updated_at, c.requested_at) < now() - silent_for
             -- A queued sync waits for a worker and a paused sync for a person, so their silence is no fault of the reporter.
             AND (c.status = 'running' OR c.cancel_requested)
             AND NOT EXISTS (SELECT FROM public.sync_runs r
                              WHERE r.org_id = c.org_id AND r.sync_id = c.sync_id AND r.state <> 'ended')
           ORDER BY c.org_id, c.sync_id LIMIT batch_size) AS silent
   WHERE s.org_id = silent.org_id AND s.sync_id = silent.sync_id
     -- The conditions are checked again on the locked row, because the reporter may have sent a report in between.
     AND s.completed_at IS NULL AND greatest(s.updated_at, s.requested_at) < now() - silent_for
     AND (s.status = 'running' OR s.cancel_requested);
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END
$$;
ALTER FUNCTION app.end_silent_syncs(interval, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.end_silent_syncs(interval, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.end_silent_syncs(interval, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/end_silent_syncs.sql', 'ae4cfd1c9394182da7e690e0a9de52d9f7f4875e0294598639f61a82f0139b05', ARRAY['ROUTINE app.end_silent_syncs(silent_for interval, batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the audit entry of an ended sync must stay correct.
-- Promises: status, counts and times of an ended sync cannot be changed, not even by plain SQL. An attempt raises SQLSTATE SY001.
-- Callers: a trigger of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.refuse_change_of_ended_sync() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'sync % has ended as % and cannot be changed', OLD.sync_id, OLD.status
    USING ERRCODE = 'SY001', HINT = 'Start a new sync.';
END
$$;
ALTER FUNCTION app.refuse_change_of_ended_sync() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.refuse_change_of_ended_sync() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER ended_is_final BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NOT NULL AND
    (OLD.status, OLD.total_items, OLD.processed_count, OLD.failed_count, OLD.started_at, OLD.completed_at)
      IS DISTINCT FROM
    (NEW.status, NEW.total_items, NEW.processed_count, NEW.failed_count, NEW.started_at, NEW.completed_at))
  EXECUTE FUNCTION app.refuse_change_of_ended_sync();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/ended_is_final.sql', '718ea1524b5b0e7fd9efb02574b6ed4bb1c696a339dc457d4b4c25631b04b9bb', ARRAY['ROUTINE app.refuse_change_of_ended_sync()', 'TRIGGER ended_is_final ON public.sync_progress']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the most frequent question is about one sync. A statement is planned again for each request, which costs more than the one row; what a
-- function holds is planned once a connection.
-- Promises: the sync as a reader gets it, without an ETA once the reporter has been silent for 60 seconds by the clock of the database; null when
-- there is none. Read by its key, whatever the planner knew of the table when it planned.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.find_sync(org text, sync text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  answer json;
BEGIN
  -- As `shown` in progress.sql.ts says it for lists.
  SELECT CASE WHEN s.eta_seconds IS NULL OR s.updated_at >= now() - interval '60 seconds' THEN row_to_json(s)
              ELSE (to_jsonb(s) || '{"eta_seconds": null}')::json END
    INTO answer
    FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync;
  RETURN answer;
END
$$;
ALTER FUNCTION app.find_sync(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_sync(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_sync(text, text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/find_sync.sql', '66ecc743ff9897c1a26f5b27d9fdd6baafb0008ff7fca73002e69a0e0509f544', ARRAY['ROUTINE app.find_sync(org text, sync text)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the audit trail must show who requested a cancel, pause or resume, not only that the sync was cancelled.
-- Promises: each request writes one entry, whether it was made by REST or by plain SQL. A repeated or concurrent request writes no further
-- entry. A request changes `requested_at` and a report does not, so a report only costs the comparison.
-- Callers: a trigger of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.log_control() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  asked text := CASE
    WHEN NEW.cancel_requested AND NOT OLD.cancel_requested THEN 'cancel_requested'
    WHEN NEW.pause_requested AND NOT OLD.pause_requested THEN 'pause_requested'
    WHEN OLD.pause_requested AND NOT NEW.pause_requested OR OLD.status = 'paused' AND NEW.status = 'running'
      THEN 'resume_requested' END;
  -- A request may end the sync in the same transaction, where now() is constant. The earlier time places its entry before the end.
  asked_at timestamptz := now() - interval '1 microsecond';
BEGIN
  IF asked IS NULL THEN
    RETURN NULL;
  END IF;
  IF NOT app.has_activity_partition(asked_at) THEN
    PERFORM app.ensure_activity_partition(asked_at);
  END IF;
  INSERT INTO public.sync_activity_log (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id)
  VALUES (NEW.org_id, asked_at, NEW.sync_id, NEW.entity_type, asked, NEW.status, NEW.source_system, NEW.requested_by);
  RETURN NULL;
END
$$;
ALTER FUNCTION app.log_control() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.log_control() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER log_control AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.requested_at IS DISTINCT FROM NEW.requested_at) EXECUTE FUNCTION app.log_control();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/log_control.sql', '54128ff58863378468e64f41ed623c9bd6025ce619b61c440e2ec958b48d83bf', ARRAY['ROUTINE app.log_control()', 'TRIGGER log_control ON public.sync_progress']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: elapsed time, speed and ETA must not count time in which nothing could be done, and the ETA must follow the speed of the last
-- minutes, for reports by REST, by plain SQL and by the service's own runs alike. Therefore these are triggers.
-- Promises:
-- 1. The time between two updates is idle when the sync was queued or paused at the first of them, as far as a rate limit lasted, and from
--    a request to pause to the resume when nothing was reported in between. A change of state is an update and sets updated_at, unless it
--    is the end: updated_at stays the time of the last report then.
-- 2. recent_items is a sum in which an item that was handled a worked time t ago counts exp(-t / 3 minutes). Divided by the worked time that
--    is weighted in the same way it is the recent speed. Items are taken as handled evenly since the update before. Idle time makes
--    nothing older.
-- 3. A sync whose start is moved, or that begins with counts, is taken to have worked evenly since its start. One that is moved as a whole
--    keeps what was measured.
-- 4. current_item that an update leaves out is processed + failed once these change; one that is given stays as given. A
--    trigger cannot see which columns a statement sets, but one for a column fires only when that is set: the first takes out a value that is
--    the same as before, the second puts it back when it was given, and the last fills what is missing.
-- Callers: triggers of public.sync_progress only. They fire in the order of their names, after end_on_update.

CREATE OR REPLACE FUNCTION app.mark_current_item() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.current_item := CASE TG_ARGV[0] WHEN 'given' THEN OLD.current_item END;
  RETURN NEW;
END
$$;
ALTER FUNCTION app.mark_current_item() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.mark_current_item() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE FUNCTION app.measure_progress() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- The same as in the generated eta_seconds. Long enough that batches of a minute do not make the ETA jump, short enough that a change of speed shows within minutes.
  tau CONSTANT double precision := 180;
  handled double precision := NEW.processed_count + NEW.failed_count;
  idle double precision := 0;
  worked double precision;
  decay double precision;
BEGIN
  IF NEW.current_item IS NULL AND handled > 0 THEN
    NEW.current_item := handled;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.started_at <> OLD.started_at AND NEW.started_at - OLD.started_at = NEW.updated_at - OLD.updated_at THEN
      RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND NEW.updated_at = OLD.updated_at AND NEW.completed_at IS NULL THEN
      NEW.updated_at := now();
    END IF;
    worked := extract(epoch FROM NEW.updated_at - OLD.updated_at);
    IF worked > 0 THEN
      IF OLD.status <> 'running' THEN
        idle := worked;
      ELSIF OLD.pause_requested AND NOT NEW.pause_requested THEN
        idle := extract(epoch FROM NEW.updated_at - greatest(OLD.updated_at, OLD.requested_at));
      ELSIF OLD.rate_limited_until > OLD.updated_at THEN
        idle := extract(epoch FROM least(NEW.updated_at, OLD.rate_limited_until) - OLD.updated_at);
      END IF;
      worked := worked - idle;
    ELSE
      worked := 0;
    END IF;
    NEW.idle_seconds := OLD.idle_seconds + idle;
    IF NEW.started_at = OLD.started_at THEN
      -- Postgres refuses numbers that are too small to be told from zero, so neither factor may become one.
      decay := exp(-least(worked / tau, 100));
      handled := handled - OLD.processed_count - OLD.failed_count;
      NEW.recent_items := OLD.recent_items * decay
        + handled * CASE WHEN worked > 0 THEN tau * (1 - decay) / worked ELSE 1 END;
      IF NEW.recent_items < 0.000001 THEN
        NEW.recent_items := 0;
      END IF;
      RETURN NEW;
    END IF;
  END IF;
  worked := greatest(extract(epoch FROM NEW.updated_at - NEW.started_at), 0);
  NEW.idle_seconds := least(NEW.idle_seconds, worked);
  worked := worked - NEW.idle_seconds;
  NEW.recent_items := CASE WHEN worked > 0 THEN handled * tau * (1 - exp(-least(worked / tau, 100))) / worked ELSE handled END;
  RETURN NEW;
END
$$;
ALTER FUNCTION app.measure_progress() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.measure_progress() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER item_1_left_out BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (NEW.current_item = OLD.current_item
    AND (NEW.processed_count <> OLD.processed_count OR NEW.failed_count <> OLD.failed_count))
  EXECUTE FUNCTION app.mark_current_item('left out');
CREATE OR REPLACE TRIGGER item_2_given BEFORE UPDATE OF current_item ON public.sync_progress
  FOR EACH ROW WHEN (NEW.current_item IS NULL AND OLD.current_item IS NOT NULL)
  EXECUTE FUNCTION app.mark_current_item('given');
-- Who sets idle_seconds has measured the time itself: a worker that takes over a run that nobody worked on.
CREATE OR REPLACE TRIGGER measure_on_update BEFORE UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (NEW.idle_seconds = OLD.idle_seconds AND (
    NEW.updated_at <> OLD.updated_at OR NEW.processed_count <> OLD.processed_count OR NEW.failed_count <> OLD.failed_count
    OR NEW.status <> OLD.status OR NEW.started_at <> OLD.started_at))
  EXECUTE FUNCTION app.measure_progress();
CREATE OR REPLACE TRIGGER measure_on_insert BEFORE INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.processed_count + NEW.failed_count > 0) EXECUTE FUNCTION app.measure_progress();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/measure_progress.sql', '0de91c7fad48df3d5de767654d03eb7b2ea3fa5a3a69753f4aa0e2972c89c838', ARRAY['ROUTINE app.mark_current_item()', 'ROUTINE app.measure_progress()', 'TRIGGER item_1_left_out ON public.sync_progress', 'TRIGGER item_2_given ON public.sync_progress', 'TRIGGER measure_on_update ON public.sync_progress', 'TRIGGER measure_on_insert ON public.sync_progress']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: an operator sees how many syncs go on, also those that other services report and that no run of the service stands for.
-- Promises: how many syncs of all organizations are not over, by status. It names no organization, and reads the rows of open syncs alone, whatever
-- the planner knows: its cost does not grow with history.
-- Callers: sync_app, when metrics are asked for, every few seconds at most.

CREATE OR REPLACE FUNCTION app.open_syncs() RETURNS TABLE (status text, syncs integer)
LANGUAGE sql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
SELECT s.status, count(*)::integer FROM public.sync_progress AS s WHERE s.completed_at IS NULL GROUP BY s.status
$$;
ALTER FUNCTION app.open_syncs() OWNER TO sync_directory;
REVOKE ALL ON FUNCTION app.open_syncs() FROM PUBLIC, sync_app, sync_maintenance, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_syncs() TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/open_syncs.sql', '58f7d39025bcccab79a869cb603892a24d0743c23da7171e2368c32bec810423', ARRAY['ROUTINE app.open_syncs()']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Elapsed time, speed, ETA and the check of counts against the total are generated columns and constraints: migrations/0005-progress-counts-and-eta.ts.
-- What they are computed from is measured by triggers: measure_progress.sql.
-- Why: reporting progress is the hot path. One call carries reports of many syncs and organizations, so that they share a round trip and
-- a commit. The reports of one organization share one UPDATE, because starting an update (its constraints, generated columns, triggers
-- and policy) costs more than updating a row.
-- Several workers may share a sync: a report that names one holds the counts of that worker's own part, and what they rose by is added
-- to the sync's. So their reports add up in whatever order they come, and one that comes twice counts once.
-- Promises: the caller sends at most one report per sync. The organization is set before its rows are touched, so the same policies apply
-- as to any other statement. An error of a caller is returned as an outcome (missing, ended, backwards, above_total,
-- too_many_workers) and not raised, so
-- that an invalid report does not affect the others. The row is returned as JSON text; of a brief report that is accepted only what its
-- sender acts upon.
-- Nobody waits for a row that another transaction has locked: its report has the outcome locked and no effect, and the caller sends it
-- again. Locks that cannot be skipped (a trigger's, a table's) are waited for 250 ms at most, then the call fails as a whole.
-- A call reads the rows it was asked for and no others, whatever the planner knows about the table: nested loops, merge joins and
-- sequential scans are off, the plan is the generic one, and the ids are an index condition. No partial index may fit, because the one of
-- active syncs would be read for the whole organization; therefore completed_at is compared inside an expression.
-- It is called outside a transaction that sets what statements rely on, so it says that itself.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.report_progress(reports json)
  RETURNS TABLE (org_id text, sync_id text, outcome text, progress text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET row_security = on
SET enable_seqscan = off
SET enable_nestloop = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET lock_timeout = '250ms' AS $$
#variable_conflict use_column
DECLARE
  org text;
  given app.report[];
  ids text[];
  -- Those of which only what a reporter acts upon is told.
  briefs text[];
  taken text[];
  -- No count may be above this where no total is known.
  most CONSTANT double precision := 9007199254740991;
  -- A sync's workers are part of its row, which each report writes anew: 100 of them are some kilobytes. MAX_WORKERS in dto/requests.dto.ts.
  most_workers CONSTANT integer := 100;
BEGIN
  FOR org, given, ids, briefs IN
    SELECT r.org_id, array_agg(r ORDER BY r.sync_id), array_agg(r.sync_id ORDER BY r.sync_id), array_agg(r.sync_id) FILTER (WHERE r.brief)
      FROM json_populate_recordset(NULL::app.report, reports) AS r GROUP BY r.org_id ORDER BY r.org_id
  LOOP
    PERFORM app.set_org(org);
    taken := '{}';
    FOR org_id, sync_id, outcome, progress IN
      WITH held AS MATERIALIZED (
        SELECT s.sync_id, s.processed_count, s.failed_count, s.workers FROM public.sync_progress AS s
         WHERE s.org_id = org AND s.sync_id = ANY (ids)
         ORDER BY s.sync_id
           FOR NO KEY UPDATE SKIP LOCKED), done AS (
      UPDATE public.sync_progress AS s
         SET processed_count = t.processed,
             failed_count = t.failed,
             total_items = coalesce(r.total_items, s.total_items,
               CASE WHEN r.status = 'completed' THEN t.processed + t.failed END),
             current_item = coalesce(r.current_item, t.processed + t.failed),
             workers = CASE WHEN r.worker IS NULL THEN s.workers ELSE jsonb_set(coalesce(s.workers, '{}'), ARRAY[r.worker],
               ('{"processed_count":' || coalesce(r.processed_count, t.part_processed)::text
                 || ',"failed_count":' || coalesce(r.failed_count, t.part_failed)::text || '}')::jsonb) END,
             checkpoint = coalesce(r.checkpoint, s.checkpoint),
             error_message = coalesce(r.error_message, s.error_message),
             status = coalesce(r.status, CASE WHEN s.status = 'paused' AND s.pause_requested THEN 'paused'
                                              ELSE 'running' END),
             updated_at = now()
        FROM held AS h JOIN unnest(given) AS r ON r.sync_id = h.sync_id
        CROSS JOIN LATERAL (
          SELECT coalesce((h.workers #>> ARRAY[r.worker, 'processed_count'])::double precision, 0) AS part_processed,
                 coalesce((h.workers #>> ARRAY[r.worker, 'failed_count'])::double precision, 0) AS part_failed) AS part
        CROSS JOIN LATERAL (
          SELECT part.part_processed, part.part_failed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.processed_count, h.processed_count)
                      ELSE h.processed_count + coalesce(r.processed_count - part.part_processed, 0) END AS processed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.failed_count, h.failed_count)
                      ELSE h.failed_count + coalesce(r.failed_count - part.part_failed, 0) END AS failed,
                 CASE WHEN r.worker IS NULL OR h.workers IS NULL OR h.workers ? r.worker THEN true
                      ELSE (SELECT count(*) FROM jsonb_object_keys(h.workers)) < most_workers END AS has_place) AS t
       WHERE s.org_id = org AND s.sync_id = ANY (ids) AND s.sync_id = h.sync_id
         AND coalesce(s.completed_at, 'infinity') = 'infinity'
         AND t.processed >= s.processed_count
         AND t.failed >= s.failed_count
         AND t.processed + t.failed <= coalesce(r.total_items, s.total_items, most)
         AND t.has_place
      RETURNING s.*)
      -- The text of a row depends on settings, and a distributed Postgres returns from a change only what does not.
      SELECT s.org_id, s.sync_id, 'reported', CASE WHEN s.sync_id = ANY (briefs)
        THEN '{"status":"' || s.status || '","cancel_requested":' || s.cancel_requested || ',"pause_requested":' || s.pause_requested || '}'
        ELSE row_to_json(s)::text END FROM done AS s
    LOOP
      taken := taken || sync_id;
      RETURN NEXT;
    END LOOP;
    CONTINUE WHEN cardinality(taken) = cardinality(ids);
    RETURN QUERY
    SELECT org, r.sync_id, told.outcome,
           CASE WHEN s.sync_id IS NULL THEN NULL
                WHEN r.brief AND told.outcome = 'reported'
                  THEN '{"status":"' || s.status || '","cancel_requested":' || s.cancel_requested || ',"pause_requested":' || s.pause_requested || '}'
                ELSE row_to_json(s)::text END
      FROM unnest(given) AS r
      LEFT JOIN public.sync_progress AS s ON s.org_id = org AND s.sync_id = ANY (ids) AND s.sync_id = r.sync_id
      CROSS JOIN LATERAL (
          SELECT coalesce((s.workers #>> ARRAY[r.worker, 'processed_count'])::double precision, 0) AS part_processed,
                 coalesce((s.workers #>> ARRAY[r.worker, 'failed_count'])::double precision, 0) AS part_failed) AS part
      CROSS JOIN LATERAL (
          SELECT part.part_processed, part.part_failed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.processed_count, s.processed_count)
                      ELSE s.processed_count + coalesce(r.processed_count - part.part_processed, 0) END AS processed,
                 CASE WHEN r.worker IS NULL THEN coalesce(r.failed_count, s.failed_count)
                      ELSE s.failed_count + coalesce(r.failed_count - part.part_failed, 0) END AS failed,
                 CASE WHEN r.worker IS NULL OR s.workers IS NULL OR s.workers ? r.worker THEN true
                      ELSE (SELECT count(*) FROM jsonb_object_keys(s.workers)) < most_workers END AS has_place) AS t
      CROSS JOIN LATERAL (
          SELECT CASE
             WHEN s.sync_id IS NULL THEN 'missing'
             -- The response to the last report may have been lost, so repeating that report is not an error.
             WHEN s.completed_at IS NOT NULL
               AND t.processed = s.processed_count AND t.failed = s.failed_count
               AND (CASE WHEN s.status LIKE 'completed%' THEN coalesce(r.status, 'completed') = 'completed'
                         ELSE r.status = s.status END) THEN 'reported'
             WHEN s.completed_at IS NOT NULL THEN 'ended'
             WHEN t.processed < s.processed_count OR t.failed < s.failed_count THEN 'backwards'
             WHEN t.processed + t.failed > coalesce(r.total_items, s.total_items, most) THEN 'above_total'
             WHEN NOT t.has_place THEN 'too_many_workers'
             -- Locked at the look, or changed between the two looks: sending it again is never wrong.
             ELSE 'locked'
           END AS outcome) AS told
     WHERE r.sync_id <> ALL (taken);
  END LOOP;
END
$$;
ALTER FUNCTION app.report_progress(json) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.report_progress(json) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.report_progress(json) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/report_progress.sql', 'f274482de70d244bb834fe7e58dd74c34de1c5f795d0154ad460a7d7d12cf2af', ARRAY['ROUTINE app.report_progress(reports json)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a request to cancel, pause or resume is planned once a connection, as find_sync.sql tells.
-- Promises: an active sync gets the request (`done`); `answer` is the sync as find_sync returns it, null when there is none. A queued sync has no
-- reporter that could confirm the cancel, so it ends at once. A resume sets updated_at, so that the silence of the reporter is measured
-- from then. What follows is done by triggers: log_control.sql, end_of_sync.sql.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.request_control(org text, sync text, request text, requester text, OUT done boolean, OUT answer json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  at CONSTANT timestamptz := now();
BEGIN
  UPDATE public.sync_progress
     SET cancel_requested = cancel_requested OR request = 'cancel',
         pause_requested = CASE request WHEN 'pause' THEN true WHEN 'resume' THEN false ELSE pause_requested END,
         requested_at = at,
         requested_by = requester,
         updated_at = CASE WHEN request = 'resume' THEN at ELSE updated_at END,
         status = CASE WHEN request = 'cancel' AND status = 'queued' THEN 'cancelled'
                       WHEN request = 'resume' AND status = 'paused' THEN 'running' ELSE status END
   -- Inside an expression, or the partial index of active syncs would fit, and be read for the whole organization.
   WHERE org_id = org AND sync_id = sync AND coalesce(completed_at, 'infinity') = 'infinity';
  done := FOUND;
  answer := app.find_sync(org, sync);
END
$$;
ALTER FUNCTION app.request_control(text, text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.request_control(text, text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.request_control(text, text, text, text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/request_control.sql', '11fbc5bad11c4b6a77b6c1bd344c44fe25ca24b4af5de77d51cf84e7055e8c38', ARRAY['ROUTINE app.request_control(org text, sync text, request text, requester text, OUT done boolean, OUT answer json)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a start is planned once a connection, as find_sync.sql tells; planning it for each request cost as much as the insert with its triggers.
-- Promises: the sync is inserted (`done`), or found, also when another transaction has inserted it meanwhile; `answer` is the sync as find_sync
-- returns it. Both are null only when it was deleted in between.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.start_sync(org text, sync text, entity text, source text, total double precision, starter text, state text,
  reached jsonb, OUT done boolean, OUT answer json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  started public.sync_progress;
BEGIN
  INSERT INTO public.sync_progress AS s
    (org_id, sync_id, entity_type, source_system, total_items, initiated_by, status, checkpoint)
  VALUES (org, sync, entity, source, total, starter, state, reached)
  ON CONFLICT (org_id, sync_id) DO NOTHING
  RETURNING s.* INTO started;
  done := FOUND;
  answer := CASE WHEN done THEN row_to_json(started) ELSE app.find_sync(org, sync) END;
END
$$;
ALTER FUNCTION app.start_sync(text, text, text, text, double precision, text, text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.start_sync(text, text, text, text, double precision, text, text, jsonb)
  FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.start_sync(text, text, text, text, double precision, text, text, jsonb) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/start_sync.sql', 'a05112cfd8f031c20a78bea3874569779f56abbf863359471affd4e0a5919cf8', ARRAY['ROUTINE app.start_sync(org text, sync text, entity text, source text, total double precision, starter text, state text, reached jsonb, OUT done boolean, OUT answer json)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: viewers of a live stream see every change within a second, including changes by plain SQL. Therefore the watched organizations are
-- polled twice a second, all in one round trip, each under its own policies.
-- Promises: returns one row per organization. The caller passes the digest of the state that it saw last. The digest covers the versions
-- of the rows (xmin, which every update changes) and whether a sync has been silent for 60 seconds, which ends its ETA, and rows are returned as JSON only when it differs. The window is the newest 1,000
-- active syncs and the newest 1,000 syncs that ended within the last minute, each read in order from its index. Sorting, bitmaps and
-- sequential scans are off, so that the function never reads an organization's whole history, whatever the planner knows about the
-- table; and each call plans anew, since a plan that a session made while the table was small would read all of it later. The checkpoint is omitted because it may be large.
-- It is called outside a transaction that sets what statements rely on, so it says that itself.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.watch_progress(orgs text[], digests text[])
  RETURNS TABLE (org_id text, digest text, at timestamptz, syncs text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET row_security = on
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  o record;
BEGIN
  FOR o IN SELECT w.org_id, w.digest FROM unnest(orgs, digests) AS w (org_id, digest) LOOP
    PERFORM app.set_org(o.org_id);
    org_id := o.org_id;
    at := clock_timestamp();
    syncs := NULL;
    -- The digest is computed before the rows are read. A change in between is returned again by the next poll and never missed.
    SELECT encode(sha256(convert_to(coalesce(string_agg(w.version, ','), ''), 'UTF8')), 'hex') INTO digest FROM (
      (SELECT s.xmin || ' ' || s.sync_id || CASE WHEN s.updated_at < now() - interval '60 seconds' THEN ' silent' ELSE '' END AS version
         FROM public.sync_progress AS s
        WHERE s.org_id = o.org_id AND s.completed_at IS NULL
        ORDER BY s.started_at DESC, s.sync_id DESC LIMIT 1000)
      UNION ALL
      (SELECT s.xmin || ' ' || s.sync_id FROM public.sync_progress AS s
        WHERE s.org_id = o.org_id AND s.completed_at > now() - interval '60 seconds'
        ORDER BY s.completed_at DESC LIMIT 1000)) AS w;
    IF digest IS DISTINCT FROM o.digest THEN
      SELECT coalesce(string_agg(row_to_json(shown)::text, E'\n'), '') INTO syncs FROM (
        SELECT w.id, w.org_id, w.sync_id, w.entity_type, w.source_system, w.total_items, w.processed_count, w.failed_count,
               w.current_item, w.initiated_by, w.status, w.started_at, w.updated_at, w.completed_at, w.error_message,
               w.cancel_requested, w.pause_requested, w.requested_at, w.requested_by, w.rate_limited_until,
               w.waiting_reason, w.next_try_at,
               w.workers, w.idle_seconds, w.recent_items, w.elapsed_seconds, w.speed_items_per_min,
               CASE WHEN w.updated_at >= now() - interval '60 seconds' THEN w.eta_seconds END AS eta_seconds
          FROM (
            (SELECT s.* FROM public.sync_progress AS s
              WHERE s.org_id = o.org_id AND s.completed_at IS NULL
              ORDER BY s.started_at DESC, s.sync_id DESC LIMIT 1000)
            UNION ALL
            (SELECT s.* FROM public.sync_progress AS s
              WHERE s.org_id = o.org_id AND s.completed_at > now() - interval '60 seconds'
              ORDER BY s.completed_at DESC LIMIT 1000)) AS w) AS shown;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;
ALTER FUNCTION app.watch_progress(text[], text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.watch_progress(text[], text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.watch_progress(text[], text[]) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('progress/sql/watch_progress.sql', '24cc95114c3775a8b6223af1c837d45b2b4bdcb58c7575f3135200af6c64a03e', ARRAY['ROUTINE app.watch_progress(orgs text[], digests text[])']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: appending must not fail because a month has no partition yet, and must stay one round trip.
-- Promises: all entries or none, returned in the order given. The partition is looked for (a look-up in the catalogue) and made before
-- the insert, not after a failed one.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.append_activity(org text, entries jsonb) RETURNS SETOF public.sync_activity_log
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  e record;
BEGIN
  IF NOT app.has_activity_partition(now()) THEN
    PERFORM app.ensure_activity_partition(now());
  END IF;
  -- One by one: a distributed Postgres takes no INSERT from a SELECT of a function.
  FOR e IN
    SELECT r.* FROM jsonb_array_elements(entries) WITH ORDINALITY AS element (entry, position),
           jsonb_to_record(element.entry) AS r (sync_id text, entity_type text, activity_type text, status text,
             source_system text, user_id text, record_count double precision, duration_seconds double precision,
             error_message text, details jsonb)
     ORDER BY element.position
  LOOP
    RETURN QUERY
      INSERT INTO public.sync_activity_log (org_id, sync_id, entity_type, activity_type, status, source_system, user_id,
        record_count, duration_seconds, error_message, details)
      VALUES (org, e.sync_id, e.entity_type, e.activity_type, e.status, e.source_system, e.user_id, e.record_count,
        e.duration_seconds, e.error_message, e.details)
      RETURNING *;
  END LOOP;
END
$$;
ALTER FUNCTION app.append_activity(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.append_activity(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.append_activity(text, jsonb) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/append_activity.sql', '6d3f20f375c74fde739566a6865ffb08c4918bdea9e74c3d104c245a3c4cf10d', ARRAY['ROUTINE app.append_activity(org text, entries jsonb)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: who may do what is the first question of an audit, so each change of a key, a role or a login of plain SQL is in the trail of its
-- organization, whether a request, a command or plain SQL made it.
-- Promises: one entry in the same transaction, with what was and what is; never a hash. Who did it is app.actor where the service has said so, or
-- else the login. A key of every organization belongs to no trail. Sessions are no rights of their own.
-- Callers: triggers of auth.api_keys, auth.users_extended and auth.sql_roles, which only the owner changes in this way.

CREATE OR REPLACE FUNCTION app.log_right() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  becomes jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  org text := coalesce(becomes, was) ->> 'org_id';
  what text := TG_ARGV[0];
  -- What of a row is a right, and what names it.
  members text[] := string_to_array(TG_ARGV[1], ' ');
  names text[] := string_to_array(TG_ARGV[2], ' ');
  before jsonb := (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(was) AS m WHERE m.key = ANY (members));
  after jsonb := (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(becomes) AS m WHERE m.key = ANY (members));
  set_before text := coalesce(current_setting('app.current_org_id', true), '');
BEGIN
  IF org IS NULL OR before IS NOT DISTINCT FROM after THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  PERFORM app.append_activity(org, jsonb_build_array(jsonb_build_object(
    'activity_type', what || CASE WHEN TG_OP = 'INSERT' THEN '_created' WHEN TG_OP = 'DELETE' THEN '_removed'
      WHEN was ->> 'revoked_at' IS NULL AND becomes ->> 'revoked_at' IS NOT NULL THEN '_revoked' ELSE '_changed' END,
    'status', 'completed',
    'user_id', coalesce(nullif(current_setting('app.actor', true), ''), session_user),
    'details', (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(coalesce(becomes, was)) AS m WHERE m.key = ANY (names))
      || jsonb_build_object('before', before, 'after', after))));
  EXECUTE format('SET LOCAL app.current_org_id = %L', set_before);
  RETURN NULL;
END
$$;
ALTER FUNCTION app.log_right() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.log_right() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER log_new_key AFTER INSERT ON auth.api_keys
  FOR EACH ROW WHEN (NEW.kind <> 'session')
  EXECUTE FUNCTION app.log_right('key', 'name user_id scopes expires_at revoked_at', 'id kind name');
CREATE OR REPLACE TRIGGER log_changed_key AFTER UPDATE ON auth.api_keys
  FOR EACH ROW WHEN (OLD.kind = 'service')
  EXECUTE FUNCTION app.log_right('key', 'name user_id scopes expires_at revoked_at', 'id kind name');
CREATE OR REPLACE TRIGGER log_removed_key AFTER DELETE ON auth.api_keys
  FOR EACH ROW WHEN (OLD.kind = 'service')
  EXECUTE FUNCTION app.log_right('key', 'name user_id scopes expires_at revoked_at', 'id kind name');
CREATE OR REPLACE TRIGGER log_new_member AFTER INSERT ON auth.users_extended
  FOR EACH ROW WHEN (NEW.role IS NOT NULL) EXECUTE FUNCTION app.log_right('member', 'role sees_payloads role_from', 'id email');
CREATE OR REPLACE TRIGGER log_changed_member AFTER UPDATE ON auth.users_extended
  FOR EACH ROW EXECUTE FUNCTION app.log_right('member', 'role sees_payloads role_from', 'id email');
CREATE OR REPLACE TRIGGER log_removed_member AFTER DELETE ON auth.users_extended
  FOR EACH ROW WHEN (OLD.role IS NOT NULL) EXECUTE FUNCTION app.log_right('member', 'role sees_payloads role_from', 'id email');
CREATE OR REPLACE TRIGGER log_sql_role AFTER INSERT OR UPDATE OR DELETE ON auth.sql_roles
  FOR EACH ROW EXECUTE FUNCTION app.log_right('sql_login', 'role_name user_id', 'role_name');
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/log_rights.sql', '26b7688161a3a354cc546564183330d5e48d6aec865ceeaa05256bf868c5fcd6', ARRAY['ROUTINE app.log_right()', 'TRIGGER log_changed_key ON auth.api_keys', 'TRIGGER log_new_key ON auth.api_keys', 'TRIGGER log_removed_key ON auth.api_keys', 'TRIGGER log_new_member ON auth.users_extended', 'TRIGGER log_changed_member ON auth.users_extended', 'TRIGGER log_removed_member ON auth.users_extended', 'TRIGGER log_sql_role ON auth.sql_roles']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: row-level security is not inherited by partitions, so a partition must never be made without ENABLE, FORCE and no grants, and
-- nobody should have to remember it. sync_backup reads it all the same: a month that is detached is a table of its own, and is backed up.
-- Promises: each month from this one to the twelfth ahead has a partition once it was asked for, and one that was detached is attached
-- again; neither holds up writers (LIKE and ATTACH take SHARE UPDATE EXCLUSIVE, PARTITION OF would take ACCESS EXCLUSIVE) nor waits
-- longer than 10 seconds for a lock. One made by hand is protected by the next call. They run as the owner of the table, who alone may
-- attach, and touch no rows.
-- Callers: sync_app and sync_maintenance, and for the current month sync_sql: the triggers that write an entry run as either. A month
-- ahead is refused to sync_sql, since making it locks the table until the transaction ends.

CREATE OR REPLACE FUNCTION app.activity_partition_name(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
RETURN 'sync_activity_log_' || to_char(at AT TIME ZONE 'UTC', 'YYYY_MM');
ALTER FUNCTION app.activity_partition_name(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_partition_name(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_partition_name(timestamptz) TO sync_app, sync_maintenance, sync_sql;

-- A table of the month's name is not enough: somebody may have detached it, or have begun to, and no later statement reads it then.
CREATE OR REPLACE FUNCTION app.has_activity_partition(at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM pg_inherits i
                  WHERE i.inhrelid = to_regclass('public.' || app.activity_partition_name(at))
                    AND i.inhparent = 'public.sync_activity_log'::regclass AND NOT i.inhdetachpending);
END
$$;
ALTER FUNCTION app.has_activity_partition(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.has_activity_partition(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.has_activity_partition(timestamptz) TO sync_app, sync_maintenance, sync_sql;

CREATE OR REPLACE FUNCTION app.ensure_activity_partition(at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s' AS $$
DECLARE
  partition text := app.activity_partition_name(at);
  month timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
BEGIN
  IF at NOT BETWEEN now() - interval '2 months' AND now() + interval '13 months'
     OR EXISTS (SELECT FROM auth.sql_roles r WHERE r.role_name = session_user)
        AND at NOT BETWEEN now() - interval '1 second' AND now() THEN
    RAISE EXCEPTION 'no partition is made for %, only for this month and those ahead', at
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF app.has_activity_partition(at) THEN
    RETURN partition;
  END IF;
  -- Two writers may find the month missing at once: the second waits here, then sees what the first made.
  LOCK TABLE public.sync_activity_log IN SHARE UPDATE EXCLUSIVE MODE;
  IF app.has_activity_partition(at) THEN
    RETURN partition;
  END IF;
  IF to_regclass('public.' || quote_ident(partition)) IS NULL THEN
    EXECUTE format('CREATE TABLE public.%I (LIKE public.sync_activity_log INCLUDING ALL)', partition);
  END IF;
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
  EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition);
  -- One that is attached again has it already.
  IF NOT EXISTS (SELECT FROM pg_policy p
                  WHERE p.polrelid = to_regclass('public.' || quote_ident(partition)) AND p.polname = 'backup') THEN
    EXECUTE format('CREATE POLICY backup ON public.%I FOR SELECT TO sync_backup USING (true)', partition);
  END IF;
  EXECUTE format('GRANT SELECT ON public.%I TO sync_backup', partition);
  EXECUTE format('ALTER TABLE public.sync_activity_log ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    partition, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
  RETURN partition;
EXCEPTION WHEN invalid_object_definition OR invalid_table_definition OR wrong_object_type OR datatype_mismatch
    OR insufficient_privilege OR check_violation THEN
  -- Somebody's partition under another name covers the month: what is written finds its place there. Or somebody's table has the name and
  -- is no partition for it: what is written finds no place, which the service answers with 503.
  RETURN NULL;
END
$$;
ALTER FUNCTION app.ensure_activity_partition(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.ensure_activity_partition(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.ensure_activity_partition(timestamptz) TO sync_app, sync_maintenance, sync_sql;

CREATE OR REPLACE FUNCTION app.prepare_activity_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s' AS $$
DECLARE
  child regclass;
  changed integer := 0;
BEGIN
  FOR ahead IN 0 .. least(months_ahead, 12) LOOP
    IF NOT app.has_activity_partition(now() + ahead * interval '1 month') THEN
      changed := changed + (app.ensure_activity_partition(now() + ahead * interval '1 month') IS NOT NULL)::integer;
    END IF;
  END LOOP;
  -- A partition made by hand has neither protection: it gets it here.
  FOR child IN
    SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'public.sync_activity_log'::regclass
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity
         AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'backup'))
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', child);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', child);
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, sync_app, sync_maintenance', child);
    EXECUTE format('DROP POLICY IF EXISTS backup ON %s', child);
    EXECUTE format('CREATE POLICY backup ON %s FOR SELECT TO sync_backup USING (true)', child);
    EXECUTE format('GRANT SELECT ON %s TO sync_backup', child);
    changed := changed + 1;
  END LOOP;
  RETURN changed;
END
$$;
ALTER FUNCTION app.prepare_activity_partitions(integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.prepare_activity_partitions(integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.prepare_activity_partitions(integer) TO sync_app, sync_maintenance;

-- A new database takes entries by plain SQL at once.
SELECT app.prepare_activity_partitions(3);
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/partitions.sql', '9f2efc06e12c7afa276da26a0743f398db2471253f1290dcab543b891170f65f', ARRAY['ROUTINE app.has_activity_partition(at timestamp with time zone)', 'ROUTINE app.activity_partition_name(at timestamp with time zone)', 'ROUTINE app.ensure_activity_partition(at timestamp with time zone)', 'ROUTINE app.prepare_activity_partitions(months_ahead integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: nobody may edit the trail, and an auditor has to be able to tell whether somebody did who has more rights than the service: the
-- owner of the tables, a superuser, whoever has a backup. Each organization's entries are sealed in batches, each seal holds the hash of
-- the one before, and a seal that was noted elsewhere vouches for all before it.
-- Promises: writers of entries wait for no seal. An entry is sealed once its transaction has ended, also when it began before entries
-- that are sealed already, as long as it took at most 10 minutes. The hashes depend on no setting of the session.
-- Callers: sealing, sync_app (the task of src/activity/activity.sealing.ts); the hashes and the verification, also sync_sql.

CREATE OR REPLACE FUNCTION app.activity_entry_hash(entry public.sync_activity_log) RETURNS bytea
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
RETURN sha256(convert_to(jsonb_build_array(entry.org_id, entry.id,
  to_char(entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), entry.sync_id, entry.entity_type, entry.activity_type,
  entry.status, entry.source_system, entry.user_id, entry.record_count, entry.duration_seconds, entry.error_message,
  entry.details)::text, 'UTF8'));
ALTER FUNCTION app.activity_entry_hash(public.sync_activity_log) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_entry_hash(public.sync_activity_log) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_entry_hash(public.sync_activity_log) TO sync_app, sync_sql;

CREATE OR REPLACE FUNCTION app.activity_seal_hash(seal public.sync_activity_seals) RETURNS bytea
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
RETURN sha256(seal.previous_hash || convert_to(jsonb_build_array(seal.org_id, seal.sequence,
  to_char(seal.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), seal.entry_ids,
  ARRAY(SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') FROM unnest(seal.entry_times) WITH ORDINALITY AS e (t, n) ORDER BY n),
  ARRAY(SELECT encode(h, 'hex') FROM unnest(seal.entry_hashes) WITH ORDINALITY AS e (h, n) ORDER BY n))::text, 'UTF8'));
ALTER FUNCTION app.activity_seal_hash(public.sync_activity_seals) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_seal_hash(public.sync_activity_seals) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_seal_hash(public.sync_activity_seals) TO sync_app, sync_sql;

-- The entries of the organization that no seal holds, of transactions that may have ended since the last one, oldest first.
CREATE OR REPLACE FUNCTION app.unsealed_entries(org text, most integer) RETURNS SETOF public.sync_activity_log
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
WITH reached AS MATERIALIZED (
  SELECT coalesce((SELECT s.reaches - interval '10 minutes' FROM public.sync_activity_seals s
                    WHERE s.org_id = org ORDER BY s.sequence DESC LIMIT 1), '-infinity') AS since),
-- Seals reach forward in time but for such late entries, so those that hold an entry since then are among the newest. NOT IN is looked up in a
-- hash, where NOT EXISTS compares each entry with each sealed one, as Postgres takes the arrays for short.
recent AS MATERIALIZED (
  SELECT e.id FROM public.sync_activity_seals s CROSS JOIN LATERAL unnest(s.entry_ids) AS e (id)
   WHERE e.id IS NOT NULL AND s.org_id = org AND s.sequence > coalesce((
           SELECT b.sequence FROM public.sync_activity_seals b, reached r
            WHERE b.org_id = org AND b.reaches < r.since - interval '10 minutes'
            ORDER BY b.sequence DESC LIMIT 1), 0))
SELECT e.* FROM reached r CROSS JOIN LATERAL (
  SELECT l.* FROM public.sync_activity_log l
   WHERE l.org_id = org AND l.created_at > r.since AND l.id NOT IN (SELECT s.id FROM recent s)
   ORDER BY l.created_at, l.id LIMIT most) AS e
$$;
ALTER FUNCTION app.unsealed_entries(text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.unsealed_entries(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.unsealed_entries(text, integer) TO sync_app, sync_sql;

-- Returns how many entries it sealed: those of one month, at most 1,000. Runs as the owner, for the organization alone: nobody else may
-- write a seal. A second one at the same time seals nothing.
CREATE OR REPLACE FUNCTION app.seal_entries(org text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  last public.sync_activity_seals;
  seal public.sync_activity_seals;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  SELECT * INTO last FROM public.sync_activity_seals s WHERE s.org_id = org ORDER BY s.sequence DESC LIMIT 1;
  WITH open AS MATERIALIZED (SELECT e FROM app.unsealed_entries(org, 1000) AS e),
  month AS (SELECT date_trunc('month', min((o.e).created_at) AT TIME ZONE 'UTC') AS begins FROM open o)
  SELECT array_agg((o.e).id ORDER BY (o.e).created_at, (o.e).id),
         array_agg((o.e).created_at ORDER BY (o.e).created_at, (o.e).id),
         array_agg(app.activity_entry_hash(o.e) ORDER BY (o.e).created_at, (o.e).id)
    INTO seal.entry_ids, seal.entry_times, seal.entry_hashes
    FROM open o, month m WHERE date_trunc('month', (o.e).created_at AT TIME ZONE 'UTC') = m.begins;
  IF seal.entry_ids IS NULL THEN
    EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
    RETURN 0;
  END IF;
  seal.org_id := org;
  seal.sequence := coalesce(last.sequence, 0) + 1;
  seal.sealed_at := clock_timestamp();
  seal.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  seal.hash := app.activity_seal_hash(seal);
  INSERT INTO public.sync_activity_seals (org_id, sequence, sealed_at, entry_ids, entry_times, entry_hashes, previous_hash, hash)
  VALUES (seal.org_id, seal.sequence, seal.sealed_at, seal.entry_ids, seal.entry_times, seal.entry_hashes, seal.previous_hash, seal.hash)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    seal.entry_ids := '{}';
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN cardinality(seal.entry_ids);
END
$$;
ALTER FUNCTION app.seal_entries(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.seal_entries(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.seal_entries(text) TO sync_app;

-- Names only, and by steps of the primary key. Belongs to sync_directory, which may read no other column.
CREATE OR REPLACE FUNCTION app.organizations_of_the_trail(after text, most integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
  org text := coalesce(after, '');
BEGIN
  FOR step IN 1 .. most LOOP
    org := (SELECT t.org_id FROM public.sync_activity_log t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1);
    EXIT WHEN org IS NULL;
    RETURN NEXT org;
  END LOOP;
END
$$;
ALTER FUNCTION app.organizations_of_the_trail(text, integer) OWNER TO sync_directory;
REVOKE ALL ON FUNCTION app.organizations_of_the_trail(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_sql;
GRANT EXECUTE ON FUNCTION app.organizations_of_the_trail(text, integer) TO sync_app;

-- The seals after one, at most so many, each with what is first wrong with it; null: nothing. The entries of a month that was detached are
-- not looked at. `entry_id` is the first of the seal when the seal itself is wrong.
CREATE OR REPLACE FUNCTION app.verify_seals(org text, after bigint, most integer)
RETURNS TABLE (sequence bigint, entries integer, reason text, entry_id uuid)
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
SELECT s.sequence, cardinality(s.entry_ids),
       CASE WHEN s.sequence <> coalesce(b.sequence, 0) + 1 OR s.previous_hash <> coalesce(b.hash, decode(repeat('00', 32), 'hex'))
              THEN 'seal_removed'
            WHEN app.activity_seal_hash(s) <> s.hash THEN 'seal_altered'
            ELSE wrong.reason END,
       CASE WHEN s.sequence <> coalesce(b.sequence, 0) + 1 OR s.previous_hash <> coalesce(b.hash, decode(repeat('00', 32), 'hex'))
              OR app.activity_seal_hash(s) <> s.hash THEN s.entry_ids[1]
            ELSE wrong.id END
  FROM (SELECT * FROM public.sync_activity_seals WHERE org_id = org AND sequence > after ORDER BY sequence LIMIT most) AS s
  LEFT JOIN LATERAL (SELECT p.sequence, p.hash FROM public.sync_activity_seals p
                      WHERE p.org_id = org AND p.sequence < s.sequence ORDER BY p.sequence DESC LIMIT 1) AS b ON true
  LEFT JOIN LATERAL (
    SELECT e.id, CASE WHEN l.id IS NULL THEN 'removed' ELSE 'altered' END AS reason
      FROM unnest(s.entry_ids, s.entry_times, s.entry_hashes) WITH ORDINALITY AS e (id, at, hash, place)
      LEFT JOIN public.sync_activity_log l ON l.org_id = org AND l.created_at = e.at AND l.id = e.id
     WHERE (l.id IS NULL OR app.activity_entry_hash(l) <> e.hash) AND app.has_activity_partition(e.at)
     ORDER BY e.place LIMIT 1) AS wrong ON true
 ORDER BY s.sequence
$$;
ALTER FUNCTION app.verify_seals(text, bigint, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.verify_seals(text, bigint, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.verify_seals(text, bigint, integer) TO sync_app, sync_sql;

-- The page of entries after one that no seal holds: how many were looked at, the last of them, how many are in no seal, and of these the
-- first that was inserted behind what was sealed (more than 10 minutes before the newest sealed entry).
CREATE OR REPLACE FUNCTION app.verify_unsealed(org text, after_time timestamptz, after_id uuid, most integer)
RETURNS TABLE (looked_at integer, last_time timestamptz, last_id uuid, unsealed integer, inserted uuid)
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
WITH page AS MATERIALIZED (
  SELECT l.created_at, l.id FROM public.sync_activity_log l
   WHERE l.org_id = org AND (l.created_at, l.id) > (coalesce(after_time, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
   ORDER BY l.created_at, l.id LIMIT most),
reached AS MATERIALIZED (
  SELECT s.reaches AS at FROM public.sync_activity_seals s
   WHERE s.org_id = org ORDER BY s.sequence DESC LIMIT 1),
sealed AS MATERIALIZED (
  SELECT e.id FROM public.sync_activity_seals s CROSS JOIN LATERAL unnest(s.entry_ids) AS e (id)
   WHERE e.id IS NOT NULL AND s.org_id = org AND s.begins <= (SELECT max(p.created_at) FROM page p)
     AND s.reaches >= (SELECT min(p.created_at) FROM page p)),
open AS MATERIALIZED (SELECT p.* FROM page p WHERE p.id NOT IN (SELECT s.id FROM sealed s))
SELECT (SELECT count(*) FROM page)::integer,
       (SELECT p.created_at FROM page p ORDER BY p.created_at DESC, p.id DESC LIMIT 1),
       (SELECT p.id FROM page p ORDER BY p.created_at DESC, p.id DESC LIMIT 1),
       (SELECT count(*) FROM open)::integer,
       (SELECT o.id FROM open o, reached r WHERE o.created_at <= r.at - interval '10 minutes' ORDER BY o.created_at, o.id LIMIT 1)
$$;
ALTER FUNCTION app.verify_unsealed(text, timestamptz, uuid, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.verify_unsealed(text, timestamptz, uuid, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.verify_unsealed(text, timestamptz, uuid, integer) TO sync_app, sync_sql;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/seals.sql', '28101fbfee74b96ab97705c0e2f03f328b19a78cc7698a33d5287a0aa79c7da5', ARRAY['ROUTINE app.activity_entry_hash(entry sync_activity_log)', 'ROUTINE app.activity_seal_hash(seal sync_activity_seals)', 'ROUTINE app.unsealed_entries(org text, most integer)', 'ROUTINE app.seal_entries(org text)', 'ROUTINE app.organizations_of_the_trail(after text, most integer)', 'ROUTINE app.verify_seals(org text, after bigint, most integer)', 'ROUTINE app.verify_unsealed(org text, after_time timestamp with time zone, after_id uuid, most integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: who did something is a fact of the trail, and no claim of the client that writes the entry.
-- Promises: an entry that a role of auth.sql_roles causes, by its own statement or by a trigger, names the user that the role is bound to.
-- Callers: a trigger of public.sync_activity_log only.

CREATE OR REPLACE FUNCTION app.sign_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.user_id := coalesce((SELECT r.user_id FROM auth.sql_roles r WHERE r.role_name = session_user), NEW.user_id);
  RETURN NEW;
END
$$;
ALTER FUNCTION app.sign_entry() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.sign_entry() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER sign_entry BEFORE INSERT ON public.sync_activity_log
  FOR EACH ROW WHEN (pg_has_role(current_user, 'sync_sql', 'USAGE')) EXECUTE FUNCTION app.sign_entry();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/sign_entry.sql', '67a5fab11234ba689e002d23ec324eafb4cb0bcf68e94de04d23486c4eebfcca', ARRAY['ROUTINE app.sign_entry()', 'TRIGGER sign_entry ON public.sync_activity_log']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a seal that was noted elsewhere vouches for all before it, so endpoints are told one a day.
-- Promises: tells the newest seal of the days before this one as the root of its day, once, to the endpoints that want it, in the transaction
-- that notes that it was told.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.tell_root(org text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last record;
BEGIN
  SELECT s.sequence, s.sealed_at, s.hash INTO last FROM public.sync_activity_seals s
   WHERE s.org_id = org AND s.sealed_at < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
   ORDER BY s.sequence DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO public.sync_trail_places AS p (org_id, root) VALUES (org, last.sequence)
  ON CONFLICT (org_id) DO UPDATE SET root = EXCLUDED.root WHERE p.root < EXCLUDED.root;
  IF FOUND THEN
    PERFORM app.publish_event(org, 'trail.root', jsonb_build_object('day', to_char(last.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
      'sequence', last.sequence, 'sealed_at', last.sealed_at, 'hash', encode(last.hash, 'hex')));
  END IF;
END
$$;
ALTER FUNCTION app.tell_root(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.tell_root(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.tell_root(text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/tell_root.sql', 'a40c3bf03c6a6bb53eacc1398a319668344843ccd94d2eedffe2e96f98e42343', ARRAY['ROUTINE app.tell_root(org text)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: nobody may change an entry of the trail, and whoever asks for it must be erased. So no entry holds what is known to be a person's: a token
-- stands in its place, and the words that belong to it in a table of its own. Without that row nobody can tell any more whose token it was, and
-- the trail is still what was sealed.
-- Promises: whoever writes an entry, by REST or by SQL, its message and details hold no e-mail address; nothing that a system said, which stands in
-- typographic quotation marks; and none of the personal values of the item that it is about, or of the customers whose address stands in it, as far as
-- records know them (src/records/sql/personal_values.sql). In no month two tokens for one spelling of one person but by chance, and writers do
-- not wait for each other. app.with_persons puts back what is still known. All take one pass over the text for each kind.
-- Callers: app.detach_persons: a trigger of public.sync_activity_log only. app.with_persons: sync_app, sync_sql_payloads.

-- The first address of a text, or the text: what a token is looked up by.
CREATE OR REPLACE FUNCTION app.first_address(value text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
SELECT lower(left(coalesce(substring(value FROM
  $p$[^\s"\\<>(),:;@{}[\]'“”„«»=/|]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|.0-9!?*&%#+_-]{2,}$p$), value), 320))
$$;
ALTER FUNCTION app.first_address(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.first_address(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- `value` is the text of JSON, and what matches the pattern gets a token. Two backslashes, which are one in what it stands for, become a character that
-- the text of JSON never has: then a backslash begins an escape, whose letter is no part of an address. The pattern captures nothing.
CREATE OR REPLACE FUNCTION app.with_tokens(org text, value text, pattern text, whom text[]) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  given CONSTANT text := replace(value, '\\', chr(2));
  matches CONSTANT text[] := ARRAY(SELECT replace(f.m[1], chr(2), '\\') FROM regexp_matches(given, pattern, 'gi') WITH ORDINALITY AS f (m, n) ORDER BY f.n);
  part text;
  parts text[] := '{}';
  said text;
  addresses text[] := '{}';
  known text;
  tokens text[] := '{}';
BEGIN
  FOR part IN SELECT DISTINCT f.part FROM unnest(matches) AS f (part) LOOP
    said := ('"' || part || '"')::jsonb #>> '{}';
    known := coalesce(tokens[array_position(addresses, said)], (
      SELECT p.token FROM public.sync_trail_persons p
       WHERE p.org_id = org AND p.email = app.first_address(said) AND p.month = date_trunc('month', now() AT TIME ZONE 'UTC')::date
         AND p.address = said AND p.about IS NOT DISTINCT FROM whom LIMIT 1));
    IF known IS NULL THEN
      INSERT INTO public.sync_trail_persons AS p (org_id, address, about) VALUES (org, said, whom) RETURNING p.token INTO known;
    END IF;
    parts := parts || part;
    addresses := addresses || said;
    tokens := tokens || known;
  END LOOP;
  IF parts = '{}' THEN
    RETURN value;
  END IF;
  RETURN (SELECT replace(string_agg(s.part || coalesce(tokens[array_position(parts, matches[s.n])], ''), '' ORDER BY s.n), chr(2), '\\')
            FROM regexp_split_to_table(given, pattern, 'i') WITH ORDINALITY AS s (part, n));
END
$$;
ALTER FUNCTION app.with_tokens(text, text, text, text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_tokens(text, text, text, text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- Runs as the owner, since who writes an entry may write no token by itself. An entry of another organization is refused after it, and with it
-- what was written here. The message and the strings of the details are looked through together, each as the text of JSON: no number of JSON is ever
-- taken, and no name of a member that is like those of programs. A quotation that is not closed was cut.
CREATE OR REPLACE FUNCTION app.detach_persons() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  literal CONSTANT text := $p$"(?:[^"\\]|\\.)*"(?:\s*:)?$p$;
  program CONSTANT text := '^"[a-z][a-z0-9_]*"\s*:$';
  quotation CONSTANT text := $p$(?<=“)(?:[^”"\\]|\\.)+$p$;
  address CONSTANT text := replace(
    $p$(?<!\\)[^\s"\\<>(),:;@{}[\]'“”„«»=/|~]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.0-9!?*&%#+_-]{2,}$p$, '~', chr(2));
  literals text[] := ARRAY(SELECT f.m[1] FROM regexp_matches(NEW.details::text, literal, 'g') WITH ORDINALITY AS f (m, n) ORDER BY f.n);
  texts text := concat_ws(chr(1), coalesce(to_jsonb(NEW.error_message)::text, '""'),
    (SELECT string_agg(CASE WHEN l.text ~ program THEN '""' ELSE l.text END, chr(1) ORDER BY l.n) FROM unnest(literals) WITH ORDINALITY AS l (text, n)));
  addresses text[] := ARRAY(SELECT DISTINCT lower(f.m[1]) FROM regexp_matches(replace(texts, '\\', chr(2)), address, 'g') AS f (m) LIMIT 10);
  parts text[];
  person record;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', NEW.org_id);
  texts := app.with_tokens(NEW.org_id, texts, quotation,
    (SELECT array_agg(DISTINCT a.about) FROM app.persons_of_entry(NEW.org_id, NEW.entity_type, NEW.details, '{}') AS p, unnest(p.about) AS a (about)));
  FOR person IN
    SELECT p.about, p.pattern FROM app.persons_of_entry(NEW.org_id, NEW.entity_type, NEW.details, addresses) AS p WHERE p.pattern IS NOT NULL
  LOOP
    -- Not in a token that stands there already.
    texts := app.with_tokens(NEW.org_id, texts,
      '(?<!person:[0-9a-f]{0,20})(?:' || person.pattern || ')(?!:[0-9a-f]{20})', person.about);
  END LOOP;
  parts := string_to_array(app.with_tokens(NEW.org_id, texts, address, NULL), chr(1));
  IF NEW.error_message IS NOT NULL THEN
    NEW.error_message := parts[1]::jsonb #>> '{}';
  END IF;
  NEW.details := (SELECT string_agg(s.part || coalesce(CASE WHEN literals[s.n] ~ program THEN literals[s.n] ELSE parts[s.n + 1] END, ''), '' ORDER BY s.n)
    FROM regexp_split_to_table(NEW.details::text, literal) WITH ORDINALITY AS s (part, n))::jsonb;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN NEW;
END
$$;
ALTER FUNCTION app.detach_persons() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.detach_persons() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER detach_persons BEFORE INSERT ON public.sync_activity_log
  FOR EACH ROW WHEN (concat(NEW.error_message, NEW.details::text) ~ '[@“]' OR NEW.details ?| '{item,external_id}') EXECUTE FUNCTION app.detach_persons();

-- Volatile, so that a statement that has just written an entry sees its tokens.
CREATE OR REPLACE FUNCTION app.with_persons(org text, value text) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
WITH found AS MATERIALIZED (
  SELECT f.m[1] AS token, f.n FROM regexp_matches(value, 'person:[0-9a-f]{20}', 'g') WITH ORDINALITY AS f (m, n)
), known AS (
  SELECT t.token, p.address FROM (SELECT DISTINCT f.token FROM found f) AS t
    JOIN public.sync_trail_persons p ON p.org_id = org AND p.token = t.token
)
SELECT string_agg(s.part || coalesce(k.address, f.token, ''), '' ORDER BY s.n)
  FROM regexp_split_to_table(value, 'person:[0-9a-f]{20}') WITH ORDINALITY AS s (part, n)
  LEFT JOIN found f ON f.n = s.n LEFT JOIN known k ON k.token = f.token
$$;
ALTER FUNCTION app.with_persons(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_persons(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql, sync_sql_payloads;
GRANT EXECUTE ON FUNCTION app.with_persons(text, text) TO sync_app, sync_sql_payloads;

-- The same in JSON.
CREATE OR REPLACE FUNCTION app.with_persons(org text, value jsonb) RETURNS jsonb
LANGUAGE sql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
WITH found AS MATERIALIZED (
  SELECT f.m[1] AS token, f.n FROM regexp_matches(value::text, 'person:[0-9a-f]{20}', 'g') WITH ORDINALITY AS f (m, n)
), known AS (
  SELECT t.token, regexp_replace(to_jsonb(p.address)::text, '^"|"$', '', 'g') AS address FROM (SELECT DISTINCT f.token FROM found f) AS t
    JOIN public.sync_trail_persons p ON p.org_id = org AND p.token = t.token
)
SELECT string_agg(s.part || coalesce(k.address, f.token, ''), '' ORDER BY s.n)::jsonb
  FROM regexp_split_to_table(value::text, 'person:[0-9a-f]{20}') WITH ORDINALITY AS s (part, n)
  LEFT JOIN found f ON f.n = s.n LEFT JOIN known k ON k.token = f.token
$$;
ALTER FUNCTION app.with_persons(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.with_persons(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql, sync_sql_payloads;
GRANT EXECUTE ON FUNCTION app.with_persons(text, jsonb) TO sync_app, sync_sql_payloads;

-- Deletes at most batch_size tokens of months that began more than so many months ago, of which no entry is attached any more.
CREATE OR REPLACE FUNCTION app.cleanup_trail_persons(months integer, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_trail_persons p WHERE (p.org_id, p.token) IN (
    SELECT o.org_id, o.token FROM public.sync_trail_persons o
     WHERE o.month < date_trunc('month', now() AT TIME ZONE 'UTC')::date - make_interval(months => greatest(months, 1)) LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_trail_persons(integer, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_trail_persons(integer, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_trail_persons(integer, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/trail_persons.sql', '2a2d281dd91e1583b058912897a3da4aa4857bf7f0f21e99ed58617eb5454572', ARRAY['ROUTINE app.first_address(value text)', 'ROUTINE app.with_tokens(org text, value text, pattern text, whom text[])', 'ROUTINE app.detach_persons()', 'ROUTINE app.with_persons(org text, value text)', 'ROUTINE app.with_persons(org text, value jsonb)', 'ROUTINE app.cleanup_trail_persons(months integer, batch_size integer)', 'TRIGGER detach_persons ON public.sync_activity_log']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: trends of a month read each end of a sync in it, seconds for an organization with millions. So the ends are counted by hour and entity type.
-- Promises: what the hours of an organization hold is exactly the ends that its mark names, which are all that are visible in a snapshot; the reader
-- (src/activity/trends.sql.ts) adds those that it does not name, which an index by transaction finds. So an entry counts once, whenever its transaction
-- ends; nobody waits for anybody, writers pay for that index only, and what another organization leaves open holds nothing up. Sums are exact, so their
-- order does not matter. At most 50 entity types an hour are kept; an hour with more, or with one longer than 400 bytes, is read from its entries. The
-- entries of one transaction are counted together. On a distributed Postgres transactions have no common order: nothing is counted there.
-- Callers: sync_app (the task of src/activity/trends/trend.hours.ts; the reader).

-- The partitions that statements read, and what each holds. A bound without a time is MINVALUE or MAXVALUE.
CREATE OR REPLACE FUNCTION app.activity_months() RETURNS TABLE (id oid, begins timestamptz, ends timestamptz)
LANGUAGE plpgsql STABLE SECURITY INVOKER ROWS 20
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT c.oid, coalesce((regexp_match(b.bound, $p$FROM \('([^']+)'\)$p$))[1]::timestamptz, '-infinity'),
           coalesce((regexp_match(b.bound, $p$TO \('([^']+)'\)$p$))[1]::timestamptz, 'infinity')
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid)) AS b (bound)
     WHERE i.inhparent = 'public.sync_activity_log'::regclass AND NOT i.inhdetachpending;
END
$$;
ALTER FUNCTION app.activity_months() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.activity_months() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.activity_months() TO sync_app;

-- Counts the next ends of syncs of an organization, so many, and those of the last one's transaction. Returns whether more are left. Runs as the owner,
-- for the organization alone. A second one at the same time does nothing.
CREATE OR REPLACE FUNCTION app.roll_up_trends(org text, most integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  this_cluster CONSTANT text := (SELECT c.system_identifier::text FROM pg_control_system() AS c);
  attached CONSTANT oid[] := ARRAY(SELECT m.id FROM app.activity_months() AS m ORDER BY m.id);
  oldest CONSTANT timestamptz := (SELECT min(m.begins) FROM app.activity_months() AS m);
  mark public.sync_trend_marks;
  seen pg_snapshot;
  reached xid8;
  next_horizon xid8;
  next_running xid8[];
  part record;
BEGIN
  IF EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
    RETURN false;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  SELECT * INTO mark FROM public.sync_trend_marks m WHERE m.org_id = org;
  IF NOT FOUND THEN
    INSERT INTO public.sync_trend_marks (org_id, cluster, partitions) VALUES (org, this_cluster, attached) ON CONFLICT DO NOTHING;
  ELSIF mark.cluster = this_cluster AND mark.partitions = attached AND NOT EXISTS (
          SELECT FROM public.sync_activity_log l WHERE l.org_id = org AND l.written_in >= mark.horizon
             AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout'))
        AND NOT EXISTS (
          SELECT FROM public.sync_activity_log l WHERE l.org_id = org AND l.written_in = ANY (mark.running)
             AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')) THEN
    EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
    RETURN false;
  END IF;
  SELECT * INTO mark FROM public.sync_trend_marks m WHERE m.org_id = org FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
    RETURN false;
  END IF;

  -- A month that was attached with entries of its own has some that the mark names and no hour holds.
  IF mark.cluster <> this_cluster OR EXISTS (
       SELECT FROM app.activity_months() AS m CROSS JOIN LATERAL (
         SELECT FROM public.sync_activity_log l WHERE l.org_id = org AND l.created_at >= m.begins AND l.created_at < m.ends
            AND l.written_in < mark.horizon AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout') LIMIT 1) AS found
        WHERE m.id <> ALL (mark.partitions)) THEN
    DELETE FROM public.sync_trend_hours h WHERE h.org_id = org;
    mark.horizon := '0';
    mark.running := '{}';
    mark.since := '2000-01-01T00:00:00Z';
  END IF;
  -- What was restored from another cluster may have numbers that are still to come here: it gets that of this transaction. No seal is over them.
  UPDATE public.sync_activity_log l SET written_in = pg_current_xact_id()
   WHERE l.org_id = org AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout') AND (l.created_at, l.id) IN (
     SELECT f.created_at, f.id FROM public.sync_activity_log f
      WHERE f.org_id = org AND f.written_in >= pg_snapshot_xmax(pg_current_snapshot()) AND f.written_in <> pg_current_xact_id()
        AND f.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
      LIMIT most);
  -- The hours of months that are gone go, too; should such a month come back, its entries are read.
  IF oldest > mark.since THEN
    mark.since := oldest;
    DELETE FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour < oldest;
  END IF;

  -- Both by one snapshot: an entry that is seen here is of a transaction before its end.
  SELECT pg_current_snapshot(), (
    SELECT l.written_in FROM public.sync_activity_log l
     WHERE l.org_id = org AND l.written_in >= mark.horizon AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
     ORDER BY l.written_in OFFSET most - 1 LIMIT 1) INTO seen, reached;
  next_horizon := least(((reached::text)::bigint + 1)::text::xid8, pg_snapshot_xmax(seen));
  -- A snapshot does not name its own transaction, which may write more.
  next_running := ARRAY(SELECT r.id FROM (SELECT pg_snapshot_xip(seen) UNION SELECT pg_current_xact_id()) AS r (id) WHERE r.id < next_horizon);
  FOR part IN
    SELECT date_bin('1 hour', e.created_at, '2000-01-01T00:00:00Z') AS hour, e.entity_type,
           count(*) FILTER (WHERE e.activity_type = 'sync_completed') AS sync_count,
           count(e.duration_seconds) FILTER (WHERE e.activity_type = 'sync_completed') AS timed_count,
           coalesce(sum(e.duration_seconds::text::numeric) FILTER (WHERE e.activity_type = 'sync_completed'), 0) AS duration_sum,
           max(e.duration_seconds) FILTER (WHERE e.activity_type = 'sync_completed') AS duration_max,
           coalesce(sum(e.record_count::bigint) FILTER (WHERE e.activity_type = 'sync_completed'), 0) AS record_sum,
           count(*) FILTER (WHERE e.activity_type <> 'sync_completed') AS failed_count,
           count(*) FILTER (WHERE e.activity_type = 'sync_completed' AND CASE WHEN jsonb_typeof(e.details -> 'conflict_count') = 'number'
             THEN (e.details ->> 'conflict_count')::numeric > 0 ELSE false END) AS conflict_count
      FROM (
        SELECT l.* FROM public.sync_activity_log l
         WHERE l.org_id = org AND l.written_in >= mark.horizon AND l.written_in < next_horizon
           AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')
         UNION ALL
        SELECT l.* FROM public.sync_activity_log l
         WHERE l.org_id = org AND l.written_in = ANY (mark.running)
           AND l.activity_type IN ('sync_completed', 'sync_failed', 'sync_timeout')) AS e
     WHERE e.written_in <> ALL (next_running) AND e.created_at >= mark.since
     GROUP BY 1, 2 ORDER BY 1
  LOOP
    CONTINUE WHEN EXISTS (SELECT FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour = part.hour AND h.is_raw);
    IF octet_length(part.entity_type) <= 400 OR part.entity_type IS NULL THEN
      INSERT INTO public.sync_trend_hours AS h (org_id, hour, entity_type, sync_count, timed_count, duration_sum, duration_max, record_sum,
        failed_count, conflict_count)
      VALUES (org, part.hour, part.entity_type, part.sync_count, part.timed_count, part.duration_sum, part.duration_max, part.record_sum,
        part.failed_count, part.conflict_count)
      ON CONFLICT (org_id, hour, entity_type) DO UPDATE SET sync_count = h.sync_count + EXCLUDED.sync_count,
        timed_count = h.timed_count + EXCLUDED.timed_count, duration_sum = h.duration_sum + EXCLUDED.duration_sum,
        duration_max = greatest(h.duration_max, EXCLUDED.duration_max), record_sum = h.record_sum + EXCLUDED.record_sum,
        failed_count = h.failed_count + EXCLUDED.failed_count, conflict_count = h.conflict_count + EXCLUDED.conflict_count;
      CONTINUE WHEN (SELECT count(*) FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour = part.hour) <= 50;
    END IF;
    DELETE FROM public.sync_trend_hours h WHERE h.org_id = org AND h.hour = part.hour;
    INSERT INTO public.sync_trend_hours (org_id, hour, is_raw) VALUES (org, part.hour, true);
  END LOOP;
  UPDATE public.sync_trend_marks m
     SET cluster = this_cluster, since = mark.since, partitions = attached, horizon = next_horizon, running = next_running
   WHERE m.org_id = org;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN reached IS NOT NULL;
END
$$;
ALTER FUNCTION app.roll_up_trends(text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.roll_up_trends(text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.roll_up_trends(text, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('activity/sql/trend_hours.sql', 'de29715c1713798c103f0d87eb7320ec94062d44004290dd883bc92e5c1a1157', ARRAY['ROUTINE app.activity_months()', 'ROUTINE app.roll_up_trends(org text, most integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a preview is kept for its time to live; the integration guide names this function, so its name and schema are a contract.
-- Promises: deletes expired previews, at most batch_size of them unless null, and returns how many. It crosses organizations, so it
-- runs as sync_maintenance, whose policy shows it expired rows only.
-- Callers: sync_app and sync_sql, as the guide says.

CREATE OR REPLACE FUNCTION public.auto_cleanup_preview_cache(batch_size integer DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  -- Said again outside: an entry may be renewed between the two.
  DELETE FROM public.sync_preview_cache d WHERE d.expires_at <= now() AND (d.org_id, d.sync_type, d.entity_type) IN (
    SELECT o.org_id, o.sync_type, o.entity_type FROM public.sync_preview_cache o WHERE o.expires_at <= now() LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION public.auto_cleanup_preview_cache(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION public.auto_cleanup_preview_cache(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION public.auto_cleanup_preview_cache(integer) TO sync_app, sync_sql;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('preview-cache/sql/auto_cleanup_preview_cache.sql', 'b21576b2d4590de975c34e03f7dcf3237edc7b4aae842813f667e763d458181d', ARRAY['ROUTINE public.auto_cleanup_preview_cache(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a shop's webhook names a connection and nothing else, so its organization is found as a key's is: by possession.
-- Promises: find_webhook returns the organization of that connection's address, or null; remove_webhook removes it, if it belongs to
-- the organization that is set.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.find_webhook(connection uuid) RETURNS text
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_webhook', connection::text, true);
  RETURN (SELECT h.org_id FROM auth.hook_addresses h WHERE h.connection_id = connection);
END
$$;
ALTER FUNCTION app.find_webhook(uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_webhook(uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_webhook(uuid) TO sync_app;

CREATE OR REPLACE FUNCTION app.remove_webhook(connection uuid) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('app.presented_webhook', connection::text, true);
  DELETE FROM auth.hook_addresses h WHERE h.connection_id = connection;
END
$$;
ALTER FUNCTION app.remove_webhook(uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.remove_webhook(uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.remove_webhook(uuid) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('connectors/sql/webhook_addresses.sql', 'b4f951c6d6cc0740b8bcc3b22e6c71892f057c34d067133f0af46914f608daec', ARRAY['ROUTINE app.find_webhook(connection uuid)', 'ROUTINE app.remove_webhook(connection uuid)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: what a run changed can be taken back, and shown in the history of an item, for some weeks.
-- Promises: app.keep_changes stores the changes of one batch in the partition of the week in which the run started, one row per item and
-- kind of change, and returns their size: 150 bytes each besides their values, since to measure whole rows costs as much as a tenth of
-- storing them. When a run changes an item again, the row keeps what it was at first. What is too large is kept
-- without its values. app.empty_expired_changes empties the partitions whose weeks ended more than so many days ago, and returns how
-- many; one that is in use is left for the next time. Weeks go round in the ring of partitions that the migration makes, so a partition
-- must be empty before its turn comes again: at most 84 days are kept.
-- Rows are inserted from a select that begins at the run, as in commit_batch.sql.
-- Callers: sync_app, through app.commit_batch and by the scheduled task expired-changes.

CREATE OR REPLACE FUNCTION app.week_of_changes(started timestamptz) RETURNS smallint
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
RETURN (floor(extract(epoch FROM started) / 604800)::bigint % 14)::smallint;
ALTER FUNCTION app.week_of_changes(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.week_of_changes(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.week_of_changes(timestamptz) TO sync_app, sync_maintenance;

CREATE OR REPLACE FUNCTION app.keep_changes(org text, sync text, entity text, started timestamptz, given jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of_week CONSTANT smallint := app.week_of_changes(started);
  size bigint;
BEGIN
  WITH kept AS (
    INSERT INTO public.sync_changes AS c (org_id, week, sync_id, kind, external_id, entity_type, destination_id, via_archive, after_hash,
      was, became, is_partial, reason)
    SELECT r.org_id, of_week, sync, g.kind, g.external_id, entity, g.destination_id, coalesce(g.via_archive, false),
           g.after_hash, CASE WHEN NOT g.is_large THEN g.was END, CASE WHEN NOT g.is_large THEN g.became END,
           coalesce(g.is_partial, false) OR g.is_large, g.reason
      FROM public.sync_runs AS r
     CROSS JOIN (SELECT x.*, coalesce(pg_column_size(x.was), 0) + coalesce(pg_column_size(x.became), 0) > 32768 AS is_large
              FROM jsonb_to_recordset(given) AS x (external_id text, kind text, destination_id text, via_archive boolean,
                     after_hash text, was jsonb, became jsonb, is_partial boolean, reason text)) AS g
     WHERE r.org_id = org AND r.sync_id = sync
    ON CONFLICT (org_id, sync_id, kind, external_id, week) DO UPDATE
       SET destination_id = EXCLUDED.destination_id, via_archive = c.via_archive OR EXCLUDED.via_archive,
           after_hash = EXCLUDED.after_hash, was = EXCLUDED.was || c.was, became = c.became || EXCLUDED.became,
           is_partial = c.is_partial OR EXCLUDED.is_partial, reason = EXCLUDED.reason, at = EXCLUDED.at
    RETURNING c.was, c.became
  )
  SELECT coalesce(sum(150 + coalesce(pg_column_size(k.was), 0) + coalesce(pg_column_size(k.became), 0)), 0) INTO size FROM kept k;
  RETURN size;
END
$$;
ALTER FUNCTION app.keep_changes(text, text, text, timestamptz, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.keep_changes(text, text, text, timestamptz, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.keep_changes(text, text, text, timestamptz, jsonb) TO sync_app;

-- Whether a table has rows, also such as nobody may see who asks. Of a distributed one, Postgres knows the size of an empty shell only.
CREATE OR REPLACE FUNCTION app.takes_space(of_table regclass) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_distributed boolean := false;
  size bigint;
BEGIN
  IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = $1)' INTO is_distributed USING of_table;
  END IF;
  IF is_distributed THEN
    EXECUTE 'SELECT pg_catalog.citus_relation_size($1)' INTO size USING of_table;
  ELSE
    size := pg_relation_size(of_table);
  END IF;
  RETURN size > 0;
END
$$;
ALTER FUNCTION app.takes_space(regclass) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.takes_space(regclass) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

-- It belongs to the owner, who alone may empty a table whole.
CREATE OR REPLACE FUNCTION app.empty_expired_changes(days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '250ms' AS $$
DECLARE
  kept_days integer := least(greatest(days, 1), 84);
  partition text;
  emptied integer := 0;
BEGIN
  -- A week that ended so long ago, and each before it up to the next turn of the ring.
  FOR ago IN (kept_days + 6) / 7 + 1 .. 13 LOOP
    partition := format('public.sync_changes_%s', lpad(app.week_of_changes(now() - make_interval(weeks => ago))::text, 2, '0'));
    CONTINUE WHEN NOT app.takes_space(partition);
    BEGIN
      EXECUTE 'TRUNCATE ' || partition;
      emptied := emptied + 1;
    EXCEPTION WHEN lock_not_available THEN
      NULL;
    END;
  END LOOP;
  RETURN emptied;
END
$$;
ALTER FUNCTION app.empty_expired_changes(integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.empty_expired_changes(integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.empty_expired_changes(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('records/sql/kept_changes.sql', 'ce81f38bd9fce7f9b51c93a450780538935a967b58817518a5cf17e1f21d6ad5', ARRAY['ROUTINE app.week_of_changes(started timestamp with time zone)', 'ROUTINE app.keep_changes(org text, sync text, entity text, started timestamp with time zone, given jsonb)', 'ROUTINE app.takes_space(of_table regclass)', 'ROUTINE app.empty_expired_changes(days integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a text that speaks of an item may name its person by what is no e-mail address: by name, phone or street. Which words those are is known where
-- the item's record is.
-- Promises: app.personal_values gives the words of the personal members of a customer or an order (src/connectors/canonical/personal.members.ts), but
-- e-mail addresses, which any text is looked through for, codes of countries, and what is too short to be told from other words. Those that `tells` say who
-- somebody is in any text; the others, such as a first name, only where the text is about that person. app.value_pattern finds a value as a whole
-- in the text of JSON in which two backslashes have become chr(2), a number whatever stands between its digits. app.persons_of_entry gives whom an
-- entry of the trail is about: the item that its details name (`item` or `external_id`, of the connection that they name or of any), and customers whose
-- address stands in it.
-- Callers: app.detach_persons, and sync_app for erasures.

CREATE OR REPLACE FUNCTION app.personal_values(entity text, data jsonb) RETURNS TABLE (value text, tells boolean)
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
WITH holder AS (
  SELECT data AS h WHERE entity = 'customer'
   UNION ALL SELECT data -> 'customer' WHERE entity = 'order'
   UNION ALL SELECT a.address FROM (VALUES (data -> 'billing'), (data -> 'shipping')) AS a (address)
    WHERE jsonb_typeof(a.address) = 'object'
), found AS (
  SELECT v.value, v.tells FROM holder, LATERAL (VALUES
    (h ->> 'name', h ->> 'name' ~ '\S\s+\S'), (h ->> 'first_name', false), (h ->> 'last_name', false),
    ((h ->> 'first_name') || ' ' || (h ->> 'last_name'), true), ((h ->> 'last_name') || ' ' || (h ->> 'first_name'), true),
    ((h ->> 'last_name') || ', ' || (h ->> 'first_name'), true), (h ->> 'company', false),
    (h ->> 'phone', length(regexp_replace(h ->> 'phone', '\D', '', 'g')) >= 7), (h ->> 'vat', length(h ->> 'vat') >= 6),
    (h ->> 'reference', false), (h ->> 'line1', h ->> 'line1' ~ '\d' AND h ->> 'line1' ~ '[[:alpha:]]{3}'), (h ->> 'line2', false),
    (h ->> 'city', false), (h ->> 'postcode', false)) AS v (value, tells)
   UNION ALL SELECT data ->> 'note', false WHERE entity = 'order'
)
SELECT btrim(f.value), bool_or(coalesce(f.tells, false)) FROM found f
 WHERE length(btrim(f.value)) >= 2 AND f.value !~ '@' AND btrim(f.value) !~ '^\d{1,4}$'
 GROUP BY 1
$$;
ALTER FUNCTION app.personal_values(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.personal_values(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.personal_values(text, jsonb) TO sync_app;

-- Words of scripts without spaces have no edges.
CREATE OR REPLACE FUNCTION app.value_pattern(value text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
SELECT CASE WHEN value ~ '^[-+\s()./0-9]+$' AND length(g.digits) >= 5
  THEN '(?<![0-9])' || CASE WHEN value ~ '^\s*\+' THEN '\+?' ELSE '' END || regexp_replace(g.digits, '(\d)(?=\d)', '\1[-\s()./]*', 'g') || '(?![0-9])'
  ELSE CASE WHEN g.json ~ '^[[:alnum:]]' AND NOT g.is_dense THEN '(?:(?<![[:alnum:]])|(?<=\\[bfnrt]))' ELSE '' END
    || regexp_replace(regexp_replace(g.json, '([]*+?(){}^$|\\.[-])', '\\\1', 'g'), '\s+', '\\s+', 'g')
    || CASE WHEN g.json ~ '[[:alnum:]]$' AND NOT g.is_dense THEN '(?![[:alnum:]])' ELSE '' END END
  FROM (SELECT regexp_replace(value, '\D', '', 'g') AS digits, value ~ '[\u2E80-\u9FFF\uAC00-\uD7AF]' AS is_dense,
               replace(substr(t.json, 2, length(t.json) - 2), '\\', chr(2)) AS json
          FROM (SELECT to_jsonb(btrim(value))::text AS json) AS t) AS g
$$;
ALTER FUNCTION app.value_pattern(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.value_pattern(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.value_pattern(text) TO sync_app;

-- A record is looked up by a range of one id, as in save_records.sql. `about` names the customer by connection and id, and by address: an erasure knows either. Of an order it is the buyer.
CREATE OR REPLACE FUNCTION app.persons_of_entry(org text, entity text, details jsonb, addresses text[])
RETURNS TABLE (about text[], pattern text)
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
WITH item AS (
  SELECT coalesce(details ->> 'item', details ->> 'external_id') AS id, details ->> 'connection_id' AS connection
), found AS (
  SELECT c.id AS connection_id, e.entity_type, r.external_id, r.data
    FROM item i CROSS JOIN public.sync_connections c CROSS JOIN (VALUES ('customer'), ('order')) AS e (entity_type) CROSS JOIN LATERAL (
      SELECT x.external_id, x.data FROM public.sync_records x
       WHERE x.org_id = org AND x.connection_id = c.id AND x.entity_type = e.entity_type AND x.external_id >= i.id AND x.external_id <= i.id
       ORDER BY x.external_id LIMIT 1) AS r
   WHERE i.id IS NOT NULL AND c.org_id = org AND e.entity_type = coalesce(entity, e.entity_type) AND c.id::text = coalesce(i.connection, c.id::text)
   UNION ALL
  SELECT r.connection_id, 'customer', r.external_id, r.data FROM unnest(addresses) AS a (address) CROSS JOIN LATERAL (
    SELECT x.connection_id, x.external_id, x.data FROM public.sync_records x
     WHERE x.org_id = org AND x.entity_type = 'customer' AND x.known_as >= a.address COLLATE "C" AND x.known_as <= a.address COLLATE "C"
     ORDER BY x.known_as LIMIT 5) AS r
)
SELECT array_remove(ARRAY[f.connection_id || ' ' || CASE f.entity_type WHEN 'customer' THEN f.external_id ELSE f.data #>> '{customer,external_id}' END,
         lower(CASE f.entity_type WHEN 'customer' THEN f.data ->> 'email' ELSE f.data #>> '{customer,email}' END)], NULL),
       (SELECT string_agg(app.value_pattern(v.value), '|' ORDER BY length(v.value) DESC) FROM app.personal_values(f.entity_type, f.data) AS v)
  FROM found f LIMIT 20
$$;
ALTER FUNCTION app.persons_of_entry(text, text, jsonb, text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.persons_of_entry(text, text, jsonb, text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('records/sql/personal_values.sql', 'ba30382f2577b5cac0d9ca0d79a796c2ec6f10c26a4a83fc3592d16243c3e135', ARRAY['ROUTINE app.personal_values(entity text, data jsonb)', 'ROUTINE app.value_pattern(value text)', 'ROUTINE app.persons_of_entry(org text, entity text, details jsonb, addresses text[])']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the items that a run reads become canonical records, and a client that reads the changes after N must not miss any.
-- Promises: returns one row per item with its action: created, updated, deleted or unchanged. For a `keeper`, a run that started at that
-- moment, it keeps what changed too, as app.keep_changes does, without a way through JSON, since that costs as much as
-- the write; `kept` is the size of that. change_seq comes from the organization's counter, which stays locked until the end of the transaction, so that it grows in the order of commits. A record is looked up by a
-- range of one id, ordered by id, because only the primary key provides that order. With an equality condition the planner may choose
-- the index of changes instead and scan all records of the connection. Rows are inserted from a select that begins at the counter, of which there is
-- one: see commit_batch.sql.
-- Callers: sync_app, through app.commit_batch.

CREATE OR REPLACE FUNCTION app.save_records(org text, connection uuid, entity text, given jsonb, keeper text, started timestamptz)
  RETURNS TABLE (external_id text, action text, kept bigint)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  moment CONSTANT timestamptz := now();
  of_week CONSTANT smallint := app.week_of_changes(started);
  -- Of what changed, at the same places.
  ids text[];
  actions text[];
  datas jsonb[];
  hashes text[];
  befores jsonb[];
  unchanged text[];
  last bigint;
  size bigint := 0;
BEGIN
  SELECT array_agg(c.external_id) FILTER (WHERE c.action <> 'unchanged'), array_agg(c.action) FILTER (WHERE c.action <> 'unchanged'),
         array_agg(c.data) FILTER (WHERE c.action <> 'unchanged'), array_agg(c.hash) FILTER (WHERE c.action <> 'unchanged'),
         array_agg(CASE WHEN c.action = 'updated' THEN c.before END) FILTER (WHERE c.action <> 'unchanged'),
         array_agg(c.external_id) FILTER (WHERE c.action = 'unchanged')
    INTO ids, actions, datas, hashes, befores, unchanged
    FROM (
      SELECT g.external_id, coalesce(g.data, r.data) AS data, coalesce(g.hash, r.content_hash) AS hash, r.data AS before,
             CASE WHEN g.deleted THEN CASE WHEN r.is_live THEN 'deleted' ELSE 'unchanged' END
                  WHEN r.is_live IS NOT TRUE THEN 'created'
                  WHEN r.content_hash <> g.hash THEN 'updated' ELSE 'unchanged' END AS action
        FROM jsonb_to_recordset(given) AS g (external_id text, data jsonb, hash text, deleted boolean)
        LEFT JOIN LATERAL (
          SELECT x.data, x.content_hash, x.deleted_at IS NULL AS is_live FROM public.sync_records x
           WHERE x.org_id = org AND x.connection_id = connection AND x.entity_type = entity
             AND x.external_id >= g.external_id AND x.external_id <= g.external_id
           ORDER BY x.external_id LIMIT 1) AS r ON true
       ORDER BY g.external_id) AS c;
  IF ids IS NOT NULL THEN
    -- The row stays locked until the end of the transaction, so that change_seq grows in the order of commits.
    SELECT k.last_seq INTO last FROM public.sync_change_counters AS k WHERE k.org_id = org FOR UPDATE;
    IF NOT FOUND THEN
      INSERT INTO public.sync_change_counters AS k (org_id, last_seq) VALUES (org, 0) ON CONFLICT (org_id) DO NOTHING;
      SELECT k.last_seq INTO last FROM public.sync_change_counters AS k WHERE k.org_id = org FOR UPDATE;
    END IF;
    INSERT INTO public.sync_records AS r (org_id, connection_id, entity_type, external_id, data, content_hash, change_seq, deleted_at)
    SELECT k.org_id, connection, entity, c.external_id, c.data, c.hash, last + c.position,
           CASE WHEN c.action = 'deleted' THEN moment END
      FROM public.sync_change_counters AS k
     CROSS JOIN unnest(ids, actions, datas, hashes) WITH ORDINALITY AS c (external_id, action, data, hash, position)
     WHERE k.org_id = org
    ON CONFLICT (org_id, connection_id, entity_type, external_id) DO UPDATE
       SET data = EXCLUDED.data, content_hash = EXCLUDED.content_hash, change_seq = EXCLUDED.change_seq,
           updated_at = EXCLUDED.updated_at, deleted_at = EXCLUDED.deleted_at;
    -- After the records, since its trigger tells receivers which of them have the new numbers.
    UPDATE public.sync_change_counters AS k SET last_seq = last + cardinality(ids) WHERE k.org_id = org;
  END IF;
  IF ids IS NOT NULL AND keeper IS NOT NULL THEN
    WITH stored AS (
      INSERT INTO public.sync_changes AS s (org_id, week, sync_id, kind, external_id, entity_type, after_hash, was, became, is_partial)
      SELECT k.org_id, of_week, keeper,
             CASE d.action WHEN 'created' THEN 'create' WHEN 'updated' THEN 'update' ELSE 'delete' END, d.external_id, entity, d.hash,
             CASE WHEN NOT d.is_large THEN d.was END, CASE WHEN NOT d.is_large THEN d.became END, d.is_large
        FROM public.sync_change_counters AS k
       CROSS JOIN (
         SELECT c.external_id, c.action, c.hash, v.was, v.became,
                coalesce(pg_column_size(v.was), 0) + coalesce(pg_column_size(v.became), 0) > 32768 AS is_large
           FROM unnest(ids, actions, datas, hashes, befores) AS c (external_id, action, data, hash, before)
           -- The members that both have alike are taken away: that costs half of putting the others together.
           LEFT JOIN LATERAL (
             SELECT c.before - a.alike AS was, c.data - a.alike AS became
               FROM (SELECT ARRAY(SELECT m.key FROM jsonb_each(c.before) AS m WHERE m.value = c.data -> m.key) AS alike OFFSET 0) AS a) AS v
             ON c.action = 'updated') AS d
       WHERE k.org_id = org
      ON CONFLICT (org_id, sync_id, kind, external_id, week) DO UPDATE
         SET after_hash = EXCLUDED.after_hash, was = EXCLUDED.was || s.was, became = s.became || EXCLUDED.became,
             is_partial = s.is_partial OR EXCLUDED.is_partial, at = EXCLUDED.at
      RETURNING s.was, s.became
    )
    SELECT sum(150 + coalesce(pg_column_size(s.was), 0) + coalesce(pg_column_size(s.became), 0)) INTO size FROM stored s;
  END IF;
  RETURN QUERY SELECT c.external_id, c.action, size FROM unnest(ids, actions) AS c (external_id, action)
    UNION ALL SELECT u.external_id, 'unchanged', size FROM unnest(unchanged) AS u (external_id);
END
$$;
ALTER FUNCTION app.save_records(text, uuid, text, jsonb, text, timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.save_records(text, uuid, text, jsonb, text, timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.save_records(text, uuid, text, jsonb, text, timestamptz) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('records/sql/save_records.sql', '6e4d9a149169e163f43db1c29b95b715c835f80fd412f1fc1623e72525913e3a', ARRAY['ROUTINE app.save_records(org text, connection uuid, entity text, given jsonb, keeper text, started timestamp with time zone)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: which items of a run failed, with what was read of them, is of use for some weeks.
-- Promises: deletes at most batch_size items of a run that started more than so many days ago (one at least), of the first organization
-- that has one. The result is above zero while there is more to delete. A run that is not over keeps its items. It looks at one run
-- an organization, however many there are. cleanup_expired_items runs as sync_maintenance, which finds such a run in any organization and may touch
-- nothing of it; clear_expired_items runs as the owner, in that organization alone.
-- Callers: sync_app, by the scheduled task expired-items; clear_expired_items: cleanup_expired_items.

CREATE OR REPLACE FUNCTION app.clear_expired_items(org text, sync text, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  deleted integer := 0;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  IF EXISTS (SELECT FROM public.sync_runs u
              WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended' AND u.created_at < now() - interval '1 day') THEN
    DELETE FROM public.sync_items i WHERE i.org_id = org AND i.sync_id = sync AND i.external_id = ANY (ARRAY(
      SELECT x.external_id FROM public.sync_items x WHERE x.org_id = org AND x.sync_id = sync LIMIT batch_size));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted < batch_size THEN
      UPDATE public.sync_runs u SET item_bytes = 0 WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended';
    END IF;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN deleted;
END
$$;
ALTER FUNCTION app.clear_expired_items(text, text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.clear_expired_items(text, text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.clear_expired_items(text, text, integer) TO sync_maintenance;

CREATE OR REPLACE FUNCTION app.cleanup_expired_items(days integer, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  org text := '';
  sync text;
BEGIN
  LOOP
    org := (SELECT u.org_id FROM public.sync_runs u
             WHERE u.state = 'ended' AND u.item_bytes > 0 AND u.org_id > org ORDER BY u.org_id LIMIT 1);
    IF org IS NULL THEN
      RETURN 0;
    END IF;
    sync := (SELECT u.sync_id FROM public.sync_runs u
              WHERE u.org_id = org AND u.state = 'ended' AND u.item_bytes > 0 AND u.seen_cleared
                AND u.created_at < now() - make_interval(days => greatest(days, 1))
              ORDER BY u.created_at, u.sync_id LIMIT 1);
    EXIT WHEN sync IS NOT NULL;
  END LOOP;
  RETURN app.clear_expired_items(org, sync, batch_size) + 1;
END
$$;
ALTER FUNCTION app.cleanup_expired_items(integer, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_expired_items(integer, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_expired_items(integer, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/cleanup_expired_items.sql', '52885cfe1b6cb3d067faa33c0ded3d5662521546e53e962321809a6c70d62781', ARRAY['ROUTINE app.clear_expired_items(org text, sync text, batch_size integer)', 'ROUTINE app.cleanup_expired_items(days integer, batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the ids that a run has read, and what its items took, are needed only until the run ends.
-- Promises: deletes at most batch_size of each of one ended run. The result is above zero while there is more to delete. cleanup_seen runs as
-- sync_maintenance, which finds such a run in any organization and may touch nothing of it; clear_seen runs as the owner, in that organization alone.
-- Callers: sync_app, by the scheduled task seen-items; clear_seen: cleanup_seen.

CREATE OR REPLACE FUNCTION app.clear_seen(org text, sync text, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  deleted integer := 0;
  released integer;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  IF EXISTS (SELECT FROM public.sync_runs u WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended') THEN
    DELETE FROM public.sync_seen s WHERE s.org_id = org AND s.sync_id = sync AND s.external_id = ANY (ARRAY(
      SELECT x.external_id FROM public.sync_seen x WHERE x.org_id = org AND x.sync_id = sync LIMIT batch_size));
    GET DIAGNOSTICS deleted = ROW_COUNT;
    DELETE FROM public.sync_claims d WHERE d.org_id = org AND d.sync_id = sync AND d.claim = ANY (ARRAY(
      SELECT x.claim FROM public.sync_claims x WHERE x.org_id = org AND x.sync_id = sync LIMIT batch_size));
    GET DIAGNOSTICS released = ROW_COUNT;
    deleted := greatest(deleted, released);
    IF deleted < batch_size THEN
      UPDATE public.sync_runs u SET seen_cleared = true WHERE u.org_id = org AND u.sync_id = sync AND u.state = 'ended';
    END IF;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN deleted;
END
$$;
ALTER FUNCTION app.clear_seen(text, text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.clear_seen(text, text, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.clear_seen(text, text, integer) TO sync_maintenance;

CREATE OR REPLACE FUNCTION app.cleanup_seen(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
BEGIN
  SELECT u.org_id, u.sync_id INTO r FROM public.sync_runs u WHERE u.state = 'ended' AND NOT u.seen_cleared
   ORDER BY u.org_id, u.sync_id LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  RETURN app.clear_seen(r.org_id, r.sync_id, batch_size) + 1;
END
$$;
ALTER FUNCTION app.cleanup_seen(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_seen(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_seen(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/cleanup_seen.sql', 'c6de0493752888eaae3c6c51c400e94e71e27ba0a7522835e9e7f353b7b6ee77', ARRAY['ROUTINE app.clear_seen(org text, sync text, batch_size integer)', 'ROUTINE app.cleanup_seen(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a batch takes effect as a whole or not at all, only for the holder of the lease, and in one round trip.
-- Promises: writes records, bindings, failed items, changes (those of a preview, and those that were made), watermark, counts and checkpoint together, and carries out a requested
-- cancel or pause with them. Returns 'fenced' and changes nothing when the epoch is not the current one, or when a connection of the
-- run leads to another system than the one that the batch was read from or written to, or when nobody has any more what the batch
-- leaves to others. Returns 'full' and changes nothing when what the run found would be above `found_up_to` bytes. Above `kept_up_to` bytes
-- no further change is kept, only counted, and above `items_up_to` none of what was read of an item that failed. An item counts once, however often it is read. Rows are looked up one by one (LATERAL … LIMIT 1, = ANY), because a table that has just grown has no
-- statistics and a join might scan it once for each row. Rows are inserted from a select that begins at the run, of which there is one: a distributed
-- Postgres sends that to the node of the organization as it is, and a select of values alone it does not take.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.commit_batch(org text, sync text, epoch bigint, lease interval, batch jsonb)
  RETURNS TABLE (outcome text, progress json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  run public.sync_runs;
  p public.sync_progress;
  done jsonb := '{}';
  succeeded bigint := 0;
  failed bigint := 0;
  tally jsonb;
  kept bigint := 0;
  told bigint := 0;
  missed bigint := 0;
  keeps boolean;
  ids text[];
  outcomes text[];
  actions jsonb;
  destination uuid;
  found_size CONSTANT bigint := coalesce(pg_column_size(batch -> 'changes'), 0);
  leased_to CONSTANT timestamptz := now() + lease;
  final text := batch #>> '{final,status}';
BEGIN
  IF batch ? 'systems' THEN
    -- Locked against a change of the system until the batch is committed, and before the run, as whoever removes a connection locks them.
    PERFORM FROM public.sync_connections AS c
      WHERE c.org_id = org AND c.id = ANY (ARRAY(SELECT k::uuid FROM jsonb_object_keys(batch -> 'systems') AS k))
      ORDER BY c.id FOR SHARE;
    IF EXISTS (SELECT FROM jsonb_each_text(batch -> 'systems') AS k (connection, system) WHERE NOT EXISTS (
         SELECT FROM public.sync_connections AS c
          WHERE c.org_id = org AND c.id = k.connection::uuid AND c.system_id = k.system::uuid)) THEN
      RETURN QUERY SELECT 'fenced', NULL::json;
      RETURN;
    END IF;
  END IF;
  SELECT * INTO run FROM public.sync_runs AS r
   WHERE r.org_id = org AND r.sync_id = sync AND r.lease_epoch = epoch AND r.state = 'ready'
     AND r.leased_by IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'fenced', NULL::json;
    RETURN;
  END IF;
  SELECT * INTO p FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync FOR NO KEY UPDATE;
  IF p.completed_at IS NOT NULL THEN
    UPDATE public.sync_runs AS r SET state = 'ended', leased_by = NULL, leased_until = NULL
     WHERE r.org_id = org AND r.sync_id = sync;
    RETURN QUERY SELECT 'ended', row_to_json(p);
    RETURN;
  END IF;

  IF run.found_bytes + found_size > (batch ->> 'found_up_to')::bigint
     AND jsonb_array_length(batch -> 'changes') > 0 THEN
    RETURN QUERY SELECT 'full', row_to_json(p);
    RETURN;
  END IF;
  keeps := batch ? 'kept' AND run.kept_bytes < coalesce((batch ->> 'kept_up_to')::bigint, run.kept_bytes + 1);

  IF batch ? 'shared' THEN
    -- Two runs may let go of one entry at the same moment, each leaving it to the other. The second waits here for the first, in the same
    -- order as everybody, finds that nobody has the entry any more, and plans anew. A system has its entries also while no connection
    -- leads to it.
    destination := (batch -> 'systems' ->> run.destination_connection_id::text)::uuid;
    PERFORM FROM public.sync_bindings AS b
      WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_b = destination
        AND b.system_a IN (SELECT s.id FROM public.sync_systems AS s WHERE s.org_id = org)
        AND b.id_b = ANY (ARRAY(SELECT jsonb_array_elements_text(batch -> 'shared')))
      ORDER BY b.system_a, b.id_a FOR UPDATE;
    PERFORM FROM public.sync_bindings AS b
      WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = destination
        AND b.system_b IN (SELECT s.id FROM public.sync_systems AS s WHERE s.org_id = org)
        AND b.id_a = ANY (ARRAY(SELECT jsonb_array_elements_text(batch -> 'shared')))
      ORDER BY b.system_b, b.id_b FOR UPDATE;
    IF EXISTS (
      SELECT FROM jsonb_array_elements_text(batch -> 'shared') AS e (id) WHERE NOT EXISTS (
        SELECT FROM public.sync_systems AS s
          CROSS JOIN LATERAL (
            SELECT FROM public.sync_bindings AS b
             WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = s.id AND b.system_b = destination
               AND b.id_b = e.id AND NOT b.put_away
            UNION ALL
            SELECT FROM public.sync_bindings AS b
             WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = destination AND b.system_b = s.id
               AND b.id_a = e.id AND NOT b.put_away) AS other
         WHERE s.org_id = org
           AND s.id NOT IN ((batch ->> 'system_a')::uuid, (batch ->> 'system_b')::uuid))) THEN
      RETURN QUERY SELECT 'fenced', NULL::json;
      RETURN;
    END IF;
  END IF;

  IF batch ? 'records' THEN
    -- What a run changed at a connection it says itself; at the records it is what has just been found out.
    SELECT coalesce(jsonb_object_agg(s.external_id, s.action), '{}'), coalesce(max(s.kept), 0) INTO done, kept
      FROM app.save_records(org, run.source_connection_id, run.entity_type, batch -> 'records',
             CASE WHEN run.destination_connection_id IS NULL AND keeps THEN sync END, run.created_at) AS s;
  END IF;
  IF jsonb_array_length(coalesce(batch -> 'kept', '[]')) > 0 AND keeps THEN
    kept := kept + app.keep_changes(org, sync, run.entity_type, run.created_at, batch -> 'kept');
  END IF;
  IF batch ? 'kept' AND NOT keeps THEN
    missed := CASE WHEN run.destination_connection_id IS NULL
      THEN (SELECT count(*) FROM jsonb_each_text(done) AS d WHERE d.value <> 'unchanged') ELSE jsonb_array_length(batch -> 'kept') END;
  END IF;

  IF batch ? 'items' THEN
    SELECT array_agg(i.external_id), array_agg(i.outcome),
           jsonb_object_agg(i.external_id, coalesce(i.action, done ->> i.external_id, i.outcome))
      INTO ids, outcomes, actions
      FROM jsonb_to_recordset(batch -> 'items') AS i (external_id text, outcome text, action text);
    WITH seen AS (
      INSERT INTO public.sync_seen AS s (org_id, sync_id, external_id, failed)
      SELECT r.org_id, sync, i.external_id, i.outcome = 'failed'
        FROM public.sync_runs AS r CROSS JOIN unnest(ids, outcomes) AS i (external_id, outcome)
       WHERE r.org_id = org AND r.sync_id = sync
      ON CONFLICT (org_id, sync_id, external_id) DO UPDATE SET failed = EXCLUDED.failed WHERE s.failed <> EXCLUDED.failed
      RETURNING s.external_id, s.failed, s.xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new AND NOT s.failed) + count(*) FILTER (WHERE NOT is_new AND NOT s.failed)
             - count(*) FILTER (WHERE NOT is_new AND s.failed),
           count(*) FILTER (WHERE is_new AND s.failed) + count(*) FILTER (WHERE NOT is_new AND s.failed)
             - count(*) FILTER (WHERE NOT is_new AND NOT s.failed),
           (SELECT jsonb_object_agg(t.done, t.n) FROM (
              SELECT actions ->> n.external_id AS done, count(*) AS n FROM seen n WHERE n.is_new GROUP BY 1) AS t)
      INTO succeeded, failed, tally
      FROM seen s;
    -- The item may have failed when the run read it before. What it was warned of then is as true when it needs no further write.
    DELETE FROM public.sync_items AS x
     WHERE x.org_id = org AND x.sync_id = sync AND x.external_id = ANY (ARRAY(
       SELECT i.external_id FROM unnest(ids, outcomes) AS i (external_id, outcome) WHERE i.outcome = 'processed'))
       AND NOT (x.outcome = 'warned' AND x.external_id = ANY (ARRAY(
         SELECT i.external_id FROM jsonb_to_recordset(batch -> 'items') AS i (external_id text, action text)
          WHERE i.action = 'unchanged')));
    -- Most batches have none, and what listens to the table costs as much as some records.
    IF jsonb_path_exists(batch, '$.items[*] ? (@.outcome != "processed")') THEN
      WITH stored AS (
        INSERT INTO public.sync_items AS x (org_id, sync_id, external_id, outcome, error_class, message, payload, attempts)
        SELECT r.org_id, sync, i.external_id, i.outcome, i.error_class, i.message,
               CASE WHEN run.item_bytes < coalesce((batch ->> 'items_up_to')::bigint, run.item_bytes + 1) THEN i.payload END,
               1 + coalesce(before.attempts, 0)
          FROM public.sync_runs AS r
         CROSS JOIN jsonb_to_recordset(batch -> 'items') AS i (external_id text, outcome text, error_class text, message text,
                 payload jsonb)
          LEFT JOIN LATERAL (
            SELECT x.attempts FROM public.sync_items x
             WHERE x.org_id = org AND x.sync_id = run.of_sync_id AND x.external_id = i.external_id LIMIT 1) AS before ON true
         WHERE r.org_id = org AND r.sync_id = sync AND i.outcome IN ('failed', 'skipped', 'warned')
        ON CONFLICT (org_id, sync_id, external_id) DO UPDATE
           SET outcome = EXCLUDED.outcome, error_class = EXCLUDED.error_class, message = EXCLUDED.message,
               payload = EXCLUDED.payload, attempts = EXCLUDED.attempts, updated_at = EXCLUDED.updated_at
        RETURNING x.*
      )
      SELECT coalesce(sum(pg_column_size(t.*)), 0) INTO told FROM stored t;
    END IF;
  END IF;

  IF batch ? 'bindings' THEN
    -- Removals come first, because the same batch may bind an id again.
    IF jsonb_path_exists(batch, '$.bindings[*].removed') THEN
      DELETE FROM public.sync_bindings AS b
       WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = (batch ->> 'system_a')::uuid
         AND b.system_b = (batch ->> 'system_b')::uuid AND b.id_a = ANY (ARRAY(
           SELECT g ->> 'id_a' FROM jsonb_path_query(batch, '$.bindings[*] ? (@.removed == true)') AS g));
      DELETE FROM public.sync_bindings AS b
       WHERE b.org_id = org AND b.entity_type = run.entity_type AND b.system_a = (batch ->> 'system_a')::uuid
         AND b.system_b = (batch ->> 'system_b')::uuid AND b.id_b = ANY (ARRAY(
           SELECT g ->> 'id_b' FROM jsonb_path_query(batch, '$.bindings[*] ? (@.removed == true)') AS g));
    END IF;
    INSERT INTO public.sync_bindings AS b
      (org_id, entity_type, system_a, system_b, id_a, id_b, hash_a, hash_b, data_a, data_b, born_a, born_b, put_away)
    SELECT r.org_id, run.entity_type, (batch ->> 'system_a')::uuid, (batch ->> 'system_b')::uuid,
           g.id_a, g.id_b, g.hash_a, g.hash_b, g.data_a, g.data_b, g.born_a, g.born_b, coalesce(g.put_away, false)
      FROM public.sync_runs AS r
     CROSS JOIN jsonb_to_recordset(batch -> 'bindings') AS g (id_a text, id_b text, hash_a text, hash_b text, data_a jsonb,
             data_b jsonb, born_a text, born_b text, put_away boolean, removed boolean)
     WHERE r.org_id = org AND r.sync_id = sync AND g.removed IS NOT TRUE
    ON CONFLICT (org_id, entity_type, system_a, system_b, id_a) DO UPDATE
       SET id_b = EXCLUDED.id_b, hash_a = EXCLUDED.hash_a, hash_b = EXCLUDED.hash_b, data_a = EXCLUDED.data_a,
           data_b = EXCLUDED.data_b, born_a = EXCLUDED.born_a, born_b = EXCLUDED.born_b, put_away = EXCLUDED.put_away,
           synced_at = EXCLUDED.synced_at;
  END IF;

  IF batch ? 'refusals' THEN
    -- What was written, or needed no write, is not refused any more.
    DELETE FROM public.sync_refusals AS f
     WHERE f.org_id = org AND f.entity_type = run.entity_type AND f.source_connection_id = run.source_connection_id
       AND f.destination_connection_id = run.destination_connection_id AND f.external_id = ANY (ARRAY(
         SELECT g.external_id FROM jsonb_to_recordset(batch -> 'items') AS g (external_id text, outcome text)
          WHERE g.outcome IN ('processed', 'warned')));
    UPDATE public.sync_refusals AS f SET tried_at = now()
     WHERE f.org_id = org AND f.entity_type = run.entity_type AND f.source_connection_id = run.source_connection_id
       AND f.destination_connection_id = run.destination_connection_id AND f.external_id = ANY (ARRAY(
         SELECT g ->> 'external_id' FROM jsonb_path_query(batch, '$.refusals[*] ? (@.remembered == true)') AS g));
    INSERT INTO public.sync_refusals AS f
      (org_id, entity_type, source_connection_id, destination_connection_id, external_id, fingerprint, error_class, message, is_conflict,
       left_since)
    SELECT r.org_id, run.entity_type, run.source_connection_id, run.destination_connection_id, g.external_id, g.fingerprint,
           g.error_class, g.message, coalesce(g.is_conflict, false), CASE WHEN g.leaves THEN run.started_at END
      FROM public.sync_runs AS r
     CROSS JOIN jsonb_to_recordset(batch -> 'refusals') AS g (external_id text, fingerprint text, error_class text, message text,
             is_conflict boolean, leaves boolean, remembered boolean)
     WHERE r.org_id = org AND r.sync_id = sync AND g.remembered IS NOT TRUE
    ON CONFLICT (org_id, entity_type, source_connection_id, destination_connection_id, external_id) DO UPDATE
       SET fingerprint = EXCLUDED.fingerprint, error_class = EXCLUDED.error_class, message = EXCLUDED.message,
           is_conflict = EXCLUDED.is_conflict, refused_at = EXCLUDED.refused_at, tried_at = EXCLUDED.tried_at,
           left_since = coalesce(f.left_since, EXCLUDED.left_since);
  END IF;

  IF batch ? 'changes' THEN
    INSERT INTO public.sync_preview_changes AS c (org_id, sync_id, external_id, kind, destination_id, source_hash,
      destination_hash, fields, reason, rival, data, expires_at)
    SELECT r.org_id, sync, g.external_id, g.kind, g.destination_id, g.source_hash, g.destination_hash, g.fields, g.reason, g.rival, g.data,
           (batch ->> 'changes_expire_at')::timestamptz
      FROM public.sync_runs AS r
     CROSS JOIN jsonb_to_recordset(batch -> 'changes') AS g (external_id text, kind text, destination_id text,
             source_hash text, destination_hash text, fields jsonb, reason text, rival text, data jsonb)
     WHERE r.org_id = org AND r.sync_id = sync
    ON CONFLICT (org_id, sync_id, external_id) DO UPDATE
       SET kind = EXCLUDED.kind, destination_id = EXCLUDED.destination_id, source_hash = EXCLUDED.source_hash,
           destination_hash = EXCLUDED.destination_hash, fields = EXCLUDED.fields, reason = EXCLUDED.reason,
           rival = EXCLUDED.rival, data = EXCLUDED.data;
  END IF;

  IF batch ? 'claims' THEN
    INSERT INTO public.sync_claims AS c (org_id, sync_id, claim, external_id)
    SELECT r.org_id, sync, g.claim, g.external_id
      FROM public.sync_runs AS r CROSS JOIN jsonb_to_recordset(batch -> 'claims') AS g (claim text, external_id text)
     WHERE r.org_id = org AND r.sync_id = sync
    ON CONFLICT (org_id, sync_id, claim) DO NOTHING;
  END IF;

  IF batch ? 'watermark' THEN
    INSERT INTO public.sync_cursors (org_id, connection_id, entity_type, destination, watermark, sync_id)
    VALUES (org, run.source_connection_id, run.entity_type,
            coalesce(run.destination_connection_id::text, 'records'), batch -> 'watermark', sync)
    ON CONFLICT (org_id, connection_id, entity_type, destination) DO UPDATE
       SET watermark = EXCLUDED.watermark, sync_id = EXCLUDED.sync_id, updated_at = EXCLUDED.updated_at;
  END IF;

  -- Before the sync may end: its entry in the trail says what the run wrote.
  IF tally IS NOT NULL THEN
    UPDATE public.sync_runs AS r
       SET counts = r.counts || (SELECT jsonb_object_agg(t.key, coalesce((r.counts ->> t.key)::bigint, 0) + t.value::bigint)
                                   FROM jsonb_each_text(tally) AS t)
     WHERE r.org_id = org AND r.sync_id = sync;
  END IF;
  UPDATE public.sync_progress AS s
     SET processed_count = s.processed_count + succeeded,
         failed_count = s.failed_count + failed,
         current_item = s.processed_count + succeeded + s.failed_count + failed,
         -- A sync ends when its counts reach the total, so the total stays above the counts until the final batch.
         total_items = CASE
           WHEN final = 'completed' THEN s.processed_count + succeeded + s.failed_count + failed
           ELSE greatest(coalesce((batch ->> 'total')::bigint, s.total_items),
             CASE WHEN coalesce((batch ->> 'total')::bigint, s.total_items) IS NOT NULL
               THEN s.processed_count + succeeded + s.failed_count + failed + 1 END) END,
         checkpoint = coalesce(batch -> 'checkpoint', s.checkpoint),
         error_message = coalesce(batch #>> '{final,error_message}', s.error_message),
         rate_limited_until = NULL, waiting_reason = NULL, next_try_at = NULL,
         updated_at = now(),
         status = CASE WHEN final IS NOT NULL THEN final WHEN s.cancel_requested THEN 'cancelled'
                       WHEN s.pause_requested THEN 'paused' ELSE 'running' END
   WHERE s.org_id = org AND s.sync_id = sync
  RETURNING s.* INTO p;
  UPDATE public.sync_runs AS r
     SET state = CASE WHEN p.completed_at IS NOT NULL THEN 'ended' WHEN p.status = 'paused' THEN 'paused' ELSE 'ready' END,
         leased_by = CASE WHEN p.status = 'running' THEN r.leased_by END,
         leased_until = CASE WHEN p.status = 'running' THEN leased_to END,
         leases_without_commit = 0, postponements = 0, failures = '{}', kept_bytes = r.kept_bytes + kept,
         changes_not_kept = r.changes_not_kept + missed, item_bytes = r.item_bytes + told,
         found_bytes = r.found_bytes + found_size,
         write_open_since = CASE WHEN batch ? 'items' THEN NULL ELSE r.write_open_since END,
         open_writes = CASE WHEN p.completed_at IS NULL OR (NOT batch ? 'items' AND p.status NOT LIKE 'completed%') THEN r.open_writes END
   WHERE r.org_id = org AND r.sync_id = sync;
  RETURN QUERY SELECT CASE WHEN final IS NOT NULL THEN 'finished' WHEN p.completed_at IS NOT NULL THEN 'ended'
                           WHEN p.status = 'paused' THEN 'paused' ELSE 'continue' END,
                      row_to_json(p);
END
$$;
ALTER FUNCTION app.commit_batch(text, text, bigint, interval, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.commit_batch(text, text, bigint, interval, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.commit_batch(text, text, bigint, interval, jsonb) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/commit_batch.sql', '74f60423dbdfc238c1de52f8f971588c5aab3b5c8dc85a09a288930571e6e344', ARRAY['ROUTINE app.commit_batch(org text, sync text, epoch bigint, lease interval, batch jsonb)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a connection and entity type has one active run at a time, and what a run writes to is nobody else's, over whichever connection; other
-- runs wait for the slot. Two that write to one system at once would each make what neither finds yet.
-- Promises: assigns free slots to the organization's waiting runs, oldest first. A run never overtakes an older run that waits for
-- the same slot, unless that waits for a paused connection: while one of its connections is paused, no run starts. Nor does one start that a
-- second person has not approved; when nobody does in time, it ends as cancelled. Returns the runs that are ready to be queued.
-- Waits 3 s for another dispatch of the organization, longer than a request waits for a row: nobody but dispatches holds this lock.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.dispatch_runs(org text) RETURNS TABLE (sync_id text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '3s' AS $$
#variable_conflict use_column
DECLARE
  r record;
  slots uuid[];
  taken text[] := '{}';
  wanted text[];
BEGIN
  -- Prevents two concurrent requests of one organization from both finding the same slot free.
  PERFORM app.lock(org, 'dispatch_runs');
  FOR r IN SELECT w.sync_id, w.entity_type, w.source_connection_id, w.destination_connection_id, p.completed_at,
                  w.approval = 'wanted' AS unapproved, w.approval_until
             FROM public.sync_runs w JOIN public.sync_progress p USING (org_id, sync_id)
            WHERE w.org_id = org AND w.state = 'waiting' ORDER BY w.created_at, w.sync_id LOOP
    -- Whoever holds one of its rows may wait for this lock, as a request to cancel does, and dispatches then. So it is left to them.
    IF r.completed_at IS NOT NULL OR r.unapproved THEN
      PERFORM FROM public.sync_runs w JOIN public.sync_progress p USING (org_id, sync_id)
        WHERE w.org_id = org AND w.sync_id = r.sync_id FOR NO KEY UPDATE SKIP LOCKED;
      CONTINUE WHEN NOT FOUND;
    END IF;
    IF r.completed_at IS NOT NULL THEN
      UPDATE public.sync_runs w SET state = 'ended' WHERE w.org_id = org AND w.sync_id = r.sync_id;
      CONTINUE;
    END IF;
    -- Nobody holds it up, and it holds up nobody.
    IF r.unapproved AND r.approval_until > now() THEN
      CONTINUE;
    END IF;
    IF r.unapproved THEN
      UPDATE public.sync_runs w SET state = 'ended', approval = 'expired' WHERE w.org_id = org AND w.sync_id = r.sync_id;
      UPDATE public.sync_progress p SET status = 'cancelled', error_message = 'nobody approved it in time'
       WHERE p.org_id = org AND p.sync_id = r.sync_id AND p.completed_at IS NULL;
      CONTINUE;
    END IF;
    slots := app.slots_of(org, r.source_connection_id, r.destination_connection_id);
    SELECT array_agg(s || r.entity_type) INTO wanted FROM unnest(slots) AS s;
    -- A run that waits for a paused connection holds up nobody at its other end.
    IF EXISTS (SELECT FROM public.sync_connections c WHERE c.org_id = org AND c.paused_at IS NOT NULL
         AND c.id IN (r.source_connection_id, r.destination_connection_id)) THEN
      CONTINUE;
    END IF;
    -- A run does not overtake an older run that waits for the same slot.
    IF wanted && taken OR NOT app.take_slots(org, r.sync_id, r.entity_type, slots) THEN
      taken := taken || wanted;
      CONTINUE;
    END IF;
    UPDATE public.sync_runs w SET state = 'ready', leased_until = now() + interval '1 minute'
     WHERE w.org_id = org AND w.sync_id = r.sync_id;
    taken := taken || wanted;
    sync_id := r.sync_id;
    RETURN NEXT;
  END LOOP;
END
$$;
ALTER FUNCTION app.dispatch_runs(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.dispatch_runs(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.dispatch_runs(text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/dispatch_runs.sql', 'f47da8163b9e107db43c7a25f6c734b0f74f9826584b027f2459caab40c300c3', ARRAY['ROUTINE app.dispatch_runs(org text)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a waiting or running run finds out from its dispatch or its next batch that its sync has ended. Nothing checks a paused run, and
-- while it is open, the ids it has seen and the data of a removed connection cannot be deleted.
-- Promises: a paused run ends in the same transaction as its sync, whoever ends the sync. Who ends it may have no right to runs, so the
-- function runs as the owner, for the organization of the row and for the length of one statement.
-- Callers: the trigger below only.

CREATE OR REPLACE FUNCTION app.end_paused_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before text := current_setting('app.current_org_id', true);
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', NEW.org_id);
  UPDATE public.sync_runs AS r SET state = 'ended'
   WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id AND r.state = 'paused';
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(before, ''));
  RETURN NULL;
END
$$;
ALTER FUNCTION app.end_paused_run() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.end_paused_run() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;

CREATE OR REPLACE TRIGGER end_paused_run
  AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
  EXECUTE FUNCTION app.end_paused_run();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/end_paused_run.sql', '9cc0cbd1132732bb1487bd3c91c5a01ee6e4e64821b6cb16d2abc67f3c6ed842', ARRAY['ROUTINE app.end_paused_run()', 'TRIGGER end_paused_run ON public.sync_progress']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a worker that has lost its run must not write any more, so a worker holds a run under a lease with an epoch.
-- Promises: take_lease assigns a run that is ready to one worker under a new epoch, or returns no row. renew_lease extends the lease and
-- returns what was requested in the meantime (continue, cancel, pause, ended, fenced). release_lease makes the run available to other
-- workers, not before a time. Both store what the run waits for: `waiting` is {reason, next_try_at, limited_until, failures, page}, where a
-- member that is missing is none (release_lease takes approval_hours, too: the run waits for a second person so long at most, and without its
-- slots), and without page the checkpoint keeps the size of a page that it has. A call with an epoch that is not the current one changes nothing. runs_without_worker finds the runs whose worker died or whose
-- job was lost.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.take_lease(org text, sync text, worker text, lease interval)
  RETURNS TABLE (run json, progress json)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  at CONSTANT timestamptz := now();
  r public.sync_runs;
  p public.sync_progress;
BEGIN
  UPDATE public.sync_runs AS w
     SET lease_epoch = w.lease_epoch + 1, leased_by = worker, leased_until = now() + lease,
         started_at = CASE WHEN w.lease_epoch = 0 THEN at ELSE w.started_at END,
         leases_without_commit = w.leases_without_commit + 1
   WHERE w.org_id = org AND w.sync_id = sync AND w.state = 'ready' AND (w.leased_by IS NULL OR w.leased_until < now())
  RETURNING w.* INTO r;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- started_at is the time when the first worker starts the run; the time in the queue does not count. Nor does the time since a worker
  -- that died was heard of last: nobody worked on the run.
  UPDATE public.sync_progress AS s
     SET status = 'running', updated_at = now(), rate_limited_until = NULL, next_try_at = NULL,
         started_at = CASE WHEN r.lease_epoch = 1 THEN at ELSE s.started_at END,
         idle_seconds = CASE WHEN r.lease_epoch = 1 THEN 0
                             ELSE s.idle_seconds + greatest(extract(epoch FROM at - s.updated_at), 0) END
   WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL
  RETURNING s.* INTO p;
  IF NOT FOUND THEN
    UPDATE public.sync_runs AS w SET state = 'ended', leased_by = NULL, leased_until = NULL
     WHERE w.org_id = org AND w.sync_id = sync;
    RETURN;
  END IF;
  RETURN QUERY SELECT row_to_json(r), row_to_json(p);
END
$$;
ALTER FUNCTION app.take_lease(text, text, text, interval) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.take_lease(text, text, text, interval) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.take_lease(text, text, text, interval) TO sync_app;

CREATE OR REPLACE FUNCTION app.renew_lease(org text, sync text, epoch bigint, lease interval, waiting jsonb)
  RETURNS text
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  page CONSTANT jsonb := jsonb_build_object('page', waiting -> 'page');
  p record;
BEGIN
  -- A worker that released the run no longer holds it, even if no other worker has taken it since.
  UPDATE public.sync_runs AS w
     SET leased_until = now() + lease, failures = coalesce(waiting -> 'failures', w.failures)
   WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready' AND w.leased_by IS NOT NULL;
  IF NOT FOUND THEN
    RETURN 'fenced';
  END IF;
  SELECT s.completed_at, s.cancel_requested, s.pause_requested, s.updated_at,
         s.rate_limited_until IS DISTINCT FROM (waiting ->> 'limited_until')::timestamptz
           OR waiting ? 'reason' AND s.waiting_reason IS DISTINCT FROM waiting ->> 'reason'
           OR s.next_try_at IS DISTINCT FROM (waiting ->> 'next_try_at')::timestamptz
           OR waiting ? 'page' AND s.checkpoint -> 'page' IS DISTINCT FROM waiting -> 'page' AS differs INTO p
    FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync;
  -- A sync that waits shows why and how long, and updated_at stays recent so that the sync is not treated as silent.
  IF p.completed_at IS NULL
    AND (p.differs OR p.updated_at < now() - interval '15 seconds') THEN
    UPDATE public.sync_progress AS s
       SET rate_limited_until = (waiting ->> 'limited_until')::timestamptz, updated_at = now(),
           waiting_reason = coalesce(waiting ->> 'reason', s.waiting_reason),
           next_try_at = (waiting ->> 'next_try_at')::timestamptz,
           checkpoint = CASE WHEN waiting ? 'page' THEN coalesce(s.checkpoint, '{}') || page
                             ELSE s.checkpoint END
     WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL;
  END IF;
  RETURN CASE WHEN p.completed_at IS NOT NULL THEN 'ended' WHEN p.cancel_requested THEN 'cancel'
              WHEN p.pause_requested THEN 'pause' ELSE 'continue' END;
END
$$;
ALTER FUNCTION app.renew_lease(text, text, bigint, interval, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.renew_lease(text, text, bigint, interval, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.renew_lease(text, text, bigint, interval, jsonb) TO sync_app;

CREATE OR REPLACE FUNCTION app.release_lease(org text, sync text, epoch bigint, until timestamptz, waiting jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  asks CONSTANT boolean := waiting ? 'approval_hours' AND EXISTS (
    SELECT FROM public.sync_progress AS s WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL);
  page CONSTANT jsonb := jsonb_build_object('page', waiting -> 'page');
  free_until CONSTANT timestamptz := coalesce(until, now()) + interval '1 minute';
  asks_until CONSTANT timestamptz := now() + make_interval(hours => (waiting ->> 'approval_hours')::integer);
BEGIN
  UPDATE public.sync_runs AS w
     SET leased_by = NULL, leased_until = CASE WHEN NOT asks THEN free_until END,
         state = CASE WHEN asks THEN 'waiting' ELSE w.state END, approval = CASE WHEN asks THEN 'wanted' ELSE w.approval END,
         approval_until = CASE WHEN asks THEN asks_until ELSE w.approval_until END,
         leases_without_commit = 0,
         postponements = w.postponements + CASE WHEN until IS NULL THEN 0 ELSE 1 END,
         failures = coalesce(waiting -> 'failures', w.failures)
   WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready' AND w.leased_by IS NOT NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE public.sync_progress AS s
     SET status = 'queued', updated_at = now(), rate_limited_until = (waiting ->> 'limited_until')::timestamptz,
         waiting_reason = coalesce(waiting ->> 'reason', s.waiting_reason),
         next_try_at = (waiting ->> 'next_try_at')::timestamptz,
         checkpoint = CASE WHEN waiting ? 'page' THEN coalesce(s.checkpoint, '{}') || page
                           ELSE s.checkpoint END
   WHERE s.org_id = org AND s.sync_id = sync AND s.completed_at IS NULL;
  RETURN FOUND;
END
$$;
ALTER FUNCTION app.release_lease(text, text, bigint, timestamptz, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.release_lease(text, text, bigint, timestamptz, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.release_lease(text, text, bigint, timestamptz, jsonb) TO sync_app;

-- Returns the ids of at most batch_size open runs, of whichever organization, that are waiting or whose lease has expired. It runs as
-- sync_maintenance, which sees the ids, states and times of runs and none of their data.
CREATE OR REPLACE FUNCTION app.runs_without_worker(batch_size integer) RETURNS TABLE (org_id text, sync_id text, state text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT r.org_id, r.sync_id, r.state FROM public.sync_runs r
 WHERE r.state IN ('waiting', 'ready') AND (r.leased_until < now() OR r.state = 'waiting')
   -- What waits for a person has no worker, and fills no batch.
   AND (r.approval IS DISTINCT FROM 'wanted' OR r.approval_until <= now())
 ORDER BY r.org_id, r.created_at, r.sync_id LIMIT batch_size
$$;
ALTER FUNCTION app.runs_without_worker(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.runs_without_worker(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.runs_without_worker(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/lease.sql', 'ca371204c08f82c0bfc0c1a05a5ef8fee84b557ebdad1844941c402a5bde5811', ARRAY['ROUTINE app.runs_without_worker(batch_size integer)', 'ROUTINE app.take_lease(org text, sync text, worker text, lease interval)', 'ROUTINE app.renew_lease(org text, sync text, epoch bigint, lease interval, waiting jsonb)', 'ROUTINE app.release_lease(org text, sync text, epoch bigint, until timestamp with time zone, waiting jsonb)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: work that must happen once an organization, such as assigning free slots, waits for its turn. No advisory lock, since any login of
-- the database could hold that; these rows are the service's alone.
-- Promises: until the end of the transaction nobody else holds the organization's lock of this name.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.lock(org text, lock_name text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM public.sync_locks AS l WHERE l.org_id = org AND l.name = lock_name FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO public.sync_locks (org_id, name) VALUES (org, lock_name) ON CONFLICT (org_id, name) DO NOTHING;
    PERFORM FROM public.sync_locks AS l WHERE l.org_id = org AND l.name = lock_name FOR UPDATE;
  END IF;
END
$$;
ALTER FUNCTION app.lock(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.lock(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.lock(text, text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/lock.sql', '7a1558d78c863a22fb40f5f861eeac39e427bc3b3092e87c92bd16463992a47f', ARRAY['ROUTINE app.lock(org text, lock_name text)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: an operator sees by the number of runs that wait whether the workers keep up.
-- Promises: how many runs of all organizations are not over, by state. It names no organization, and reads the index of open runs alone.
-- Callers: sync_app, when metrics are asked for, every few seconds at most.

CREATE OR REPLACE FUNCTION app.open_runs() RETURNS TABLE (state text, runs integer)
LANGUAGE sql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp AS $$
SELECT r.state, count(*)::integer FROM public.sync_runs AS r WHERE r.state <> 'ended' GROUP BY r.state
$$;
ALTER FUNCTION app.open_runs() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.open_runs() FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_runs() TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/open_runs.sql', '715f12ef8d43ed796b1f580d091ea6481d54f48996b64e9a4956a78c7353c6ff', ARRAY['ROUTINE app.open_runs()']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: data that was read from a system is deleted when its connection is removed. The runs are kept as history; they hold no data.
-- Bindings keep their ids, so that a connection to the same system, added later, creates nothing twice.
-- Promises: clears away at most batch_size rows per table of one removed connection that has no open run, and marks the connection as
-- purged when no row is left; then its runs count for no quota any more. When no other connection leads to the system, bindings are emptied
-- and what people decided about its items is forgotten. The result is above zero while there is more to do. purge_removed_connections runs as
-- sync_maintenance, which finds such a connection in any organization and may touch nothing of it; purge_connection runs as the owner, in that
-- organization alone, and looks once more whether the connection was removed.
-- Callers: sync_app, by the scheduled task removed-connections; purge_connection: purge_removed_connections.

CREATE OR REPLACE FUNCTION app.purge_connection(org text, connection uuid, batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- Rows are found by their keys, whatever the planner knows of the tables.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
  set_before text := current_setting('app.current_org_id', true);
  left_system uuid;
  done record;
  changed integer;
  deleted integer := 0;
BEGIN
  EXECUTE format('SET LOCAL app.current_org_id = %L', org);
  IF NOT EXISTS (SELECT FROM public.sync_connections c WHERE c.org_id = org AND c.id = connection AND c.removed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the connection was not removed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- None: another connection leads there, too.
  left_system := (SELECT s.id FROM public.sync_connections c JOIN public.sync_systems s ON s.org_id = c.org_id AND s.id = c.system_id
                   WHERE c.org_id = org AND c.id = connection AND s.left_at IS NOT NULL);
  DELETE FROM public.sync_records d WHERE d.org_id = org AND (d.connection_id, d.entity_type, d.external_id) IN (
    SELECT x.connection_id, x.entity_type, x.external_id FROM public.sync_records x
     WHERE x.org_id = org AND x.connection_id = connection LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  UPDATE public.sync_bindings d SET data_a = NULL, data_b = NULL
   WHERE d.org_id = org AND (d.entity_type, d.system_a, d.system_b, d.id_a) IN (
    SELECT x.entity_type, x.system_a, x.system_b, x.id_a FROM public.sync_bindings x
     WHERE x.org_id = org AND left_system IN (x.system_a, x.system_b) AND x.data_a IS NOT NULL LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_match_decisions d WHERE d.org_id = org AND (d.entity_type, d.source, d.destination, d.external_id) IN (
    SELECT x.entity_type, x.source, x.destination, x.external_id FROM public.sync_match_decisions x
     WHERE x.org_id = org AND left_system IN (x.source, x.destination) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  -- Whatever the preview is of, its name has the ids of both ends.
  DELETE FROM public.sync_preview_cache d WHERE d.org_id = org AND (d.sync_type, d.entity_type) IN (
    SELECT x.sync_type, x.entity_type FROM public.sync_preview_cache x
     WHERE x.org_id = org AND position(connection::text IN x.sync_type) > 0 LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_refusals d WHERE d.org_id = org AND (d.entity_type, d.source_connection_id, d.destination_connection_id, d.external_id) IN (
    SELECT x.entity_type, x.source_connection_id, x.destination_connection_id, x.external_id FROM public.sync_refusals x
     WHERE x.org_id = org AND connection IN (x.source_connection_id, x.destination_connection_id) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_cursors d WHERE d.org_id = org AND (d.connection_id, d.entity_type, d.destination) IN (
    SELECT x.connection_id, x.entity_type, x.destination FROM public.sync_cursors x
     WHERE x.org_id = org AND (x.connection_id = connection OR x.destination = connection::text) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_items d WHERE d.org_id = org AND (d.sync_id, d.external_id) IN (
    SELECT x.sync_id, x.external_id FROM public.sync_items x
     WHERE x.org_id = org AND EXISTS (
       SELECT FROM public.sync_runs r WHERE r.org_id = x.org_id AND r.sync_id = x.sync_id
          AND connection IN (r.source_connection_id, r.destination_connection_id)) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_preview_changes d WHERE d.org_id = org AND (d.sync_id, d.external_id) IN (
    SELECT x.sync_id, x.external_id FROM public.sync_preview_changes x
     WHERE x.org_id = org AND EXISTS (
       SELECT FROM public.sync_runs r WHERE r.org_id = x.org_id AND r.sync_id = x.sync_id
          AND connection IN (r.source_connection_id, r.destination_connection_id)) LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  -- Run by run, since an organization may have many changes of other connections.
  FOR done IN SELECT r.sync_id, r.created_at FROM public.sync_runs r
               WHERE r.org_id = org AND connection IN (r.source_connection_id, r.destination_connection_id) LOOP
    DELETE FROM public.sync_changes d WHERE d.org_id = org AND d.sync_id = done.sync_id
       AND d.week = app.week_of_changes(done.created_at);
    GET DIAGNOSTICS changed = ROW_COUNT;
    deleted := deleted + changed;
    EXIT WHEN deleted > batch_size;
  END LOOP;
  DELETE FROM public.sync_schedules d WHERE d.org_id = org AND d.id IN (
    SELECT x.id FROM public.sync_schedules x
     WHERE x.org_id = org AND x.connection_id = connection LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  DELETE FROM public.sync_hook_deliveries d WHERE d.org_id = org AND (d.connection_id, d.delivery_key) IN (
    SELECT x.connection_id, x.delivery_key FROM public.sync_hook_deliveries x
     WHERE x.org_id = org AND x.connection_id = connection LIMIT batch_size);
  GET DIAGNOSTICS changed = ROW_COUNT;
  deleted := deleted + changed;
  IF deleted = 0 THEN
    UPDATE public.sync_runs d SET kept_bytes = 0, found_bytes = 0, item_bytes = 0
     WHERE d.org_id = org AND d.state = 'ended' AND d.sync_id = ANY (ARRAY(
      SELECT x.sync_id FROM public.sync_runs x
       WHERE x.org_id = org AND connection IN (x.source_connection_id, x.destination_connection_id)
         AND x.kept_bytes + x.found_bytes + x.item_bytes > 0 LIMIT batch_size));
    GET DIAGNOSTICS deleted = ROW_COUNT;
  END IF;
  IF deleted = 0 THEN
    UPDATE public.sync_connections u SET purged_at = now() WHERE u.org_id = org AND u.id = connection;
  END IF;
  EXECUTE format('SET LOCAL app.current_org_id = %L', coalesce(set_before, ''));
  RETURN deleted;
END
$$;
ALTER FUNCTION app.purge_connection(text, uuid, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.purge_connection(text, uuid, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.purge_connection(text, uuid, integer) TO sync_maintenance;

CREATE OR REPLACE FUNCTION app.purge_removed_connections(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c record;
BEGIN
  SELECT u.org_id, u.id INTO c FROM public.sync_connections u
   WHERE u.removed_at IS NOT NULL AND u.purged_at IS NULL
     -- An open run may still write a batch for this connection.
     AND NOT EXISTS (SELECT FROM public.sync_runs r WHERE r.org_id = u.org_id AND r.state <> 'ended'
                        AND u.id IN (r.source_connection_id, r.destination_connection_id))
   ORDER BY u.org_id, u.id LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  RETURN app.purge_connection(c.org_id, c.id, batch_size) + 1;
END
$$;
ALTER FUNCTION app.purge_removed_connections(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.purge_removed_connections(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.purge_removed_connections(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/purge_removed_connections.sql', '90c05d509eb826ed16b3007580c5cfff6ebbb80dc20093a56e0ed32af04c385e', ARRAY['ROUTINE app.purge_connection(org text, connection uuid, batch_size integer)', 'ROUTINE app.purge_removed_connections(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: what a run writes to is nobody else's (dispatch_runs.sql), so it takes a slot of each connection that leads there.
-- Promises: slots_of returns the connections whose slots a run between two connections needs: both, and all that lead to the system of the
-- destination; of a connection that was never asked which system it leads to, the host tells. take_slots takes them all or none, and returns
-- whether it did; a slot is free when its run has ended, for whatever reason, or waits again. keep_slots is for a run that now knows
-- its system: it takes what is missing or, when another run writes there, lets the run wait again; false: the worker has nothing more to do.
-- take_slots is called by a holder of the organization's lock `dispatch_runs`, so that no two find the same slot free.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.slots_of(org text, source uuid, destination uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
SELECT array_remove(ARRAY[source, destination], NULL) || ARRAY(
  SELECT o.id FROM public.sync_connections c JOIN public.sync_connections o ON o.org_id = c.org_id AND o.system = c.system
     AND coalesce(o.system_id = c.system_id, lower(split_part(o.base_url, '/', 3)) = lower(split_part(c.base_url, '/', 3)))
   WHERE c.org_id = org AND c.id = destination AND o.id NOT IN (source, destination))
$$;
ALTER FUNCTION app.slots_of(text, uuid, uuid) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.slots_of(text, uuid, uuid) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.slots_of(text, uuid, uuid) TO sync_app;

CREATE OR REPLACE FUNCTION app.take_slots(org text, sync text, entity text, slots uuid[]) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  slot uuid;
BEGIN
  IF EXISTS (
    SELECT FROM public.sync_slots s JOIN public.sync_progress p USING (org_id, sync_id)
     WHERE s.org_id = org AND s.connection_id = ANY (slots) AND s.entity_type = entity
       AND s.sync_id <> sync AND p.completed_at IS NULL AND NOT EXISTS (
         SELECT FROM public.sync_runs h WHERE h.org_id = org AND h.sync_id = s.sync_id AND h.state = 'waiting')) THEN
    RETURN false;
  END IF;
  FOREACH slot IN ARRAY slots LOOP
    INSERT INTO public.sync_slots (org_id, connection_id, entity_type, sync_id) VALUES (org, slot, entity, sync)
    ON CONFLICT (org_id, connection_id, entity_type) DO UPDATE SET sync_id = EXCLUDED.sync_id;
  END LOOP;
  RETURN true;
END
$$;
ALTER FUNCTION app.take_slots(text, text, text, uuid[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.take_slots(text, text, text, uuid[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.take_slots(text, text, text, uuid[]) TO sync_app;

CREATE OR REPLACE FUNCTION app.keep_slots(org text, sync text, epoch bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '3s' AS $$
DECLARE
  r record;
BEGIN
  SELECT w.entity_type, w.source_connection_id, w.destination_connection_id INTO r FROM public.sync_runs w
   WHERE w.org_id = org AND w.sync_id = sync AND w.lease_epoch = epoch AND w.state = 'ready' AND w.leased_by IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- A request to cancel holds the row of its sync and then dispatches, so whoever may change that row takes it before the lock.
  PERFORM FROM public.sync_progress p WHERE p.org_id = org AND p.sync_id = sync FOR NO KEY UPDATE;
  PERFORM app.lock(org, 'dispatch_runs');
  IF app.take_slots(org, sync, r.entity_type, app.slots_of(org, r.source_connection_id, r.destination_connection_id)) THEN
    RETURN true;
  END IF;
  UPDATE public.sync_runs w SET state = 'waiting', leased_by = NULL, leased_until = NULL, leases_without_commit = 0
   WHERE w.org_id = org AND w.sync_id = sync;
  UPDATE public.sync_progress p
     SET status = 'queued', updated_at = now(), waiting_reason = 'Another run writes to the same system.',
         rate_limited_until = NULL, next_try_at = NULL
   WHERE p.org_id = org AND p.sync_id = sync AND p.completed_at IS NULL;
  RETURN false;
END
$$;
ALTER FUNCTION app.keep_slots(text, text, bigint) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.keep_slots(text, text, bigint) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.keep_slots(text, text, bigint) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('runs/sql/slots.sql', 'd457b5654af1e27fb5fa45df146b0ea690cdd0c8a4bee6516fd34f25a2adf1c4', ARRAY['ROUTINE app.slots_of(org text, source uuid, destination uuid)', 'ROUTINE app.take_slots(org text, sync text, entity text, slots uuid[])', 'ROUTINE app.keep_slots(org text, sync text, epoch bigint)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the changes that a preview found or a run made are kept for a limited time.
-- Promises: deletes at most batch_size expired changes and returns their number. There is no index on the expiry, because it would start
-- with the time instead of the organization, and this function runs only every few minutes. It runs as sync_maintenance, whose policy
-- shows it expired rows only.
-- Callers: sync_app, by the scheduled task expired-preview-changes.

CREATE OR REPLACE FUNCTION app.cleanup_preview_changes(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_preview_changes d WHERE d.expires_at <= now() AND (d.org_id, d.sync_id, d.external_id) IN (
    SELECT o.org_id, o.sync_id, o.external_id FROM public.sync_preview_changes o WHERE o.expires_at <= now() LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_preview_changes(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_preview_changes(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_preview_changes(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('previews/sql/cleanup_preview_changes.sql', '5019cc807cbe4d6154155366f7dcbdbc29736c33607df1b57c4076e1525f1036', ARRAY['ROUTINE app.cleanup_preview_changes(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: what is gone in a system must be found within a day, whichever organization it belongs to, by the one clock that all processes share.
-- Promises: returns the ids of at most batch_size connections whose census is due by the database's clock, the longest due first. It
-- changes nothing. It runs as sync_maintenance, which of connections in use sees those of which something is due only.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.due_censuses(batch_size integer) RETURNS TABLE (org_id text, id uuid)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT c.org_id, c.id FROM public.sync_connections c
 WHERE c.removed_at IS NULL AND c.census_due_at <= now()
 ORDER BY c.census_due_at, c.org_id, c.id LIMIT batch_size
$$;
ALTER FUNCTION app.due_censuses(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.due_censuses(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.due_censuses(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('schedules/sql/due_censuses.sql', '866a393ddb61bff7cd1df789d1178780ab2c4ecff26e213e645b6521930ff724', ARRAY['ROUTINE app.due_censuses(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a schedule must run at its time, whichever organization it belongs to, by the one clock that all processes share.
-- Promises: returns the ids of at most batch_size schedules whose next time has passed by the database's clock, the longest due first. It
-- changes nothing. It runs as sync_maintenance, which sees due schedules only.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.due_schedules(batch_size integer) RETURNS TABLE (org_id text, id uuid)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT s.org_id, s.id FROM public.sync_schedules s
 WHERE s.next_run_at <= now()
 ORDER BY s.next_run_at, s.org_id, s.id LIMIT batch_size
$$;
ALTER FUNCTION app.due_schedules(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.due_schedules(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.due_schedules(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('schedules/sql/due_schedules.sql', '240388b8968243180ab8491887329f1c4cc20311e920a08a3c01a966c1d936d0', ARRAY['ROUTINE app.due_schedules(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a delivery is kept so that a repeated delivery is recognized and reconciliation can find changes without a webhook. After 30 days
-- neither needs it.
-- Promises: deletes at most batch_size deliveries older than 30 days and returns their number. It runs as sync_maintenance, whose policy
-- shows it only these deliveries.
-- Callers: sync_app, by the scheduled task old-webhooks.

CREATE OR REPLACE FUNCTION app.cleanup_webhook_deliveries(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_hook_deliveries d WHERE d.received_at < now() - interval '30 days' AND (d.org_id, d.connection_id, d.delivery_key) IN (
    SELECT o.org_id, o.connection_id, o.delivery_key FROM public.sync_hook_deliveries o WHERE o.received_at < now() - interval '30 days' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_webhook_deliveries(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_webhook_deliveries(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_webhook_deliveries(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhooks/sql/cleanup_webhook_deliveries.sql', '6c5bcd21f9620e6b91a7ed377749494bce9e2c74df881ff110f9cf7542017423', ARRAY['ROUTINE app.cleanup_webhook_deliveries(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: shops disable webhooks without notice, so those that the service has registered are looked at again and again, by the one clock that
-- all processes share.
-- Promises: returns the ids of at most batch_size connections that are due by the database's clock, and no more than per_org of one
-- organization, of which the longest due come first. It changes nothing. It runs as sync_maintenance, which of connections in use sees those
-- of which something is due only.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.due_webhook_checks(batch_size integer, per_org integer) RETURNS TABLE (org_id text, id uuid)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
SELECT d.org_id, d.id
  FROM (SELECT c.org_id, c.id, c.webhooks_due_at,
               row_number() OVER (PARTITION BY c.org_id ORDER BY c.webhooks_due_at, c.id) AS place
          FROM public.sync_connections c
         WHERE c.removed_at IS NULL AND c.webhooks_due_at <= now()) AS d
 WHERE d.place <= per_org
 ORDER BY d.place, d.webhooks_due_at, d.org_id LIMIT batch_size
$$;
ALTER FUNCTION app.due_webhook_checks(integer, integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.due_webhook_checks(integer, integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.due_webhook_checks(integer, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhooks/sql/due_webhook_checks.sql', 'fd902822847b04432064ab5fac43c7d6552dac1f61863cd3b8d9a10437279959', ARRAY['ROUTINE app.due_webhook_checks(batch_size integer, per_org integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a shop sends a webhook again when it saw no answer, and a run that has not started yet takes what comes until it does.
-- Promises: stores the delivery for the waiting run that its item belongs to, null: none waits, and returns that. The row of that run is locked,
-- and a worker must update the row to start the run. Either the run starts after this transaction and reads the delivery, or it has already started
-- and is not selected. A repeated delivery returns no row. Where the system does not name its deliveries, one that looks the same counts as a
-- new event when another event of the item came after it, or after an hour, when its run has ended.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.store_delivery(org text, connection uuid, key text, entity text, external text, is_deleted boolean,
  destination uuid, names_delivery boolean) RETURNS TABLE (sync_id text)
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  run text;
  earlier record;
BEGIN
  SELECT r.sync_id INTO run FROM public.sync_runs r
   WHERE r.org_id = org AND r.source_connection_id = connection AND r.entity_type = entity AND r.kind = 'webhook'
     AND r.destination_connection_id IS NOT DISTINCT FROM destination AND r.state IN ('waiting', 'ready') AND r.lease_epoch = 0
     AND EXISTS (SELECT FROM public.sync_progress p WHERE p.org_id = org AND p.sync_id = r.sync_id
                    AND p.completed_at IS NULL AND NOT p.cancel_requested)
   ORDER BY r.created_at DESC LIMIT 1 FOR UPDATE OF r;
  INSERT INTO public.sync_hook_deliveries (org_id, connection_id, delivery_key, entity_type, external_id, deleted, sync_id)
  VALUES (org, connection, key, entity, external, is_deleted, run)
  ON CONFLICT (org_id, connection_id, delivery_key) DO NOTHING;
  IF FOUND THEN
    RETURN QUERY SELECT run;
    RETURN;
  END IF;
  IF names_delivery THEN
    RETURN;
  END IF;
  SELECT d.received_at, d.sync_id INTO earlier FROM public.sync_hook_deliveries d
   WHERE d.org_id = org AND d.connection_id = connection AND d.delivery_key = key FOR UPDATE;
  IF EXISTS (SELECT FROM public.sync_hook_deliveries l
              WHERE l.org_id = org AND l.connection_id = connection AND l.entity_type = entity AND l.external_id = external
                AND l.received_at >= earlier.received_at AND l.delivery_key <> key)
     OR earlier.received_at < now() - interval '1 hour'
        AND NOT EXISTS (SELECT FROM public.sync_progress p
                         WHERE p.org_id = org AND p.sync_id = earlier.sync_id AND p.completed_at IS NULL) THEN
    UPDATE public.sync_hook_deliveries d SET received_at = now(), sync_id = run
     WHERE d.org_id = org AND d.connection_id = connection AND d.delivery_key = key;
    RETURN QUERY SELECT run;
  END IF;
END
$$;
ALTER FUNCTION app.store_delivery(text, uuid, text, text, text, boolean, uuid, boolean) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.store_delivery(text, uuid, text, text, text, boolean, uuid, boolean)
  FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.store_delivery(text, uuid, text, text, text, boolean, uuid, boolean) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhooks/sql/store_delivery.sql', '45b6e019df7f9fbc091fe461b6a1ac9c12769c2e09b46ab8e4b2472fb0b1b33b', ARRAY['ROUTINE app.store_delivery(org text, connection uuid, key text, entity text, external text, is_deleted boolean, destination uuid, names_delivery boolean)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: deliveries of all organizations are sent by the same workers, and a receiver that is slow or gone must make only its own organization wait.
-- Promises: gives the caller a turn with at most `most` endpoints that have a delivery due, and no other worker has one with them until `lease` is over.
-- No organization has more than `most_of_one` turns at once in the cluster, unless two workers ask in the same moment. First comes one endpoint of each organization, the one whose
-- last turn is longest ago, then a second one. The waiting deliveries are skipped through, one look-up an endpoint, so the cost does not grow
-- with how many wait. An endpoint that is locked waits for the next call. It runs as sync_maintenance, which sees neither addresses nor secrets.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_webhook_endpoints(most integer, most_of_one integer, lease interval)
  RETURNS TABLE (org_id text, endpoint_id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  org text := '';
  org_of_turn text;
  endpoint uuid := '00000000-0000-0000-0000-000000000000';
  next record;
  orgs text[] := '{}';
  endpoints uuid[] := '{}';
  due record;
  due_orgs text[] := '{}';
  due_endpoints uuid[] := '{}';
  turns integer[] := '{}';
  turn_times timestamptz[] := '{}';
  claimed integer := 0;
BEGIN
  LOOP
    SELECT d.org_id, d.endpoint_id, d.next_attempt_at INTO next FROM public.sync_webhook_deliveries AS d
     WHERE d.state = 'waiting' AND (d.org_id, d.endpoint_id) > (org, endpoint)
     ORDER BY d.org_id, d.endpoint_id, d.next_attempt_at LIMIT 1;
    EXIT WHEN NOT FOUND;
    org := next.org_id;
    endpoint := next.endpoint_id;
    IF next.next_attempt_at <= now() THEN
      orgs := orgs || org;
      endpoints := endpoints || endpoint;
    END IF;
  END LOOP;
  -- One organization at a time, as a distributed Postgres has them on different nodes.
  FOR org_of_turn IN SELECT DISTINCT w.org FROM unnest(orgs) AS w (org) LOOP
    FOR due IN
      SELECT e.id, e.turn_at, row_number() OVER (ORDER BY e.turn_at, e.id) + (
               SELECT count(*) FROM public.sync_webhook_endpoints AS c WHERE c.org_id = org_of_turn AND c.claimed_until > now()) AS nth
        FROM public.sync_webhook_endpoints AS e
       WHERE e.org_id = org_of_turn AND e.id = ANY (ARRAY(SELECT w.id FROM unnest(orgs, endpoints) AS w (org, id) WHERE w.org = org_of_turn))
         AND e.enabled AND e.held_until <= now() AND e.claimed_until <= now()
    LOOP
      CONTINUE WHEN due.nth > most_of_one;
      due_orgs := due_orgs || org_of_turn;
      due_endpoints := due_endpoints || due.id;
      turns := turns || due.nth::integer;
      turn_times := turn_times || due.turn_at;
    END LOOP;
  END LOOP;
  FOR due IN SELECT d.org, d.id FROM unnest(due_orgs, due_endpoints, turns, turn_times) AS d (org, id, nth, turn_at)
              ORDER BY d.nth, d.turn_at, d.org LOOP
    EXIT WHEN claimed >= most;
    PERFORM FROM public.sync_webhook_endpoints AS e
      WHERE e.org_id = due.org AND e.id = due.id AND e.enabled AND e.claimed_until <= now() FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    UPDATE public.sync_webhook_endpoints AS e SET claimed_until = now() + lease, turn_at = now()
     WHERE e.org_id = due.org AND e.id = due.id;
    claimed := claimed + 1;
    RETURN QUERY SELECT due.org, due.id;
  END LOOP;
END
$$;
ALTER FUNCTION app.claim_webhook_endpoints(integer, integer, interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_webhook_endpoints(integer, integer, interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_webhook_endpoints(integer, integer, interval) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhook-endpoints/sql/claim_webhook_endpoints.sql', '2497944e1b1df2e7368f5478f7eb5f5f9c70e5a512b826b63d395ea651141f01', ARRAY['ROUTINE app.claim_webhook_endpoints(most integer, most_of_one integer, lease interval)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the log of deliveries is for finding out why a receiver missed something and for sending it again. After 7 days neither is done.
-- Promises: deletes at most batch_size deliveries older than 7 days, also such as an endpoint left behind that was removed, and returns their
-- number. It runs as sync_maintenance, whose policy lets it delete only these.
-- Callers: sync_app, by the scheduled task old-webhook-deliveries.

CREATE OR REPLACE FUNCTION app.cleanup_outbound_deliveries(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_webhook_deliveries d WHERE d.created_at < now() - interval '7 days' AND (d.org_id, d.id) IN (
    SELECT o.org_id, o.id FROM public.sync_webhook_deliveries o WHERE o.created_at < now() - interval '7 days' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_outbound_deliveries(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_outbound_deliveries(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_outbound_deliveries(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhook-endpoints/sql/cleanup_outbound_deliveries.sql', '5e6a6974c8807fee68b32a645474f0a22066a8184fc7becff72bc95a93479f69', ARRAY['ROUTINE app.cleanup_outbound_deliveries(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: receivers learn which items of a run failed and which records changed. A run handles thousands of items a minute, so there is one event
-- a batch, not one an item.
-- Promises: item.failed names the failed items of a batch, record.changed the records that it changed, 100 at most, and counts all of them; what they
-- hold, and what a system said of them, which may name a person, is read from the API. An organization without endpoints pays for one look-up a
-- batch. A preview fails no item.
-- Callers: triggers of public.sync_items and public.sync_change_counters only, which sync_app alone writes to.

CREATE OR REPLACE FUNCTION app.publish_failed_items() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  batch record;
BEGIN
  FOR batch IN
    SELECT i.org_id, i.sync_id, count(*) AS failed,
           jsonb_path_query_array(jsonb_agg(jsonb_build_object('external_id', i.external_id, 'error_class', i.error_class)
             ORDER BY i.external_id), '$[0 to 99]') AS items
      FROM written AS i
     WHERE i.outcome = 'failed'
       AND EXISTS (SELECT FROM public.sync_webhook_endpoints AS e WHERE e.org_id = i.org_id AND e.enabled)
       AND NOT EXISTS (SELECT FROM public.sync_runs AS r
                        WHERE r.org_id = i.org_id AND r.sync_id = i.sync_id AND r.kind = 'preview')
     GROUP BY i.org_id, i.sync_id
  LOOP
    PERFORM app.publish_event(batch.org_id, 'item.failed',
      jsonb_build_object('sync_id', batch.sync_id, 'count', batch.failed, 'items', batch.items));
  END LOOP;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.publish_failed_items() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.publish_failed_items() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER publish_failed AFTER INSERT ON public.sync_items
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION app.publish_failed_items();

CREATE OR REPLACE FUNCTION app.publish_changed_records() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  change record;
BEGIN
  IF NOT EXISTS (SELECT FROM public.sync_webhook_endpoints AS e WHERE e.org_id = NEW.org_id AND e.enabled
                    AND e.events && ARRAY['record.changed', 'record.*', '*']) THEN
    RETURN NULL;
  END IF;
  -- All of one connection and entity type, because each batch takes its own numbers.
  SELECT min(r.connection_id::text) AS connection_id, min(r.entity_type) AS entity_type,
         jsonb_agg(jsonb_build_object('external_id', r.external_id, 'change_seq', r.change_seq,
           'deleted', r.deleted_at IS NOT NULL) ORDER BY r.change_seq) AS records
    INTO change
    FROM (SELECT * FROM public.sync_records AS s
           WHERE s.org_id = NEW.org_id AND s.change_seq > OLD.last_seq AND s.change_seq <= NEW.last_seq
           ORDER BY s.change_seq LIMIT 100) AS r;
  IF change.records IS NOT NULL THEN
    PERFORM app.publish_event(NEW.org_id, 'record.changed', jsonb_build_object('connection_id', change.connection_id,
      'entity_type', change.entity_type, 'count', NEW.last_seq - OLD.last_seq, 'records', change.records));
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.publish_changed_records() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.publish_changed_records() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER publish_on_change AFTER UPDATE ON public.sync_change_counters
  FOR EACH ROW EXECUTE FUNCTION app.publish_changed_records();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhook-endpoints/sql/publish_batch_events.sql', '976bf7bbaef1f1008dba8056ac42751a6e525fce78eb60d88f14dda8d166dbe1', ARRAY['ROUTINE app.publish_failed_items()', 'ROUTINE app.publish_changed_records()', 'TRIGGER publish_failed ON public.sync_items', 'TRIGGER publish_on_change ON public.sync_change_counters']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: an event must be told exactly when the transaction that made it commits, so its deliveries are written in that transaction, and without a
-- round trip of their own.
-- Promises: one delivery for each enabled endpoint of the organization that wants events of the type, or of those in `only_to`, whatever they want;
-- for an organization without endpoints one look-up in an index. An endpoint with 10,000 deliveries that wait (MAX_WAITING in endpoint.sql.ts)
-- gets no more, so that a receiver that is gone does not fill the disk.
-- A delivery has the trace of the transaction that makes the event (app.traceparent, set with the organization), or else of the run that the event is
-- about, which an alert is only later.
-- Callers: sync_app; sync_maintenance, for the events of syncs.

CREATE OR REPLACE FUNCTION app.publish_event(org text, event text, data jsonb, only_to uuid[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  event_id CONSTANT uuid := gen_random_uuid();
  -- Whoever connects with plain SQL may have set anything.
  cause text := substring(current_setting('app.traceparent', true) FROM '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
  endpoint uuid;
BEGIN
  FOR endpoint IN
    SELECT e.id FROM public.sync_webhook_endpoints AS e
     WHERE e.org_id = org AND e.enabled
       AND CASE WHEN only_to = '{}' THEN e.events && ARRAY[event, split_part(event, '.', 1) || '.*', '*'] ELSE e.id = ANY (only_to) END
       AND NOT EXISTS (SELECT FROM public.sync_webhook_deliveries AS d
                        WHERE d.org_id = org AND d.endpoint_id = e.id AND d.state = 'waiting' OFFSET 9999)
  LOOP
    cause := coalesce(cause, (SELECT r.traceparent FROM public.sync_runs AS r
                               WHERE r.org_id = org AND r.sync_id = publish_event.data ->> 'sync_id'));
    INSERT INTO public.sync_webhook_deliveries (org_id, endpoint_id, event_id, event_type, data, traceparent)
    VALUES (org, endpoint, event_id, event, publish_event.data, cause);
  END LOOP;
END
$$;
ALTER FUNCTION app.publish_event(text, text, jsonb, uuid[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.publish_event(text, text, jsonb, uuid[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.publish_event(text, text, jsonb, uuid[]) TO sync_app, sync_maintenance;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhook-endpoints/sql/publish_event.sql', 'ea306e12becf52682179531d394d34ffdf688f0302bc39ee0b0f26f86db571f8', ARRAY['ROUTINE app.publish_event(org text, event text, data jsonb, only_to uuid[])']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: receivers learn that a sync started, was paused or resumed, or ended, whether the service did it, a client with plain SQL, or maintenance.
-- Promises: one event a change of status that is no return to the queue, in the transaction of the change. The events of a preview are preview.ready and
-- preview.failed. The WHEN clauses exclude ordinary reports. It runs as sync_maintenance, because neither a login of plain SQL nor whoever
-- ends silent syncs may read endpoints; the row it is called for has passed the policies of its table, so its organization is right.
-- Callers: triggers of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.publish_sync_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind text;
  event text;
BEGIN
  -- Most organizations have none: nothing else is looked at then.
  IF NOT EXISTS (SELECT FROM public.sync_webhook_endpoints AS e WHERE e.org_id = NEW.org_id AND e.enabled) THEN
    RETURN NULL;
  END IF;
  SELECT r.kind INTO kind FROM public.sync_runs AS r WHERE r.org_id = NEW.org_id AND r.sync_id = NEW.sync_id;
  event := CASE
    WHEN kind = 'preview' THEN CASE WHEN NEW.completed_at IS NULL THEN NULL
                                    WHEN NEW.status LIKE 'completed%' THEN 'preview.ready' ELSE 'preview.failed' END
    WHEN NEW.completed_at IS NOT NULL THEN 'sync.' || NEW.status
    WHEN TG_OP = 'INSERT' THEN 'sync.started'
    WHEN NEW.status = 'paused' THEN 'sync.paused'
    ELSE 'sync.resumed' END;
  IF event IS NOT NULL THEN
    PERFORM app.publish_event(NEW.org_id, event, jsonb_strip_nulls(jsonb_build_object('sync_id', NEW.sync_id, 'kind', kind,
      'entity_type', NEW.entity_type, 'source_system', NEW.source_system, 'status', NEW.status,
      'total_items', NEW.total_items, 'processed_count', NEW.processed_count, 'failed_count', NEW.failed_count,
      'started_at', NEW.started_at, 'completed_at', NEW.completed_at, 'error_message', NEW.error_message)));
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.publish_sync_event() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.publish_sync_event() FROM PUBLIC, sync_app, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER publish_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW EXECUTE FUNCTION app.publish_sync_event();
CREATE OR REPLACE TRIGGER publish_on_update AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status
    AND (NEW.completed_at IS NOT NULL OR OLD.status = 'paused' OR NEW.status = 'paused'))
  EXECUTE FUNCTION app.publish_sync_event();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('webhook-endpoints/sql/publish_sync_event.sql', 'ec85b05254b7ced4f7b18e5d30b05716c649e3c21e97bb6ca06b9ab0df8b6071', ARRAY['ROUTINE app.publish_sync_event()', 'TRIGGER publish_on_insert ON public.sync_progress', 'TRIGGER publish_on_update ON public.sync_progress']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: alerts that are not evaluated look like a service in which nothing fails. How late the evaluations are tells the two apart.
-- Promises: the seconds by which the latest evaluation is overdue: its look, or its oldest signal. 0 when nothing is due. Two look-ups and one an
-- organization that has signals. It runs as sync_maintenance and names no organization.
-- Callers: sync_app, by the scheduled task alert-heartbeat.

CREATE OR REPLACE FUNCTION app.alert_lag() RETURNS double precision
LANGUAGE plpgsql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  oldest timestamptz := (SELECT t.due_at FROM public.sync_alert_turns AS t ORDER BY t.due_at LIMIT 1);
  signal record;
  org text := '';
BEGIN
  LOOP
    SELECT s.org_id, s.created_at INTO signal FROM public.sync_alert_signals AS s
     WHERE s.org_id > org ORDER BY s.org_id, s.created_at LIMIT 1;
    EXIT WHEN NOT FOUND;
    org := signal.org_id;
    IF EXISTS (SELECT FROM public.sync_alert_turns AS t WHERE t.org_id = org) THEN
      oldest := least(oldest, signal.created_at);
    END IF;
  END LOOP;
  RETURN greatest(0, extract(epoch FROM now() - oldest));
END
$$;
ALTER FUNCTION app.alert_lag() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.alert_lag() FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.alert_lag() TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('alerts/sql/alert_lag.sql', 'bb4b180b7dee2fc3fdc11dbec38527698890cd56b14f38e44768486493fc054b', ARRAY['ROUTINE app.alert_lag()']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: the rules of all organizations are evaluated by the same workers, and one with many of them must not delay the others.
-- Promises: gives the caller the turns of at most `most` organizations that have a signal or whose look is due, those that waited longest for their
-- last turn first, and no other worker has them until `lease` is over. Signals are skipped through, one look-up an organization, so the cost does
-- not grow with how many there are. A turn that is locked waits for the next call. It runs as sync_maintenance, which sees no rules.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_alert_turns(most integer, lease interval) RETURNS TABLE (org_id text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  due text[] := ARRAY(SELECT t.org_id FROM public.sync_alert_turns AS t WHERE t.due_at <= now() ORDER BY t.due_at LIMIT most * 10);
  org text := '';
  claimed integer := 0;
BEGIN
  LOOP
    org := (SELECT s.org_id FROM public.sync_alert_signals AS s WHERE s.org_id > org ORDER BY s.org_id LIMIT 1);
    EXIT WHEN org IS NULL;
    due := due || org;
  END LOOP;
  -- One by one: a distributed Postgres locks rows of one organization at a time.
  FOR org IN SELECT t.org_id FROM public.sync_alert_turns AS t
              WHERE t.org_id = ANY (due) AND t.claimed_until <= now() ORDER BY t.turn_at, t.org_id LOOP
    EXIT WHEN claimed >= most;
    PERFORM FROM public.sync_alert_turns AS t WHERE t.org_id = org AND t.claimed_until <= now() FOR UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    UPDATE public.sync_alert_turns AS t SET claimed_until = now() + lease, turn_at = now() WHERE t.org_id = org;
    claimed := claimed + 1;
    RETURN QUERY SELECT org;
  END LOOP;
END
$$;
ALTER FUNCTION app.claim_alert_turns(integer, interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_alert_turns(integer, interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_alert_turns(integer, interval) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('alerts/sql/claim_alert_turns.sql', '156e66dee0330934c96e7fcba4ad0fb580bacb414c98dc4d992b97048a17be1f', ARRAY['ROUTINE app.claim_alert_turns(most integer, lease interval)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: past alerts are for looking back at an incident, and a rule whose state changes often makes many.
-- Promises: deletes at most batch_size alerts that were resolved more than 90 days ago and returns their number. It runs as sync_maintenance, whose
-- policy lets it delete only these.
-- Callers: sync_app, by the scheduled task old-alerts.

CREATE OR REPLACE FUNCTION app.cleanup_alerts(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_alerts d WHERE d.resolved_at < now() - interval '90 days' AND (d.org_id, d.id) IN (
    SELECT o.org_id, o.id FROM public.sync_alerts o WHERE o.resolved_at < now() - interval '90 days' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_alerts(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_alerts(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_alerts(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('alerts/sql/cleanup_alerts.sql', 'c45c88b8b089f0c67fb02fa33cc03b433cf0ccf0585c00038ebe94bc1fd11ecd', ARRAY['ROUTINE app.cleanup_alerts(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: an evaluation opens several alerts at once, and each may be muted from before.
-- Promises: opens the alerts that it is given and returns them in this order. A mute of the same rule and subject that is not over holds for the
-- new one, too: it is not told, and reminded of when the mute ends. One INSERT a row, since a distributed Postgres takes none from a SELECT of a function.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.open_alerts(org text, given jsonb) RETURNS SETOF public.sync_alerts
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  n record;
  mute record;
BEGIN
  FOR n IN SELECT * FROM jsonb_to_recordset(given) AS g (rule_id uuid, rule_name text, kind text, subject text, connection_id uuid,
             entity_type text, source_system text, sync_id text, run_kind text, summary text, still_open_seconds double precision)
  LOOP
    SELECT a.muted_at, a.muted_by, a.muted_reason, a.muted_until INTO mute FROM public.sync_alerts a
     WHERE a.org_id = org AND a.rule_id = n.rule_id AND a.subject = n.subject AND a.muted_until > now()
     ORDER BY a.muted_until DESC LIMIT 1;
    RETURN QUERY
      INSERT INTO public.sync_alerts (org_id, rule_id, rule_name, kind, subject, connection_id, entity_type, source_system, sync_id,
        run_kind, summary, told, remind_at, muted_at, muted_by, muted_reason, muted_until)
      VALUES (org, n.rule_id, n.rule_name, n.kind, n.subject, n.connection_id, n.entity_type, n.source_system, n.sync_id, n.run_kind,
        n.summary, mute.muted_until IS NULL, coalesce(mute.muted_until, now() + make_interval(secs => n.still_open_seconds)),
        mute.muted_at, mute.muted_by, mute.muted_reason, mute.muted_until)
      RETURNING *;
  END LOOP;
END
$$;
ALTER FUNCTION app.open_alerts(text, jsonb) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.open_alerts(text, jsonb) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.open_alerts(text, jsonb) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('alerts/sql/open_alerts.sql', '1d7d3f0c4d0e3a18629f3dd54af23f849252de1ed67768eb13fb5fa63f5c8763', ARRAY['ROUTINE app.open_alerts(org text, given jsonb)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: what rules remember of each subject is written for many subjects at once, and a reporter may make up names without end.
-- Promises: those that are known are overwritten, and of new ones as many are added as there is room for up to `most`. One INSERT a row, since a
-- distributed Postgres takes none from a SELECT of a function.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.save_subjects(org text, given jsonb, most integer) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
  known bigint := (SELECT count(*) FROM public.sync_alert_subjects k WHERE k.org_id = org);
BEGIN
  FOR r IN SELECT * FROM jsonb_to_recordset(given) AS g (subject text, connection_id uuid, destination_connection_id uuid,
             entity_type text, source_system text, first_seen_at timestamptz, last_ended_at timestamptz, last_success_at timestamptz,
             successes integer, speeds double precision[], arrivals jsonb)
  LOOP
    IF NOT EXISTS (SELECT FROM public.sync_alert_subjects k WHERE k.org_id = org AND k.subject = r.subject) THEN
      CONTINUE WHEN known >= most;
      known := known + 1;
    END IF;
    INSERT INTO public.sync_alert_subjects (org_id, subject, connection_id, destination_connection_id, entity_type, source_system,
      first_seen_at, last_ended_at, last_success_at, successes, speeds, arrivals)
    VALUES (org, r.subject, r.connection_id, r.destination_connection_id, r.entity_type, r.source_system, r.first_seen_at,
      r.last_ended_at, r.last_success_at, r.successes, r.speeds, r.arrivals)
    ON CONFLICT (org_id, subject) DO UPDATE
       SET first_seen_at = EXCLUDED.first_seen_at, last_ended_at = EXCLUDED.last_ended_at,
           last_success_at = EXCLUDED.last_success_at, successes = EXCLUDED.successes, speeds = EXCLUDED.speeds,
           arrivals = EXCLUDED.arrivals;
  END LOOP;
END
$$;
ALTER FUNCTION app.save_subjects(text, jsonb, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.save_subjects(text, jsonb, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.save_subjects(text, jsonb, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('alerts/sql/save_subjects.sql', '7d2f7c18b8a08eddc5af4d5cc5e5c9fdfa25e3d91acdb73078b434989e69d591', ARRAY['ROUTINE app.save_subjects(org text, given jsonb, most integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: alerts are decided after a sync has ended, by an evaluation that may wait for locks and look at the past. The sync must not wait for it, and
-- no end may be missed, so its transaction leaves a signal.
-- Promises: one row for each end of a sync whose organization has alert rules; of others one look-up. It takes no lock that another transaction
-- wants. It runs as sync_maintenance, because neither a login of plain SQL nor whoever ends silent syncs may write signals; the row it
-- is called for has passed the policies of its table, so its organization is right.
-- Callers: triggers of public.sync_progress only.

CREATE OR REPLACE FUNCTION app.signal_ended_sync() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.sync_alert_turns AS t WHERE t.org_id = NEW.org_id) THEN
    INSERT INTO public.sync_alert_signals (org_id, sync_id) VALUES (NEW.org_id, NEW.sync_id);
  END IF;
  RETURN NULL;
END
$$;
ALTER FUNCTION app.signal_ended_sync() OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.signal_ended_sync() FROM PUBLIC, sync_app, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER signal_end_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW WHEN (NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.signal_ended_sync();
CREATE OR REPLACE TRIGGER signal_end_on_update AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.signal_ended_sync();
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('alerts/sql/signal_ended_sync.sql', '4dcd971e6d7d235c0b5d0db5b65e01a29242a32533db0a1698a28f94c7d86180', ARRAY['ROUTINE app.signal_ended_sync()', 'TRIGGER signal_end_on_insert ON public.sync_progress', 'TRIGGER signal_end_on_update ON public.sync_progress']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: erasures of all organizations are done by the same workers, and a large one must not delay the others.
-- Promises: app.claim_erasure gives the caller the erasure whose last turn was longest ago, and no other worker has it until `lease` is over.
-- One that is locked is left for the next call. app.cleanup_erasures deletes at most batch_size reports that are older than three years. Both
-- run as sync_maintenance, which sees neither addresses nor reports.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.claim_erasure(lease interval) RETURNS TABLE (org_id text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  -- Of turns in one transaction the later one is later.
  at CONSTANT timestamptz := clock_timestamp();
  c record;
BEGIN
  -- One by one: a distributed Postgres locks rows of one organization at a time.
  FOR c IN SELECT e.org_id, e.id FROM public.sync_erasures e
            WHERE e.state = 'running' AND e.claimed_until <= now() ORDER BY e.turn_at, e.org_id, e.id LOOP
    PERFORM FROM public.sync_erasures e
      WHERE e.org_id = c.org_id AND e.id = c.id AND e.state = 'running' AND e.claimed_until <= now() FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
      UPDATE public.sync_erasures e SET claimed_until = now() + lease, turn_at = at WHERE e.org_id = c.org_id AND e.id = c.id;
      RETURN QUERY SELECT c.org_id, c.id;
      RETURN;
    END IF;
  END LOOP;
END
$$;
ALTER FUNCTION app.claim_erasure(interval) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.claim_erasure(interval) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.claim_erasure(interval) TO sync_app;

CREATE OR REPLACE FUNCTION app.cleanup_erasures(batch_size integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM public.sync_erasures e WHERE (e.org_id, e.id) IN (
    SELECT o.org_id, o.id FROM public.sync_erasures o WHERE o.completed_at < now() - interval '3 years' LIMIT batch_size);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
ALTER FUNCTION app.cleanup_erasures(integer) OWNER TO sync_maintenance;
REVOKE ALL ON FUNCTION app.cleanup_erasures(integer) FROM PUBLIC, sync_app, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.cleanup_erasures(integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('erasures/sql/claim_erasures.sql', '60d6dae89e97e917b8dcd9ecb17ef55ab3558308bdd50fef2eb120b64620755c', ARRAY['ROUTINE app.claim_erasure(lease interval)', 'ROUTINE app.cleanup_erasures(batch_size integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: erasing a person must find every text that names them, and nobody whose address only looks alike.
-- Promises: app.mentions finds an address in the text of JSON, in any case, as a whole: not as a part of a longer one.
-- app.without_address puts another word in its place, and keeps JSON valid; in the place of all that a system said, which stands in typographic
-- quotation marks, where that has the address. app.without_members takes members away by their paths.
-- app.tells finds other words of the person, by a pattern of app.value_pattern, and app.without_terms puts another word in their place, in texts alone:
-- a namesake loses a name in an error, and no record.
-- Callers: sync_app.

-- Before the address stands nothing that could belong to it, or the letter of an escape; after it no further part of a domain. For texts in which two
-- backslashes have become chr(2), so that any other begins an escape.
CREATE OR REPLACE FUNCTION app.address_pattern(address text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT replace($p$(?:(?<![^\s"\\<>(),:;@{}[\]'“”„«»=/|~])|(?<=\\[bfnrt]))$p$, '~', chr(2))
  || regexp_replace(address, '([]*+?(){}^$|\\.[-])', '\\\1', 'g')
  || replace($p$(?!\.?[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.])$p$, '~', chr(2))
$body$;
ALTER FUNCTION app.address_pattern(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.address_pattern(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.address_pattern(text) TO sync_app;

-- The pattern is looked for only where the letters stand at all.
CREATE OR REPLACE FUNCTION app.mentions(value text, address text) RETURNS boolean
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT CASE WHEN strpos(lower(value), address) > 0 THEN replace(value, '\\', chr(2)) ~* app.address_pattern(address) ELSE false END
$body$;
ALTER FUNCTION app.mentions(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.mentions(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.mentions(text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.without_address(value text, address text, instead text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT CASE WHEN app.mentions(value, address)
  THEN replace(regexp_replace(regexp_replace(replace(value, '\\', chr(2)),
    $p$“(?:[^”"\\]|\\.)*$p$ || app.address_pattern(address) || $p$(?:[^”"\\]|\\.)*$p$, '“' || instead, 'gi'),
    app.address_pattern(address), instead, 'gi'), chr(2), '\\')
  ELSE value END
$body$;
ALTER FUNCTION app.without_address(text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.without_address(text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.without_address(text, text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.tells(value text, terms text) RETURNS boolean
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT coalesce(replace(value, '\\', chr(2)) ~* terms, false)
$body$;
ALTER FUNCTION app.tells(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.tells(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.tells(text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.without_terms(value text, terms text, instead text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT CASE WHEN app.tells(value, terms)
  THEN replace(regexp_replace(regexp_replace(replace(value, '\\', chr(2)),
    $p$“(?:[^”"\\]|\\.)*(?:$p$ || terms || $p$)(?:[^”"\\]|\\.)*$p$, '“' || instead, 'gi'), terms, instead, 'gi'), chr(2), '\\')
  ELSE value END
$body$;
ALTER FUNCTION app.without_terms(text, text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.without_terms(text, text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.without_terms(text, text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.without_members(data jsonb, paths text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  path text;
BEGIN
  FOREACH path IN ARRAY paths LOOP
    data := data #- string_to_array(path, '.');
  END LOOP;
  RETURN data;
END
$$;
ALTER FUNCTION app.without_members(jsonb, text[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.without_members(jsonb, text[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.without_members(jsonb, text[]) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('erasures/sql/erase.sql', 'd9587234627b2eece9b984d307a9f95d6be5c38862b8434ae0174dc795d8eb65', ARRAY['ROUTINE app.mentions(value text, address text)', 'ROUTINE app.address_pattern(address text)', 'ROUTINE app.without_address(value text, address text, instead text)', 'ROUTINE app.tells(value text, terms text)', 'ROUTINE app.without_terms(value text, terms text, instead text)', 'ROUTINE app.without_members(data jsonb, paths text[])']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: erasures look through all that is stored, so an organization may not ask for any number of them at once.
-- Promises: stores the erasure and returns it; no row when `most` of the organization are at work already.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.store_erasure(org text, named text, address text, subjects jsonb, reference text, requested_by text, most integer)
RETURNS SETOF public.sync_erasures
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM public.sync_erasures e WHERE e.org_id = org AND e.state = 'running') >= most THEN
    RETURN;
  END IF;
  RETURN QUERY
    INSERT INTO public.sync_erasures (org_id, named_by, email, subjects, reference, requested_by)
    VALUES (org, named, address, store_erasure.subjects, store_erasure.reference, store_erasure.requested_by) RETURNING *;
END
$$;
ALTER FUNCTION app.store_erasure(text, text, text, jsonb, text, text, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.store_erasure(text, text, text, jsonb, text, text, integer)
  FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.store_erasure(text, text, text, jsonb, text, text, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('erasures/sql/store_erasure.sql', 'a627559365f08d5a82041a9739769712e6fa3015abc6221187c152c078947eeb', ARRAY['ROUTINE app.store_erasure(org text, named text, address text, subjects jsonb, reference text, requested_by text, most integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: one list of all syncs, active and ended, must cost what it shows, whatever the filter, the search and the length of the history are.
-- Promises:
-- 1. The syncs that `wanted` describes, at most `most`, in the order asked for, from the key (after_at, after_id) on, exclusive. Rows are read in
--    order from the index of one filter, or merged from several, and compared with the others. Sorting, bitmaps and sequential scans
--    are off, so no other plan is left, whatever the planner knows.
-- 2. At most 20,000 rows an index are looked at. When that ends the search before the page is full, the last row has is_match = false, and the
--    next page goes on after it.
-- 3. A search (q, in lower case) compares the newest 250 first, and the newest 2,000 when one of those is found, since what is frequent is
--    too long to be read a whole week of. What is rarer is found by its terms week by week, by the names of connections, and by items: the syncs
--    that changed, failed or skipped one of this id, or of this e-mail, SKU or number in any case, the newest 500. Texts of fewer than three
--    characters, and other orders than the newest first, have no terms; there, rule 2 holds.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.syncs_of_item(org text, item text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
  WITH kinds AS MATERIALIZED (SELECT unnest(ARRAY['customer', 'product', 'order']) AS entity),
  names AS MATERIALIZED (
    SELECT item AS id
     UNION
    SELECT r.external_id FROM kinds AS k CROSS JOIN LATERAL (
      SELECT x.external_id FROM public.sync_records AS x
       WHERE x.org_id = org AND x.entity_type = k.entity AND x.known_as = lower(item) LIMIT 20) AS r),
  sought AS MATERIALIZED (
    SELECT k.entity, n.id, hashtextextended(n.id, hashtextextended(k.entity, 0)) AS item FROM names AS n CROSS JOIN kinds AS k)
  SELECT DISTINCT found.sync_id FROM (
    (SELECT f.sync_id FROM names AS n CROSS JOIN LATERAL (
       SELECT x.sync_id FROM public.sync_items AS x
        WHERE x.org_id = org AND x.external_id = n.id ORDER BY x.updated_at DESC LIMIT 100) AS f)
     UNION ALL
    (SELECT c.sync_id FROM sought AS s CROSS JOIN LATERAL (
       (SELECT x.sync_id FROM public.sync_changes AS x
         WHERE x.org_id = org AND x.item = s.item AND x.entity_type = s.entity AND x.external_id = s.id
         ORDER BY x.at DESC LIMIT 100)
        UNION ALL
       (SELECT x.sync_id FROM public.sync_changes AS x
         WHERE x.org_id = org AND x.entity_type = s.entity AND x.destination_id = s.id ORDER BY x.at DESC LIMIT 100)) AS c)
    ) AS found LIMIT 500
$$;
ALTER FUNCTION app.syncs_of_item(text, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.syncs_of_item(text, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.syncs_of_item(text, text) TO sync_app;

CREATE OR REPLACE FUNCTION app.find_syncs(org text, wanted jsonb, most integer)
  RETURNS TABLE (sync_id text, sort_at timestamptz, is_match boolean)
LANGUAGE plpgsql VOLATILE ROWS 50 SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET enable_hashjoin = off
SET enable_mergejoin = off AS $$
DECLARE
  needle text := lower(wanted ->> 'q');
  statuses text[] := ARRAY(SELECT jsonb_array_elements_text(wanted -> 'statuses'));
  entity text := wanted ->> 'entity_type';
  run_kind text := wanted ->> 'kind';
  by_user text := wanted ->> 'user';
  by_source text := wanted ->> 'source_system';
  by_conflicts boolean := (wanted ->> 'conflicts')::boolean;
  connection uuid := (wanted ->> 'connection_id')::uuid;
  by_end boolean := coalesce(wanted ->> 'by', 'started') = 'ended';
  upwards boolean := coalesce((wanted ->> 'upwards')::boolean, false);
  since timestamptz := coalesce((wanted ->> 'from')::timestamptz, '-infinity');
  until timestamptz := coalesce((wanted ->> 'to')::timestamptz, 'infinity');
  after_at timestamptz := coalesce((wanted ->> 'after_at')::timestamptz, CASE WHEN upwards THEN since ELSE until END);
  after_id text := coalesce(wanted ->> 'after_id', '');
  named uuid[] := '{}';
  touched text[] := '{}';
  has_terms boolean := length(needle) >= 3 AND NOT by_end AND NOT upwards;
  key text := CASE WHEN by_end THEN 'p.completed_at' ELSE 'p.started_at' END;
  run_key CONSTANT text := 'r.started_at';
  -- By a range and an order that only the primary key has, so that no plan looks through another index for the id.
  its_run CONSTANT text := 'LEFT JOIN LATERAL (SELECT * FROM public.sync_runs x
    WHERE x.org_id = $1 AND x.sync_id >= p.sync_id AND x.sync_id <= p.sync_id ORDER BY x.sync_id LIMIT 1) AS r ON true';
  its_progress CONSTANT text := 'CROSS JOIN LATERAL (SELECT * FROM public.sync_progress x
    WHERE x.org_id = $1 AND x.sync_id >= %1$s AND x.sync_id <= %1$s ORDER BY x.sync_id LIMIT 1) AS p';
  from_syncs CONSTANT text := 'public.sync_progress p ' || its_run;
  from_runs CONSTANT text := 'public.sync_runs r ' || format(its_progress, 'r.sync_id');
  -- Who a row is compared with; a null or an empty list asks for nothing.
  compared CONSTANT text := $sql$
    coalesce((cardinality($3) = 0 OR p.status = ANY ($3)) AND ($4 IS NULL OR p.entity_type = $4)
      AND ($5 IS NULL OR coalesce(r.kind, 'reported') = $5) AND ($6 IS NULL OR p.initiated_by = $6)
      AND ($14 IS NULL OR p.source_system = $14) AND ($15 IS NULL OR coalesce(r.left_conflicts, false) = $15)
      AND ($7 IS NULL OR r.source_connection_id = $7 OR r.destination_connection_id = $7)
      AND ($2 IS NULL OR strpos(lower(concat_ws(E'\n', p.sync_id, p.entity_type, p.source_system, p.initiated_by)), $2) > 0
        OR r.source_connection_id = ANY ($8) OR r.destination_connection_id = ANY ($8) OR p.sync_id = ANY ($9)), false)$sql$;
  -- An index each: FROM, the column that it begins with and the value of that, null for none, and its key.
  streams text[][] := '{}';
  stream text[];
  looks integer := CASE WHEN has_terms THEN 2000 ELSE 20000 END;
  looked integer;
  hits integer;
  ids text[] := '{}';
  ats timestamptz[] := '{}';
  -- Nothing before this key is known.
  horizon_at timestamptz;
  horizon_id text;
  step record;
  week integer;
  newest integer;
  oldest integer;
BEGIN
  IF needle IS NOT NULL THEN
    named := ARRAY(SELECT c.id FROM public.sync_connections AS c
                    WHERE c.org_id = org AND c.removed_at IS NULL AND strpos(lower(c.name), needle) > 0 LIMIT 20);
    touched := ARRAY(SELECT app.syncs_of_item(org, wanted ->> 'q'));
  END IF;
  -- The index of the filter that most likely leaves the least.
  streams := CASE
    WHEN by_end THEN ARRAY[[from_syncs, NULL, NULL, key, 'p.sync_id']]
    WHEN connection IS NOT NULL THEN ARRAY[
      [from_runs, 'r.source_connection_id', format('%L::uuid', connection), run_key, 'r.sync_id'],
      [from_runs, 'r.destination_connection_id', format('%L::uuid', connection), run_key, 'r.sync_id']]
    WHEN by_conflicts THEN ARRAY[[from_runs, 'r.left_conflicts', 'true', run_key, 'r.sync_id']]
    WHEN by_user IS NOT NULL THEN ARRAY[[from_syncs, 'p.initiated_by', '$6', key, 'p.sync_id']]
    -- Most syncs are completed; any other status leaves less than a source.
    WHEN by_source IS NOT NULL AND (cardinality(statuses) = 0 OR 'completed' = ANY (statuses)) THEN
      ARRAY[[from_syncs, 'p.source_system', '$14', key, 'p.sync_id']]
    WHEN cardinality(statuses) > 0 THEN
      ARRAY(SELECT ARRAY[from_syncs, 'p.status', quote_literal(s), key, 'p.sync_id'] FROM unnest(statuses) AS s)
    WHEN run_kind <> 'reported' THEN ARRAY[[from_runs, 'r.kind', '$5', run_key, 'r.sync_id']]
    WHEN entity IS NOT NULL THEN ARRAY[[from_syncs, 'p.entity_type', '$4', key, 'p.sync_id']]
    ELSE ARRAY[[from_syncs, NULL, NULL, key, 'p.sync_id']] END;

  FOR round IN 1..2 LOOP
    FOREACH stream SLICE 1 IN ARRAY streams LOOP
      looked := 0;
      hits := 0;
      -- The value of the index is a part of the order and of the bounds, not compared by itself: no other index has that order.
      FOR step IN EXECUTE format(
        'SELECT p.sync_id, %2$s AS at, %3$s AS is_match FROM %1$s
          WHERE %9$s.org_id = $1 %10$s AND (%4$s%2$s, %6$s) %7$s (%5$s$10, $11) AND (%4$s%2$s) >= (%5$s$12) AND (%4$s%2$s) < (%5$s$13)
          ORDER BY %11$s%2$s %8$s, %6$s %8$s',
        stream[1], stream[4], compared, coalesce(stream[2] || ', ', ''), coalesce(stream[3] || ', ', ''), stream[5],
        CASE WHEN upwards THEN '>' ELSE '<' END, CASE WHEN upwards THEN 'ASC' ELSE 'DESC' END, left(stream[5], 1),
        CASE WHEN by_end THEN 'AND p.completed_at IS NOT NULL' ELSE '' END,
        coalesce(stream[2] || CASE WHEN upwards THEN ' ASC, ' ELSE ' DESC, ' END, ''))
        USING org, needle, statuses, entity, run_kind, by_user, connection, named, touched, after_at, after_id, since, until, by_source, by_conflicts
      LOOP
        looked := looked + 1;
        IF step.is_match THEN
          hits := hits + 1;
          ids := ids || step.sync_id;
          ats := ats || step.at;
        END IF;
        EXIT WHEN hits >= most;
        IF looked >= looks OR looked >= 250 AND hits = 0 AND has_terms AND round = 1 THEN
          IF horizon_at IS NULL OR (upwards AND (step.at, step.sync_id) < (horizon_at, horizon_id))
             OR (NOT upwards AND (step.at, step.sync_id) > (horizon_at, horizon_id)) THEN
            horizon_at := step.at;
            horizon_id := step.sync_id;
          END IF;
          EXIT;
        END IF;
      END LOOP;
    END LOOP;
    -- All was seen, or enough is known.
    EXIT WHEN NOT has_terms OR round = 2 OR horizon_at IS NULL OR most <= (
      SELECT count(DISTINCT h.id) FROM unnest(ids, ats) AS h (id, at) WHERE (h.at, h.id) >= (horizon_at, horizon_id));
    horizon_at := NULL;
    horizon_id := NULL;
    looks := 20000;
    hits := 0;
    newest := app.week_of_start(least(after_at, until, now() + interval '1 week'));
    SELECT greatest(app.week_of_start(greatest(min(p.started_at), since)), newest - 1000) INTO oldest
      FROM public.sync_progress AS p WHERE p.org_id = org;
    -- In the order of the weeks and in none within one, so a week is read to its end.
    FOR step IN EXECUTE format(
      'SELECT w.week, p.sync_id, p.started_at AS at FROM generate_series($16, $17, -1) AS w (week)
         CROSS JOIN LATERAL app.syncs_with_terms($1, app.search_terms($1, w.week, $2)) AS t (id)
         %s %s
        WHERE %s AND app.week_of_start(p.started_at) = w.week AND (p.started_at, p.sync_id) < ($10, $11)
          AND p.started_at >= $12 AND p.started_at < $13', format(its_progress, 't.id'), its_run, compared)
      USING org, needle, statuses, entity, run_kind, by_user, connection, named, touched, after_at, after_id, since, until, by_source, by_conflicts, newest, oldest
    LOOP
      EXIT WHEN hits >= most AND step.week < week;
      week := step.week;
      hits := hits + 1;
      ids := ids || step.sync_id;
      ats := ats || step.at;
    END LOOP;
    IF oldest = newest - 1000 AND hits < most THEN
      horizon_at := to_timestamp(oldest::double precision * 604800);
      horizon_id := '';
    END IF;
    FOR step IN EXECUTE format(
      'SELECT p.sync_id, p.started_at AS at FROM unnest($9) AS t (id)
         %s %s
        WHERE %s AND (p.started_at, p.sync_id) < ($10, $11) AND p.started_at >= $12 AND p.started_at < $13', format(its_progress, 't.id'), its_run, compared)
      USING org, needle, statuses, entity, run_kind, by_user, connection, named, touched, after_at, after_id, since, until, by_source, by_conflicts
    LOOP
      ids := ids || step.sync_id;
      ats := ats || step.at;
    END LOOP;
    streams := ARRAY(SELECT ARRAY[from_runs, c, format('%L::uuid', n), run_key, 'r.sync_id']
                       FROM unnest(named) AS n, unnest(ARRAY['r.source_connection_id', 'r.destination_connection_id']) AS c);
    EXIT WHEN cardinality(named) = 0;
  END LOOP;

  RETURN QUERY EXECUTE format(
    'SELECT h.id, h.at, true FROM (SELECT DISTINCT * FROM unnest($1, $2) AS u (id, at)) AS h
      WHERE $3 IS NULL OR (h.at, h.id) %1$s ($3, $4) ORDER BY h.at %2$s, h.id %2$s LIMIT $5',
    CASE WHEN upwards THEN '<=' ELSE '>=' END, CASE WHEN upwards THEN 'ASC' ELSE 'DESC' END)
    USING ids, ats, horizon_at, horizon_id, most;
  GET DIAGNOSTICS looked = ROW_COUNT;
  IF looked < most AND horizon_at IS NOT NULL THEN
    RETURN QUERY SELECT horizon_id, horizon_at, false;
  END IF;
END
$$;
ALTER FUNCTION app.find_syncs(text, jsonb, integer) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.find_syncs(text, jsonb, integer) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.find_syncs(text, jsonb, integer) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('console/sql/find_syncs.sql', 'a823e3690fce047fd7448b3b741331667c1c2b0ef88c687c5932b7c01ce01573', ARRAY['ROUTINE app.syncs_of_item(org text, item text)', 'ROUTINE app.find_syncs(org text, wanted jsonb, most integer)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: what an operator sees first must come in one round trip, and cost the same after ten years as on the first day.
-- Promises: one JSON object of the organization. Of each connection and entity type the newest runs are read, 50 in each direction, to say
-- how it stands; of the last 24 hours the runs of each connection, 2,000 in each direction, and 20,000 syncs that others report; of what needs a
-- person 1,000 of a kind at most, so a count of 1,000 means 1,000 or more. Rows are read in order from their indexes: sorting of tables, bitmaps
-- and sequential scans are off, and one row is looked up by a range and an order that only the primary key has.
-- Callers: sync_app.

CREATE OR REPLACE FUNCTION app.overview(org text) RETURNS json
LANGUAGE sql STABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off AS $$
  WITH kinds AS MATERIALIZED (SELECT unnest(ARRAY['customer', 'product', 'order']) AS entity),
  connections AS MATERIALIZED (
    SELECT c.id, c.name, c.system, c.status, c.last_error, c.last_checked_at, c.paused_at FROM public.sync_connections AS c
     WHERE c.org_id = org AND c.removed_at IS NULL LIMIT 1000),
  active AS MATERIALIZED (
    SELECT s.sync_id, s.status, s.updated_at, s.pause_requested, s.rate_limited_until FROM app.active_syncs(org, 1000) AS s),
  newest AS MATERIALIZED (
    SELECT c.id, k.entity, r.sync_id, r.created_at, p.status, p.completed_at
      FROM connections AS c CROSS JOIN kinds AS k CROSS JOIN LATERAL (
        (SELECT x.sync_id, x.created_at FROM public.sync_runs AS x
          WHERE x.org_id = org AND x.source_connection_id = c.id AND x.entity_type = k.entity AND x.kind NOT IN ('preview', 'reconcile')
          ORDER BY x.created_at DESC, x.sync_id LIMIT 50)
         UNION ALL
        (SELECT y.sync_id, y.created_at FROM (
           SELECT x.* FROM public.sync_runs AS x
            WHERE x.org_id = org AND x.destination_connection_id = c.id ORDER BY x.created_at DESC, x.sync_id LIMIT 50) AS y
          WHERE y.entity_type = k.entity AND y.kind NOT IN ('preview', 'reconcile'))) AS r
     CROSS JOIN LATERAL (
        SELECT x.status, x.completed_at FROM public.sync_progress AS x WHERE x.org_id = org AND x.sync_id >= r.sync_id AND x.sync_id <= r.sync_id ORDER BY x.sync_id LIMIT 1) AS p),
  flows AS MATERIALIZED (
    SELECT n.id, n.entity,
           (array_agg(n.sync_id ORDER BY n.created_at DESC) FILTER (WHERE n.completed_at IS NOT NULL))[1] AS last_sync_id,
           (array_agg(n.status ORDER BY n.created_at DESC) FILTER (WHERE n.completed_at IS NOT NULL))[1] AS last_status,
           max(n.completed_at) AS last_ended_at,
           max(n.completed_at) FILTER (WHERE n.status LIKE 'completed%') AS last_success_at,
           count(*) FILTER (WHERE n.completed_at IS NULL)::integer AS active
      FROM newest AS n GROUP BY n.id, n.entity),
  plans AS MATERIALIZED (
    SELECT c.id, s.entity_type AS entity, min(s.next_run_at) AS next_run_at, max(s.last_run_at) AS last_run_at,
           (array_agg(s.last_error) FILTER (WHERE s.last_error IS NOT NULL))[1] AS last_error
      FROM connections AS c CROSS JOIN LATERAL (
        SELECT x.* FROM public.sync_schedules AS x WHERE x.org_id = org AND x.connection_id = c.id LIMIT 1000) AS s
     WHERE s.enabled GROUP BY c.id, s.entity_type),
  refused AS MATERIALIZED (
    (SELECT x.is_conflict, x.entity_type, x.source_connection_id, x.destination_connection_id, x.error_class FROM public.sync_refusals AS x
      WHERE x.org_id = org AND x.is_conflict = true ORDER BY x.refused_at DESC LIMIT 1000)
     UNION ALL
    (SELECT x.is_conflict, x.entity_type, x.source_connection_id, x.destination_connection_id, x.error_class FROM public.sync_refusals AS x
      WHERE x.org_id = org AND x.is_conflict = false ORDER BY x.refused_at DESC LIMIT 1000)),
  standing AS MATERIALIZED (
    SELECT c.id, k.entity, f.last_sync_id, f.last_status, f.last_ended_at, f.last_success_at, coalesce(f.active, 0) AS active,
           s.next_run_at, s.last_error AS schedule_error,
           (SELECT count(*) FROM refused AS r WHERE r.is_conflict AND r.entity_type = k.entity
               AND c.id IN (r.source_connection_id, r.destination_connection_id))::integer AS conflict_count,
           (SELECT count(*) FROM refused AS r WHERE NOT r.is_conflict AND r.entity_type = k.entity
               AND c.id IN (r.source_connection_id, r.destination_connection_id))::integer AS failing_count,
           CASE WHEN f.last_status IN ('failed', 'timeout') OR s.last_error IS NOT NULL THEN 'failing'
                -- A schedule should have started one and did not, or what it started last has brought nothing yet.
                WHEN s.next_run_at < now() - interval '10 minutes'
                  OR s.last_run_at < now() - interval '1 hour' AND coalesce(f.last_success_at, '-infinity') < s.last_run_at THEN 'late'
                WHEN f.last_success_at IS NULL THEN 'never'
                ELSE 'fresh' END AS health
      FROM connections AS c CROSS JOIN kinds AS k
      LEFT JOIN flows AS f ON f.id = c.id AND f.entity = k.entity
      LEFT JOIN plans AS s ON s.id = c.id AND s.entity = k.entity
     WHERE f.id IS NOT NULL OR s.id IS NOT NULL),
  day AS MATERIALIZED (SELECT date_trunc('hour', now(), 'UTC') - interval '23 hours' AS since),
  of_day AS MATERIALIZED (
    SELECT c.id, date_trunc('hour', r.started_at, 'UTC') AS hour, p.status, r.conflict_count, r.left_conflicts
      FROM connections AS c CROSS JOIN day CROSS JOIN LATERAL (
        (SELECT x.sync_id, x.started_at, x.conflict_count, x.left_conflicts FROM public.sync_runs AS x
          WHERE x.org_id = org AND x.source_connection_id = c.id AND x.started_at >= day.since
          ORDER BY x.started_at DESC, x.sync_id DESC LIMIT 2000)
         UNION ALL
        (SELECT x.sync_id, x.started_at, x.conflict_count, x.left_conflicts FROM public.sync_runs AS x
          WHERE x.org_id = org AND x.destination_connection_id = c.id AND x.started_at >= day.since
          ORDER BY x.started_at DESC, x.sync_id DESC LIMIT 2000)) AS r
     CROSS JOIN LATERAL (SELECT x.status FROM public.sync_progress AS x WHERE x.org_id = org AND x.sync_id >= r.sync_id AND x.sync_id <= r.sync_id ORDER BY x.sync_id LIMIT 1) AS p),
  hours AS MATERIALIZED (
    SELECT d.id, d.hour, count(*)::integer AS sync_count,
           count(*) FILTER (WHERE d.status IN ('failed', 'timeout', 'completed_with_errors'))::integer AS failed_count,
           sum(d.conflict_count) AS conflict_count, count(*) FILTER (WHERE d.left_conflicts)::integer AS conflict_syncs
      FROM of_day AS d GROUP BY d.id, d.hour),
  reported AS MATERIALIZED (
    SELECT p.source_system, date_trunc('hour', p.started_at, 'UTC') AS hour, p.status, p.started_at FROM day CROSS JOIN LATERAL (
      SELECT x.sync_id, x.source_system, x.started_at, x.status FROM public.sync_progress AS x
       WHERE x.org_id = org AND x.started_at >= day.since ORDER BY x.started_at DESC, x.sync_id DESC LIMIT 20000) AS p
     WHERE NOT coalesce((SELECT true FROM public.sync_runs AS x
       WHERE x.org_id = org AND x.sync_id >= p.sync_id AND x.sync_id <= p.sync_id ORDER BY x.sync_id LIMIT 1), false)),
  reported_hours AS MATERIALIZED (
    SELECT r.source_system, r.hour, count(*)::integer AS sync_count,
           count(*) FILTER (WHERE r.status IN ('failed', 'timeout', 'completed_with_errors'))::integer AS failed_count,
           0 AS conflict_count, 0 AS conflict_syncs
      FROM reported AS r GROUP BY r.source_system, r.hour),
  previews AS MATERIALIZED (
    SELECT c.summary FROM public.sync_preview_cache AS c WHERE c.org_id = org AND c.expires_at > now() LIMIT 1000)
  SELECT json_build_object(
    'since', (SELECT day.since FROM day),
    'now', (SELECT json_build_object('active', count(*),
        'running', count(*) FILTER (WHERE a.status = 'running'),
        'queued', count(*) FILTER (WHERE a.status = 'queued'),
        'paused', count(*) FILTER (WHERE a.status = 'paused'),
        'silent', count(*) FILTER (WHERE a.status = 'running' AND a.updated_at < now() - interval '1 minute' AND a.rate_limited_until IS NULL))
      FROM active AS a),
    'attention', json_build_object(
      'open_alerts', (SELECT count(*) FROM (SELECT FROM public.sync_alerts AS t
          WHERE t.org_id = org AND t.resolved_at IS NULL AND t.acknowledged_at IS NULL AND (t.muted_until IS NULL OR t.muted_until <= now())
          ORDER BY t.opened_at LIMIT 1000) AS o),
      'failed_syncs', (SELECT count(*) FROM unnest(ARRAY['failed', 'timeout', 'completed_with_errors']) AS s (status) CROSS JOIN day
        CROSS JOIN LATERAL (SELECT FROM public.sync_progress AS p
          WHERE p.org_id = org AND p.status = s.status AND p.started_at >= day.since ORDER BY p.started_at DESC, p.sync_id DESC LIMIT 1000) AS f),
      'approvals', (SELECT count(*) FROM active AS a CROSS JOIN LATERAL (
          SELECT x.approval FROM public.sync_runs AS x
           WHERE x.org_id = org AND x.sync_id >= a.sync_id AND x.sync_id <= a.sync_id ORDER BY x.sync_id LIMIT 1) AS r
        WHERE r.approval = 'wanted'),
      'conflicts', (SELECT count(*) FROM refused AS r WHERE r.is_conflict),
      'ambiguous_matches', (SELECT count(*) FROM refused AS r WHERE r.is_conflict AND r.error_class = 'ambiguous_match'),
      'failing_items', (SELECT count(*) FROM refused AS r WHERE NOT r.is_conflict),
      'ready_previews', (SELECT count(*) FROM previews AS v),
      'guarded_previews', (SELECT count(*) FROM previews AS v WHERE v.summary ->> 'guard' IS NOT NULL),
      'failing_connections', (SELECT count(*) FROM connections AS c WHERE c.status = 'failing')),
    'connections', (SELECT coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'system', c.system, 'status', c.status,
        'last_error', c.last_error, 'last_checked_at', c.last_checked_at, 'paused_at', c.paused_at,
        'entities', (SELECT coalesce(json_agg(json_build_object('entity_type', s.entity, 'health', s.health, 'last_sync_id', s.last_sync_id,
            'last_status', s.last_status, 'last_ended_at', s.last_ended_at, 'last_success_at', s.last_success_at, 'active', s.active,
            'next_run_at', s.next_run_at, 'schedule_error', s.schedule_error, 'conflict_count', s.conflict_count,
            'failing_count', s.failing_count) ORDER BY s.entity), '[]') FROM standing AS s WHERE s.id = c.id),
        'hours', (SELECT coalesce(json_agg(json_build_object('hour', h.hour, 'sync_count', h.sync_count, 'failed_count', h.failed_count,
            'conflict_count', h.conflict_count, 'conflict_syncs', h.conflict_syncs) ORDER BY h.hour), '[]') FROM hours AS h WHERE h.id = c.id)) ORDER BY c.name), '[]')
      FROM connections AS c),
    'reported', (SELECT coalesce(json_agg(json_build_object('source_system', s.source_system,
        'hours', (SELECT json_agg(json_build_object('hour', h.hour, 'sync_count', h.sync_count, 'failed_count', h.failed_count,
            'conflict_count', h.conflict_count, 'conflict_syncs', h.conflict_syncs) ORDER BY h.hour) FROM reported_hours AS h WHERE h.source_system = s.source_system))
        ORDER BY s.source_system), '[]')
      FROM (SELECT DISTINCT h.source_system FROM reported_hours AS h ORDER BY h.source_system LIMIT 100) AS s))
$$;
ALTER FUNCTION app.overview(text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.overview(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.overview(text) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('console/sql/overview.sql', 'fa2e9ee9777cbd5c4a7336c5307d5d73a80ffd7eab36479a2719cdaa6702f902', ARRAY['ROUTINE app.overview(org text)']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
-- Why: a sync is found by any part of what names it. migrations/0015-sync-search.ts tells how that stays within row-level security.
-- Promises: search_terms makes the terms of a text, the same for what is stored and what is asked for: one of every three characters, in
-- lower case. What a client of plain SQL stores are the terms of a sync of its own, whatever it says: with those of another organization
-- it could fill what the searches of that one read. Each start of a sync stores the terms of its week; a sync whose start moves to another week is stored for that, too, and
-- nothing is ever taken out, so a reader compares what it finds. syncs_with_terms returns the syncs that have all of the terms of a text, and
-- others that have some of them, perhaps more than once.
-- Callers: triggers of public.sync_search and of public.sync_progress, whose condition sync_maintenance evaluates when it ends a sync; app.find_syncs.

CREATE OR REPLACE FUNCTION app.week_of_start(at timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
  SELECT floor(extract(epoch FROM at) / 604800)::integer
$$;
ALTER FUNCTION app.week_of_start(timestamptz) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.week_of_start(timestamptz) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.week_of_start(timestamptz) TO sync_app, sync_maintenance, sync_sql;

-- The organization and the week are hashed once, into the seed of the others: half the time of hashing them with each term.
CREATE OR REPLACE FUNCTION app.search_terms(org text, week integer, words text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  folded CONSTANT text := lower(words);
  seed CONSTANT bigint := hashtextextended(org || E'\n' || week, 0);
BEGIN
  RETURN ARRAY(SELECT hashtextextended(substr(folded, place, 3), seed) FROM generate_series(1, length(folded) - 2) AS place);
END
$$;
ALTER FUNCTION app.search_terms(text, integer, text) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.search_terms(text, integer, text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.search_terms(text, integer, text) TO sync_app, sync_sql;

CREATE OR REPLACE FUNCTION app.store_search_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.sync_search (org_id, sync_id, terms)
  VALUES (NEW.org_id, NEW.sync_id, app.search_terms(NEW.org_id, app.week_of_start(NEW.started_at),
    concat_ws(E'\n', NEW.sync_id, NEW.entity_type, NEW.source_system, NEW.initiated_by)));
  RETURN NULL;
END
$$;
ALTER FUNCTION app.store_search_terms() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.store_search_terms() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER search_on_insert AFTER INSERT ON public.sync_progress
  FOR EACH ROW EXECUTE FUNCTION app.store_search_terms();
CREATE OR REPLACE TRIGGER search_on_move AFTER UPDATE ON public.sync_progress
  FOR EACH ROW WHEN (OLD.started_at <> NEW.started_at AND app.week_of_start(OLD.started_at) <> app.week_of_start(NEW.started_at))
  EXECUTE FUNCTION app.store_search_terms();

CREATE OR REPLACE FUNCTION app.own_search_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- The superuser has the role's rights, too, and restores what was stored.
  IF NOT EXISTS (SELECT FROM auth.sql_roles AS r WHERE r.role_name = session_user) THEN
    RETURN NEW;
  END IF;
  SELECT app.search_terms(p.org_id, app.week_of_start(p.started_at),
    concat_ws(E'\n', p.sync_id, p.entity_type, p.source_system, p.initiated_by)) INTO NEW.terms
    FROM public.sync_progress AS p WHERE p.org_id = NEW.org_id AND p.sync_id = NEW.sync_id;
  RETURN CASE WHEN FOUND THEN NEW END;
END
$$;
ALTER FUNCTION app.own_search_terms() OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.own_search_terms() FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
CREATE OR REPLACE TRIGGER own_search_terms BEFORE INSERT ON public.sync_search
  FOR EACH ROW WHEN (pg_has_role(current_user, 'sync_sql', 'USAGE')) EXECUTE FUNCTION app.own_search_terms();

CREATE OR REPLACE FUNCTION app.syncs_with_terms(org text, wanted bigint[]) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = on AS $$
BEGIN
  -- Every third term and the last: they have each character of the text, and each term more is a descent of the index.
  PERFORM set_config('app.searched_terms', ARRAY(SELECT wanted[place] FROM generate_series(1, cardinality(wanted), 3) AS place
    UNION ALL SELECT wanted[cardinality(wanted)])::text, true);
  RETURN QUERY SELECT s.sync_id FROM public.sync_search AS s WHERE s.org_id = org;
  PERFORM set_config('app.searched_terms', '', true);
END
$$;
ALTER FUNCTION app.syncs_with_terms(text, bigint[]) OWNER TO CURRENT_USER;
REVOKE ALL ON FUNCTION app.syncs_with_terms(text, bigint[]) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.syncs_with_terms(text, bigint[]) TO sync_app;
;
-- next
INSERT INTO app.sql_files (name, sha256, objects) VALUES ('console/sql/search_terms.sql', '125c39463f9b50d4f1606bbc0fa6e1c71e18d7f5b66e533e0b9383b332a8d8c9', ARRAY['ROUTINE app.week_of_start(at timestamp with time zone)', 'ROUTINE app.search_terms(org text, week integer, words text)', 'ROUTINE app.store_search_terms()', 'ROUTINE app.own_search_terms()', 'ROUTINE app.syncs_with_terms(org text, wanted bigint[])', 'TRIGGER search_on_insert ON public.sync_progress', 'TRIGGER search_on_move ON public.sync_progress', 'TRIGGER own_search_terms ON public.sync_search']::text[])
     ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256, objects = EXCLUDED.objects, applied_at = now()
;
-- next
DELETE FROM app.sql_files WHERE name <> ALL (ARRAY['tenancy/sql/bound_org.sql', 'tenancy/sql/organizations.sql', 'tenancy/sql/set_org.sql', 'auth/sql/cleanup_sign_ins.sql', 'auth/sql/end_session.sql', 'auth/sql/exchange_link.sql', 'auth/sql/find_key.sql', 'auth/sql/live_keys.sql', 'auth/sql/open_member_session.sql', 'auth/sql/open_session.sql', 'auth/sql/organization_keys.sql', 'idempotency/sql/claim_idempotency_key.sql', 'idempotency/sql/cleanup_idempotency_keys.sql', 'progress/sql/active_syncs.sql', 'progress/sql/end_of_sync.sql', 'progress/sql/end_silent_syncs.sql', 'progress/sql/ended_is_final.sql', 'progress/sql/find_sync.sql', 'progress/sql/log_control.sql', 'progress/sql/measure_progress.sql', 'progress/sql/open_syncs.sql', 'progress/sql/report_progress.sql', 'progress/sql/request_control.sql', 'progress/sql/start_sync.sql', 'progress/sql/watch_progress.sql', 'activity/sql/append_activity.sql', 'activity/sql/log_rights.sql', 'activity/sql/partitions.sql', 'activity/sql/seals.sql', 'activity/sql/sign_entry.sql', 'activity/sql/tell_root.sql', 'activity/sql/trail_persons.sql', 'activity/sql/trend_hours.sql', 'preview-cache/sql/auto_cleanup_preview_cache.sql', 'connectors/sql/webhook_addresses.sql', 'records/sql/kept_changes.sql', 'records/sql/personal_values.sql', 'records/sql/save_records.sql', 'runs/sql/cleanup_expired_items.sql', 'runs/sql/cleanup_seen.sql', 'runs/sql/commit_batch.sql', 'runs/sql/dispatch_runs.sql', 'runs/sql/end_paused_run.sql', 'runs/sql/lease.sql', 'runs/sql/lock.sql', 'runs/sql/open_runs.sql', 'runs/sql/purge_removed_connections.sql', 'runs/sql/slots.sql', 'previews/sql/cleanup_preview_changes.sql', 'schedules/sql/due_censuses.sql', 'schedules/sql/due_schedules.sql', 'webhooks/sql/cleanup_webhook_deliveries.sql', 'webhooks/sql/due_webhook_checks.sql', 'webhooks/sql/store_delivery.sql', 'webhook-endpoints/sql/claim_webhook_endpoints.sql', 'webhook-endpoints/sql/cleanup_outbound_deliveries.sql', 'webhook-endpoints/sql/publish_batch_events.sql', 'webhook-endpoints/sql/publish_event.sql', 'webhook-endpoints/sql/publish_sync_event.sql', 'alerts/sql/alert_lag.sql', 'alerts/sql/claim_alert_turns.sql', 'alerts/sql/cleanup_alerts.sql', 'alerts/sql/open_alerts.sql', 'alerts/sql/save_subjects.sql', 'alerts/sql/signal_ended_sync.sql', 'erasures/sql/claim_erasures.sql', 'erasures/sql/erase.sql', 'erasures/sql/store_erasure.sql', 'console/sql/find_syncs.sql', 'console/sql/overview.sql', 'console/sql/search_terms.sql']::text[])
;
-- next
REVOKE CREATE ON SCHEMA app, public FROM sync_maintenance, sync_directory
;
-- next
REVOKE sync_directory FROM CURRENT_USER
;
-- next
WITH mine AS (SELECT relowner AS owner FROM pg_class WHERE oid = to_regclass('public.sync_progress')),
  spaces AS (SELECT oid, nspname, nspacl, nspowner FROM pg_namespace WHERE nspname IN ('app', 'auth', 'public')),
  tables AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity
      FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND (n.nspname <> 'public' OR c.relname ~ '^(sync_(?!activity_log_)|idempotency_keys$)' AND c.relname !~ '_[0-9]{6,}$')),
  -- What the SQL files have defined, as they name it.
  objects AS (SELECT unnest(f.objects) AS name FROM app.sql_files f),
  functions AS (
    SELECT o.name, p.* FROM pg_proc p JOIN spaces n ON n.oid = p.pronamespace
      JOIN objects o ON o.name = format('ROUTINE %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))),
  triggers AS (
    SELECT o.name, g.* FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN spaces n ON n.oid = c.relnamespace
      JOIN objects o ON o.name = format('TRIGGER %I ON %I.%I', g.tgname, n.nspname, c.relname)),
  facts (kind, fact) AS (
    SELECT 'roles', concat_ws('|', r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication,
        (SELECT string_agg(pg_get_userbyid(m.roleid)::text, ',' ORDER BY pg_get_userbyid(m.roleid)::text)
           FROM pg_auth_members m WHERE m.member = r.oid))
      FROM pg_roles r WHERE r.rolname IN ('sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup')
    UNION ALL
    SELECT 'owners', concat_ws('|', t.name, CASE t.relowner WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(t.relowner)::text END) FROM tables t
    UNION ALL
    SELECT 'row-level security', concat_ws('|', t.name, t.relrowsecurity, t.relforcerowsecurity) FROM tables t
    UNION ALL
    SELECT 'policies', concat_ws('|', t.name, p.polname, p.polcmd, p.polpermissive,
        (SELECT string_agg(CASE r WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(r)::text END, ',' ORDER BY CASE r WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(r)::text END) FROM unnest(p.polroles) AS r),
        coalesce(regexp_replace(pg_get_expr(p.polqual, p.polrelid), '[()[:space:]]|::[a-z]+', '', 'g'), '-'), coalesce(regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '[()[:space:]]|::[a-z]+', '', 'g'), '-'))
      FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
    UNION ALL
    SELECT 'grants', concat_ws('|', t.name, 
  (SELECT string_agg(CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END || ' ' || g.privilege_type, ',' ORDER BY CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END, g.privilege_type)
     FROM aclexplode(coalesce(t.relacl, acldefault('r', t.relowner))) AS g
    WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN ('sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup'))) FROM tables t
    UNION ALL
    SELECT 'grants', concat_ws('|', t.name, a.attname, 
  (SELECT string_agg(CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END || ' ' || g.privilege_type, ',' ORDER BY CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END, g.privilege_type)
     FROM aclexplode(coalesce(a.attacl, acldefault('c', t.relowner))) AS g
    WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN ('sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup')))
      FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    -- Versions and providers differ in what everybody may do in public.
    SELECT 'grants', concat_ws('|', n.nspname, 
  (SELECT string_agg(CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END || ' ' || g.privilege_type, ',' ORDER BY CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END, g.privilege_type)
     FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS g
    WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN ('sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup'))) FROM spaces n WHERE n.nspname <> 'public'
    UNION ALL
    SELECT 'functions', concat_ws('|', f.name, CASE f.proowner WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(f.proowner)::text END, f.prosecdef, f.provolatile, f.proconfig::text, md5(f.prosrc),
        
  (SELECT string_agg(CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END || ' ' || g.privilege_type, ',' ORDER BY CASE g.grantee WHEN 0 THEN 'public' WHEN (SELECT owner FROM mine) THEN 'owner' ELSE pg_get_userbyid(g.grantee)::text END, g.privilege_type)
     FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS g
    WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN ('sync_app', 'sync_maintenance', 'sync_directory', 'sync_sql', 'sync_sql_payloads', 'sync_backup')))
      FROM functions f
    UNION ALL
    SELECT 'triggers', concat_ws('|', g.name, g.tgenabled, g.tgtype, g.tgfoid::regprocedure) FROM triggers g)
  SELECT kind, md5(string_agg(fact, E'\n' ORDER BY fact COLLATE "C")) AS hash FROM facts GROUP BY kind
;
-- next
COMMENT ON SCHEMA app IS 'as migrated: {"functions":"267ca0e2d292b92fc290d71dd83ae544","grants":"5f5e084d9b866d2ca4b668f35b88b04b","owners":"97a7df4310e61205bc760857ae1be630","policies":"7b1803364c5c8fc38b5e838b57641fee","roles":"c7aba0f4a9f1025fccb4dcaff1d5077f","row-level security":"9b216c0130202ec6bb201c033b929723","triggers":"198b595da25faa32b98b70286de107f0"}'
;

-- part: rows
INSERT INTO public.sync_progress (org_id,sync_id,entity_type,source_system,started_at,updated_at) VALUES ('org-1','live','customer','woocommerce','2026-12-01T11:53:15.564Z','2026-12-01T14:53:15.564Z')
;
-- next
INSERT INTO public.sync_progress (org_id,sync_id,entity_type,source_system,started_at,updated_at) VALUES ('org-1','stale','customer','woocommerce','2026-12-01T11:53:15.564Z','2026-12-01T12:53:15.564Z')
;
-- next
INSERT INTO public.sync_progress (org_id,sync_id,entity_type,source_system,started_at,updated_at) VALUES ('org-2','live','customer','woocommerce','2026-12-01T11:53:15.564Z','2026-12-01T14:53:15.564Z')
;
-- next
INSERT INTO public.sync_progress (org_id,sync_id,entity_type,source_system,started_at,updated_at) VALUES ('org-2','stale','customer','woocommerce','2026-12-01T11:53:15.564Z','2026-12-01T12:53:15.564Z')
;
-- next
INSERT INTO public.sync_activity_log (org_id,sync_id,activity_type,status) VALUES ('org-1','live','batch_process','running')
;
-- next
INSERT INTO public.sync_activity_log (org_id,sync_id,activity_type,status) VALUES ('org-1','stale','sync_timeout','timeout')
;
-- next
INSERT INTO public.sync_activity_log (org_id,sync_id,activity_type,status) VALUES ('org-2','live','batch_process','running')
;
-- next
INSERT INTO public.sync_activity_log (org_id,sync_id,activity_type,status) VALUES ('org-2','stale','sync_timeout','timeout')
;
-- next
INSERT INTO public.sync_activity_seals (org_id,sequence,entry_ids,entry_times,entry_hashes,previous_hash,hash) VALUES ('org-1',1,'{ac968b3a-b749-d58d-9fc8-882e87f58f40}','{2026-12-01T13:53:15.565Z}', E'{"\\\\x00"}','\x6c69766520202020202020202020202020202020202020202020202020202020','\x0000000000000000000000000000000000000000000000000000000000000000')
;
-- next
INSERT INTO public.sync_activity_seals (org_id,sequence,entry_ids,entry_times,entry_hashes,previous_hash,hash) VALUES ('org-1',2,'{ac968b3a-b749-d58d-9fc8-882e87f58f40}','{2026-12-01T13:53:15.566Z}', E'{"\\\\x00"}','\x7374616c65202020202020202020202020202020202020202020202020202020','\x0000000000000000000000000000000000000000000000000000000000000000')
;
-- next
INSERT INTO public.sync_activity_seals (org_id,sequence,entry_ids,entry_times,entry_hashes,previous_hash,hash) VALUES ('org-2',1,'{342a6add-2d9d-d102-20e2-7b29551591d5}','{2026-12-01T13:53:15.577Z}', E'{"\\\\x00"}','\x6c69766520202020202020202020202020202020202020202020202020202020','\x0000000000000000000000000000000000000000000000000000000000000000')
;
-- next
INSERT INTO public.sync_activity_seals (org_id,sequence,entry_ids,entry_times,entry_hashes,previous_hash,hash) VALUES ('org-2',2,'{342a6add-2d9d-d102-20e2-7b29551591d5}','{2026-12-01T13:53:15.577Z}', E'{"\\\\x00"}','\x7374616c65202020202020202020202020202020202020202020202020202020','\x0000000000000000000000000000000000000000000000000000000000000000')
;
-- next
INSERT INTO public.sync_trail_persons (org_id,token,address) VALUES ('org-1','person:live','live')
;
-- next
INSERT INTO public.sync_trail_persons (org_id,token,address,month) VALUES ('org-1','person:stale','stale','2020-01-01')
;
-- next
INSERT INTO public.sync_trail_persons (org_id,token,address) VALUES ('org-2','person:live','live')
;
-- next
INSERT INTO public.sync_trail_persons (org_id,token,address,month) VALUES ('org-2','person:stale','stale','2020-01-01')
;
-- next
INSERT INTO public.sync_erasures (org_id,id,named_by) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','email')
;
-- next
INSERT INTO public.sync_erasures (org_id,id,named_by,state,remaining,completed_at) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','email','completed',0,'2023-08-19T13:53:15.577Z')
;
-- next
INSERT INTO public.sync_erasures (org_id,id,named_by) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','email')
;
-- next
INSERT INTO public.sync_erasures (org_id,id,named_by,state,remaining,completed_at) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','email','completed',0,'2023-08-19T13:53:15.577Z')
;
-- next
INSERT INTO public.sync_preview_cache (org_id,sync_type,cache_key,delta_data,expires_at) VALUES ('org-1','live','key of live','{}','2026-12-01T14:53:15.577Z')
;
-- next
INSERT INTO public.sync_preview_cache (org_id,sync_type,cache_key,delta_data,expires_at) VALUES ('org-1','stale','key of stale','{}','2026-12-01T12:53:15.577Z')
;
-- next
INSERT INTO public.sync_preview_cache (org_id,sync_type,cache_key,delta_data,expires_at) VALUES ('org-2','live','key of live','{}','2026-12-01T14:53:15.577Z')
;
-- next
INSERT INTO public.sync_preview_cache (org_id,sync_type,cache_key,delta_data,expires_at) VALUES ('org-2','stale','key of stale','{}','2026-12-01T12:53:15.577Z')
;
-- next
INSERT INTO public.idempotency_keys (org_id,key,fingerprint,expires_at) VALUES ('org-1','live','f','2026-12-01T14:53:15.577Z')
;
-- next
INSERT INTO public.idempotency_keys (org_id,key,fingerprint,expires_at) VALUES ('org-1','stale','f','2026-12-01T12:53:15.577Z')
;
-- next
INSERT INTO public.idempotency_keys (org_id,key,fingerprint,expires_at) VALUES ('org-2','live','f','2026-12-01T14:53:15.577Z')
;
-- next
INSERT INTO public.idempotency_keys (org_id,key,fingerprint,expires_at) VALUES ('org-2','stale','f','2026-12-01T12:53:15.577Z')
;
-- next
INSERT INTO public.sync_connections (org_id,name,id,system,base_url,credentials,credentials_key_id) VALUES ('org-1','live','172cdd4a-1601-758f-3c43-e6103738d8f3','woocommerce','https://shop.example.com','\x00000000000000000000000000000000000000000000000000000000000000000000000000000000','k1')
;
-- next
INSERT INTO public.sync_connections (org_id,name,id,system,base_url,removed_at) VALUES ('org-1','stale','c641090d-f204-8bdc-bfd4-86ca8915bd78','woocommerce','https://shop.example.com','2025-10-27T13:53:15.577Z')
;
-- next
INSERT INTO public.sync_connections (org_id,name,id,system,base_url,credentials,credentials_key_id) VALUES ('org-2','live','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','woocommerce','https://shop.example.com','\x00000000000000000000000000000000000000000000000000000000000000000000000000000000','k1')
;
-- next
INSERT INTO public.sync_connections (org_id,name,id,system,base_url,removed_at) VALUES ('org-2','stale','f516a086-c14c-e0ab-42fc-4f69b9f684fb','woocommerce','https://shop.example.com','2025-10-27T13:53:15.577Z')
;
-- next
INSERT INTO public.sync_systems (org_id,id,system,place,scope,mark) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','woocommerce','live','','live')
;
-- next
INSERT INTO public.sync_systems (org_id,id,system,place,scope,mark,left_at) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','woocommerce','stale','','stale','2026-12-01T12:53:15.578Z')
;
-- next
INSERT INTO public.sync_systems (org_id,id,system,place,scope,mark) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','woocommerce','live','','live')
;
-- next
INSERT INTO public.sync_systems (org_id,id,system,place,scope,mark,left_at) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','woocommerce','stale','','stale','2026-12-01T12:53:15.578Z')
;
-- next
INSERT INTO auth.hook_addresses (org_id,connection_id) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3')
;
-- next
INSERT INTO auth.hook_addresses (org_id,connection_id) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78')
;
-- next
INSERT INTO auth.hook_addresses (org_id,connection_id) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45')
;
-- next
INSERT INTO auth.hook_addresses (org_id,connection_id) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb')
;
-- next
INSERT INTO public.sync_runs (org_id,sync_id,kind,entity_type,mode,source_connection_id,state) VALUES ('org-1','live','sync','customer','full','172cdd4a-1601-758f-3c43-e6103738d8f3','ready')
;
-- next
INSERT INTO public.sync_runs (org_id,sync_id,kind,entity_type,mode,source_connection_id,state) VALUES ('org-1','stale','sync','customer','full','c641090d-f204-8bdc-bfd4-86ca8915bd78','ended')
;
-- next
INSERT INTO public.sync_runs (org_id,sync_id,kind,entity_type,mode,source_connection_id,state) VALUES ('org-2','live','sync','customer','full','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','ready')
;
-- next
INSERT INTO public.sync_runs (org_id,sync_id,kind,entity_type,mode,source_connection_id,state) VALUES ('org-2','stale','sync','customer','full','f516a086-c14c-e0ab-42fc-4f69b9f684fb','ended')
;
-- next
INSERT INTO public.sync_locks (org_id,name) VALUES ('org-1','live')
;
-- next
INSERT INTO public.sync_locks (org_id,name) VALUES ('org-1','stale')
;
-- next
INSERT INTO public.sync_locks (org_id,name) VALUES ('org-2','live')
;
-- next
INSERT INTO public.sync_locks (org_id,name) VALUES ('org-2','stale')
;
-- next
INSERT INTO auth.sql_roles (org_id,role_name,user_id) VALUES ('org-1','org-1 live','live')
;
-- next
INSERT INTO auth.sql_roles (org_id,role_name,user_id) VALUES ('org-1','org-1 stale','stale')
;
-- next
INSERT INTO auth.sql_roles (org_id,role_name,user_id) VALUES ('org-2','org-2 live','live')
;
-- next
INSERT INTO auth.sql_roles (org_id,role_name,user_id) VALUES ('org-2','org-2 stale','stale')
;
-- next
INSERT INTO public.sync_search (org_id,sync_id,terms) VALUES ('org-1','live','{1}')
;
-- next
INSERT INTO public.sync_search (org_id,sync_id,terms) VALUES ('org-1','stale','{1}')
;
-- next
INSERT INTO public.sync_search (org_id,sync_id,terms) VALUES ('org-2','live','{1}')
;
-- next
INSERT INTO public.sync_search (org_id,sync_id,terms) VALUES ('org-2','stale','{1}')
;
-- next
INSERT INTO public.sync_slots (org_id,connection_id,entity_type,sync_id) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','live','live')
;
-- next
INSERT INTO public.sync_slots (org_id,connection_id,entity_type,sync_id) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','stale','stale')
;
-- next
INSERT INTO public.sync_slots (org_id,connection_id,entity_type,sync_id) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','live','live')
;
-- next
INSERT INTO public.sync_slots (org_id,connection_id,entity_type,sync_id) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','stale','stale')
;
-- next
INSERT INTO public.sync_records (org_id,external_id,connection_id,entity_type,data,content_hash,change_seq) VALUES ('org-1','live','172cdd4a-1601-758f-3c43-e6103738d8f3','customer','{}','h',1)
;
-- next
INSERT INTO public.sync_records (org_id,external_id,connection_id,entity_type,data,content_hash,change_seq) VALUES ('org-1','stale','c641090d-f204-8bdc-bfd4-86ca8915bd78','customer','{}','h',1)
;
-- next
INSERT INTO public.sync_records (org_id,external_id,connection_id,entity_type,data,content_hash,change_seq) VALUES ('org-2','live','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','customer','{}','h',1)
;
-- next
INSERT INTO public.sync_records (org_id,external_id,connection_id,entity_type,data,content_hash,change_seq) VALUES ('org-2','stale','f516a086-c14c-e0ab-42fc-4f69b9f684fb','customer','{}','h',1)
;
-- next
INSERT INTO public.sync_change_counters (org_id,last_seq) VALUES ('org-1',1) ON CONFLICT (org_id) DO UPDATE SET last_seq = EXCLUDED.last_seq
;
-- next
INSERT INTO public.sync_change_counters (org_id,last_seq) VALUES ('org-1',1) ON CONFLICT (org_id) DO UPDATE SET last_seq = EXCLUDED.last_seq
;
-- next
INSERT INTO public.sync_change_counters (org_id,last_seq) VALUES ('org-2',1) ON CONFLICT (org_id) DO UPDATE SET last_seq = EXCLUDED.last_seq
;
-- next
INSERT INTO public.sync_change_counters (org_id,last_seq) VALUES ('org-2',1) ON CONFLICT (org_id) DO UPDATE SET last_seq = EXCLUDED.last_seq
;
-- next
INSERT INTO public.sync_trail_places (org_id,exported) VALUES ('org-1',1) ON CONFLICT (org_id) DO UPDATE SET exported = EXCLUDED.exported
;
-- next
INSERT INTO public.sync_trail_places (org_id,exported) VALUES ('org-1',1) ON CONFLICT (org_id) DO UPDATE SET exported = EXCLUDED.exported
;
-- next
INSERT INTO public.sync_trail_places (org_id,exported) VALUES ('org-2',1) ON CONFLICT (org_id) DO UPDATE SET exported = EXCLUDED.exported
;
-- next
INSERT INTO public.sync_trail_places (org_id,exported) VALUES ('org-2',1) ON CONFLICT (org_id) DO UPDATE SET exported = EXCLUDED.exported
;
-- next
INSERT INTO public.sync_trend_hours (org_id,hour,entity_type,sync_count) VALUES ('org-1','2026-01-01T00:00:00Z','live',1)
;
-- next
INSERT INTO public.sync_trend_hours (org_id,hour,entity_type,sync_count) VALUES ('org-1','2026-01-01T00:00:00Z','stale',1)
;
-- next
INSERT INTO public.sync_trend_hours (org_id,hour,entity_type,sync_count) VALUES ('org-2','2026-01-01T00:00:00Z','live',1)
;
-- next
INSERT INTO public.sync_trend_hours (org_id,hour,entity_type,sync_count) VALUES ('org-2','2026-01-01T00:00:00Z','stale',1)
;
-- next
INSERT INTO public.sync_trend_marks (org_id,cluster) VALUES ('org-1','this') ON CONFLICT (org_id) DO UPDATE SET cluster = EXCLUDED.cluster
;
-- next
INSERT INTO public.sync_trend_marks (org_id,cluster) VALUES ('org-1','this') ON CONFLICT (org_id) DO UPDATE SET cluster = EXCLUDED.cluster
;
-- next
INSERT INTO public.sync_trend_marks (org_id,cluster) VALUES ('org-2','this') ON CONFLICT (org_id) DO UPDATE SET cluster = EXCLUDED.cluster
;
-- next
INSERT INTO public.sync_trend_marks (org_id,cluster) VALUES ('org-2','this') ON CONFLICT (org_id) DO UPDATE SET cluster = EXCLUDED.cluster
;
-- next
INSERT INTO public.sync_bindings (org_id,entity_type,system_a,system_b,id_a,id_b,hash_a,hash_b,data_a,data_b) VALUES ('org-1','customer','172cdd4a-1601-758f-3c43-e6103738d8f3','f79c6d06-cc59-9b0f-7a01-4dc86dd123db','live','live','a','b','{}','{}')
;
-- next
INSERT INTO public.sync_bindings (org_id,entity_type,system_a,system_b,id_a,id_b,hash_a,hash_b,data_a,data_b) VALUES ('org-1','customer','c641090d-f204-8bdc-bfd4-86ca8915bd78','f79c6d06-cc59-9b0f-7a01-4dc86dd123db','stale','stale','a','b','{}','{}')
;
-- next
INSERT INTO public.sync_bindings (org_id,entity_type,system_a,system_b,id_a,id_b,hash_a,hash_b,data_a,data_b) VALUES ('org-2','customer','87b63d1f-bf43-be4e-6f90-485ca9243c78','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','live','live','a','b','{}','{}')
;
-- next
INSERT INTO public.sync_bindings (org_id,entity_type,system_a,system_b,id_a,id_b,hash_a,hash_b,data_a,data_b) VALUES ('org-2','customer','87b63d1f-bf43-be4e-6f90-485ca9243c78','f516a086-c14c-e0ab-42fc-4f69b9f684fb','stale','stale','a','b','{}','{}')
;
-- next
INSERT INTO public.sync_match_decisions (org_id,entity_type,external_id,source,destination) VALUES ('org-1','customer','live','172cdd4a-1601-758f-3c43-e6103738d8f3','f79c6d06-cc59-9b0f-7a01-4dc86dd123db')
;
-- next
INSERT INTO public.sync_match_decisions (org_id,entity_type,external_id,source,destination) VALUES ('org-1','customer','stale','c641090d-f204-8bdc-bfd4-86ca8915bd78','f79c6d06-cc59-9b0f-7a01-4dc86dd123db')
;
-- next
INSERT INTO public.sync_match_decisions (org_id,entity_type,external_id,source,destination) VALUES ('org-2','customer','live','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','87b63d1f-bf43-be4e-6f90-485ca9243c78')
;
-- next
INSERT INTO public.sync_match_decisions (org_id,entity_type,external_id,source,destination) VALUES ('org-2','customer','stale','f516a086-c14c-e0ab-42fc-4f69b9f684fb','87b63d1f-bf43-be4e-6f90-485ca9243c78')
;
-- next
INSERT INTO public.sync_refusals (org_id,external_id,entity_type,source_connection_id,destination_connection_id,fingerprint,error_class,message) VALUES ('org-1','live','customer','172cdd4a-1601-758f-3c43-e6103738d8f3','f79c6d06-cc59-9b0f-7a01-4dc86dd123db','f','refused','m')
;
-- next
INSERT INTO public.sync_refusals (org_id,external_id,entity_type,source_connection_id,destination_connection_id,fingerprint,error_class,message) VALUES ('org-1','stale','customer','c641090d-f204-8bdc-bfd4-86ca8915bd78','f79c6d06-cc59-9b0f-7a01-4dc86dd123db','f','refused','m')
;
-- next
INSERT INTO public.sync_refusals (org_id,external_id,entity_type,source_connection_id,destination_connection_id,fingerprint,error_class,message) VALUES ('org-2','live','customer','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','87b63d1f-bf43-be4e-6f90-485ca9243c78','f','refused','m')
;
-- next
INSERT INTO public.sync_refusals (org_id,external_id,entity_type,source_connection_id,destination_connection_id,fingerprint,error_class,message) VALUES ('org-2','stale','customer','f516a086-c14c-e0ab-42fc-4f69b9f684fb','87b63d1f-bf43-be4e-6f90-485ca9243c78','f','refused','m')
;
-- next
INSERT INTO public.sync_items (org_id,sync_id,external_id,outcome,error_class,message) VALUES ('org-1','live','live','failed','refused','m')
;
-- next
INSERT INTO public.sync_items (org_id,sync_id,external_id,outcome,error_class,message) VALUES ('org-1','stale','stale','failed','refused','m')
;
-- next
INSERT INTO public.sync_items (org_id,sync_id,external_id,outcome,error_class,message) VALUES ('org-2','live','live','failed','refused','m')
;
-- next
INSERT INTO public.sync_items (org_id,sync_id,external_id,outcome,error_class,message) VALUES ('org-2','stale','stale','failed','refused','m')
;
-- next
INSERT INTO public.sync_changes (org_id,week,sync_id,kind,external_id,entity_type) VALUES ('org-1',3,'live','create','live','customer')
;
-- next
INSERT INTO public.sync_changes (org_id,week,sync_id,kind,external_id,entity_type) VALUES ('org-1',3,'stale','create','stale','customer')
;
-- next
INSERT INTO public.sync_changes (org_id,week,sync_id,kind,external_id,entity_type) VALUES ('org-2',3,'live','create','live','customer')
;
-- next
INSERT INTO public.sync_changes (org_id,week,sync_id,kind,external_id,entity_type) VALUES ('org-2',3,'stale','create','stale','customer')
;
-- next
INSERT INTO public.sync_seen (org_id,sync_id,external_id,failed) VALUES ('org-1','live','live',false)
;
-- next
INSERT INTO public.sync_seen (org_id,sync_id,external_id,failed) VALUES ('org-1','stale','stale',false)
;
-- next
INSERT INTO public.sync_seen (org_id,sync_id,external_id,failed) VALUES ('org-2','live','live',false)
;
-- next
INSERT INTO public.sync_seen (org_id,sync_id,external_id,failed) VALUES ('org-2','stale','stale',false)
;
-- next
INSERT INTO public.sync_claims (org_id,sync_id,claim,external_id) VALUES ('org-1','live','SKU live','live')
;
-- next
INSERT INTO public.sync_claims (org_id,sync_id,claim,external_id) VALUES ('org-1','stale','SKU stale','stale')
;
-- next
INSERT INTO public.sync_claims (org_id,sync_id,claim,external_id) VALUES ('org-2','live','SKU live','live')
;
-- next
INSERT INTO public.sync_claims (org_id,sync_id,claim,external_id) VALUES ('org-2','stale','SKU stale','stale')
;
-- next
INSERT INTO public.sync_cursors (org_id,connection_id,entity_type,destination,watermark,sync_id) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','customer','live','{}','live')
;
-- next
INSERT INTO public.sync_cursors (org_id,connection_id,entity_type,destination,watermark,sync_id) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','customer','stale','{}','stale')
;
-- next
INSERT INTO public.sync_cursors (org_id,connection_id,entity_type,destination,watermark,sync_id) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','customer','live','{}','live')
;
-- next
INSERT INTO public.sync_cursors (org_id,connection_id,entity_type,destination,watermark,sync_id) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','customer','stale','{}','stale')
;
-- next
INSERT INTO public.sync_preview_changes (org_id,sync_id,external_id,kind,expires_at) VALUES ('org-1','live','live','create','2026-12-01T14:53:15.582Z')
;
-- next
INSERT INTO public.sync_preview_changes (org_id,sync_id,external_id,kind,expires_at) VALUES ('org-1','stale','stale','create','2026-12-01T12:53:15.582Z')
;
-- next
INSERT INTO public.sync_preview_changes (org_id,sync_id,external_id,kind,expires_at) VALUES ('org-2','live','live','create','2026-12-01T14:53:15.582Z')
;
-- next
INSERT INTO public.sync_preview_changes (org_id,sync_id,external_id,kind,expires_at) VALUES ('org-2','stale','stale','create','2026-12-01T12:53:15.582Z')
;
-- next
INSERT INTO public.sync_schedules (org_id,connection_id,entity_type,mode,cron,time_zone,next_run_at) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','customer','full','live','UTC','2026-12-02T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_schedules (org_id,connection_id,entity_type,mode,cron,time_zone,next_run_at) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','customer','full','stale','UTC','2026-12-01T12:53:15.582Z')
;
-- next
INSERT INTO public.sync_schedules (org_id,connection_id,entity_type,mode,cron,time_zone,next_run_at) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','customer','full','live','UTC','2026-12-02T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_schedules (org_id,connection_id,entity_type,mode,cron,time_zone,next_run_at) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','customer','full','stale','UTC','2026-12-01T12:53:15.582Z')
;
-- next
INSERT INTO public.sync_hook_deliveries (org_id,connection_id,delivery_key,entity_type,external_id,deleted,received_at) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','live','customer','1',false,'2026-12-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_hook_deliveries (org_id,connection_id,delivery_key,entity_type,external_id,deleted,received_at) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','stale','customer','1',false,'2026-10-31T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_hook_deliveries (org_id,connection_id,delivery_key,entity_type,external_id,deleted,received_at) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','live','customer','1',false,'2026-12-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_hook_deliveries (org_id,connection_id,delivery_key,entity_type,external_id,deleted,received_at) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','stale','customer','1',false,'2026-10-31T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_webhook_endpoints (org_id,id,url,events,format,secret,secret_key_id,enabled) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','https://receiver.example','{"live"}','standard','\x73','k',false)
;
-- next
INSERT INTO public.sync_webhook_endpoints (org_id,id,url,events,format,secret,secret_key_id,enabled) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','https://receiver.example','{"stale"}','standard','\x73','k',true)
;
-- next
INSERT INTO public.sync_webhook_endpoints (org_id,id,url,events,format,secret,secret_key_id,enabled) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','https://receiver.example','{"live"}','standard','\x73','k',false)
;
-- next
INSERT INTO public.sync_webhook_endpoints (org_id,id,url,events,format,secret,secret_key_id,enabled) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','https://receiver.example','{"stale"}','standard','\x73','k',true)
;
-- next
INSERT INTO public.sync_webhook_deliveries (org_id,endpoint_id,event_id,event_type,data,state) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','172cdd4a-1601-758f-3c43-e6103738d8f3','live','{}','delivered')
;
-- next
INSERT INTO public.sync_webhook_deliveries (org_id,endpoint_id,event_id,event_type,data,created_at) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','c641090d-f204-8bdc-bfd4-86ca8915bd78','stale','{}','2026-11-23T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_webhook_deliveries (org_id,endpoint_id,event_id,event_type,data,state) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','live','{}','delivered')
;
-- next
INSERT INTO public.sync_webhook_deliveries (org_id,endpoint_id,event_id,event_type,data,created_at) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','f516a086-c14c-e0ab-42fc-4f69b9f684fb','stale','{}','2026-11-23T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_alert_rules (org_id,name,kind) VALUES ('org-1','live','failed')
;
-- next
INSERT INTO public.sync_alert_rules (org_id,name,kind) VALUES ('org-1','stale','failed')
;
-- next
INSERT INTO public.sync_alert_rules (org_id,name,kind) VALUES ('org-2','live','failed')
;
-- next
INSERT INTO public.sync_alert_rules (org_id,name,kind) VALUES ('org-2','stale','failed')
;
-- next
INSERT INTO public.sync_alerts (org_id,rule_id,rule_name,kind,subject,summary) VALUES ('org-1','172cdd4a-1601-758f-3c43-e6103738d8f3','r','failed','live','s')
;
-- next
INSERT INTO public.sync_alerts (org_id,rule_id,rule_name,kind,subject,summary,resolved_at) VALUES ('org-1','c641090d-f204-8bdc-bfd4-86ca8915bd78','r','failed','stale','s','2026-09-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_alerts (org_id,rule_id,rule_name,kind,subject,summary) VALUES ('org-2','ec21820a-8fa0-9ba5-566a-aa2322c8bf45','r','failed','live','s')
;
-- next
INSERT INTO public.sync_alerts (org_id,rule_id,rule_name,kind,subject,summary,resolved_at) VALUES ('org-2','f516a086-c14c-e0ab-42fc-4f69b9f684fb','r','failed','stale','s','2026-09-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_alert_subjects (org_id,subject,entity_type,source_system,last_ended_at) VALUES ('org-1','live','customer','shop','2026-12-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_alert_subjects (org_id,subject,entity_type,source_system,last_ended_at) VALUES ('org-1','stale','customer','shop','2026-12-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_alert_subjects (org_id,subject,entity_type,source_system,last_ended_at) VALUES ('org-2','live','customer','shop','2026-12-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_alert_subjects (org_id,subject,entity_type,source_system,last_ended_at) VALUES ('org-2','stale','customer','shop','2026-12-01T13:53:15.582Z')
;
-- next
INSERT INTO public.sync_alert_turns (org_id,due_at) VALUES ('org-1','2026-12-02T13:53:15.583Z') ON CONFLICT (org_id) DO UPDATE SET due_at = EXCLUDED.due_at
;
-- next
INSERT INTO public.sync_alert_turns (org_id,due_at) VALUES ('org-1','2026-12-02T13:53:15.583Z') ON CONFLICT (org_id) DO UPDATE SET due_at = EXCLUDED.due_at
;
-- next
INSERT INTO public.sync_alert_turns (org_id,due_at) VALUES ('org-2','2026-12-02T13:53:15.583Z') ON CONFLICT (org_id) DO UPDATE SET due_at = EXCLUDED.due_at
;
-- next
INSERT INTO public.sync_alert_turns (org_id,due_at) VALUES ('org-2','2026-12-02T13:53:15.583Z') ON CONFLICT (org_id) DO UPDATE SET due_at = EXCLUDED.due_at
;
-- next
INSERT INTO public.sync_alert_signals (org_id,sync_id) VALUES ('org-1','live')
;
-- next
INSERT INTO public.sync_alert_signals (org_id,sync_id) VALUES ('org-1','stale')
;
-- next
INSERT INTO public.sync_alert_signals (org_id,sync_id) VALUES ('org-2','live')
;
-- next
INSERT INTO public.sync_alert_signals (org_id,sync_id) VALUES ('org-2','stale')
;
-- next
INSERT INTO public.sync_organization_settings (org_id) VALUES ('org-1') ON CONFLICT (org_id) DO UPDATE SET updated_at = now()
;
-- next
INSERT INTO public.sync_organization_settings (org_id) VALUES ('org-1') ON CONFLICT (org_id) DO UPDATE SET updated_at = now()
;
-- next
INSERT INTO public.sync_organization_settings (org_id) VALUES ('org-2') ON CONFLICT (org_id) DO UPDATE SET updated_at = now()
;
-- next
INSERT INTO public.sync_organization_settings (org_id) VALUES ('org-2') ON CONFLICT (org_id) DO UPDATE SET updated_at = now()
;
-- next
INSERT INTO auth.users_extended (org_id,id) VALUES ('org-1','live')
;
-- next
INSERT INTO auth.users_extended (org_id,id) VALUES ('org-1','stale')
;
-- next
INSERT INTO auth.users_extended (org_id,id) VALUES ('org-2','live')
;
-- next
INSERT INTO auth.users_extended (org_id,id) VALUES ('org-2','stale')
;
-- next
INSERT INTO auth.api_keys (org_id,name,kind,scopes,key_hash,expires_at) VALUES ('org-1','live','service',ARRAY['sync:write']::text[],'\xf45d4e0ce4db7bfb1cd022f4f983be43fea0d2bf5e2062fe160b740398f93da0','2026-12-01T14:53:15.583Z')
;
-- next
INSERT INTO auth.api_keys (org_id,name,kind,scopes,key_hash,expires_at) VALUES ('org-1','stale','link',ARRAY['sync:write']::text[],'\x3666ecdfe94839c237c16f9f42458c326adeff69ff81b5be816d590589b95fc0','2026-12-01T12:53:15.583Z')
;
-- next
INSERT INTO auth.api_keys (org_id,name,kind,scopes,key_hash,expires_at) VALUES ('org-2','live','service',ARRAY['sync:write']::text[],'\x641a862666f76f678f845c7b34236527028a8b5e467eddd3d454e023ceaf4c68','2026-12-01T14:53:15.583Z')
;
-- next
INSERT INTO auth.api_keys (org_id,name,kind,scopes,key_hash,expires_at) VALUES ('org-2','stale','link',ARRAY['sync:write']::text[],'\x25dad7f7e53aee7a7f5ee7953c4902c14083989eba7dde45e6f04640c87b638f','2026-12-01T12:53:15.583Z')
;
-- next
INSERT INTO app.scheduled_tasks (name) VALUES ('activity-partitions')
;
-- next
INSERT INTO pgboss.job (name, data) VALUES ('sync-runs', '{"org_id": "org-1", "sync_id": "live"}')
;
