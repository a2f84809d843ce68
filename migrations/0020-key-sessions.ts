import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: a person pastes a service key once and goes on with a session, so that no page keeps the key. The service's role may add
 * such a session and no other row: it names the key by possession, as everywhere here, and a trigger copies the rest from it. A
 * session is as good as its key and no better, so whatever happens to the key ends it, by a command or by plain SQL.
 */
export class KeySessions0020 implements MigrationInterface {
  name = 'key-sessions-0000000000020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE auth.api_keys
        ADD COLUMN opened_by uuid REFERENCES auth.api_keys (id) ON DELETE CASCADE,
        ADD CONSTRAINT api_keys_opened_is_session CHECK (opened_by IS NULL OR kind = 'session')`);
    await db.query(
      `COMMENT ON COLUMN auth.api_keys.opened_by IS 'the service key that a session was opened with; null: by a link'`,
    );
    await db.query(`CREATE INDEX api_keys_opened_by ON auth.api_keys (opened_by) WHERE opened_by IS NOT NULL`);
    await db.query(`GRANT INSERT (kind, key_hash, expires_at, opened_by) ON auth.api_keys TO sync_app`);
    await db.query(`
      CREATE POLICY open_session ON auth.api_keys FOR INSERT TO sync_app
        WITH CHECK (kind = 'session' AND opened_by IS NOT NULL)`);

    // Runs as whoever inserts: sync_app sees the key only when it presents its hash.
    await db.query(`
      CREATE FUNCTION app.copy_from_key() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        opener auth.api_keys;
      BEGIN
        -- Against a key that is being revoked: it waits for us and then ends this session too, or we wait and see it revoked.
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('sessions of ' || NEW.opened_by, 0));
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
      $$`);
    await db.query(`
      CREATE TRIGGER copy_from_key BEFORE INSERT ON auth.api_keys
        FOR EACH ROW WHEN (NEW.opened_by IS NOT NULL) EXECUTE FUNCTION app.copy_from_key()`);

    await db.query(`
      CREATE FUNCTION app.end_sessions_of_key() RETURNS trigger
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('sessions of ' || OLD.id, 0));
        DELETE FROM auth.api_keys k WHERE k.opened_by = OLD.id;
        RETURN NULL;
      END
      $$`);
    // Not only revoked or shortened: a session must not keep scopes that its key has lost either.
    await db.query(`
      CREATE TRIGGER end_sessions_of_key AFTER UPDATE ON auth.api_keys
        FOR EACH ROW WHEN (OLD.kind = 'service' AND OLD.* IS DISTINCT FROM NEW.*)
        EXECUTE FUNCTION app.end_sessions_of_key()`);

    await db.query(`
      CREATE FUNCTION app.open_session(presented bytea, session_hash bytea, ends timestamptz) RETURNS timestamptz
      LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
      $$`);
    await db.query(
      `COMMENT ON FUNCTION app.open_session(bytea, bytea, timestamptz) IS 'when the session ends; null: no live key'`,
    );
    for (const signature of FUNCTIONS) await db.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
    await db.query(`GRANT EXECUTE ON FUNCTION app.open_session(bytea, bytea, timestamptz) TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER end_sessions_of_key ON auth.api_keys`);
    await db.query(`DROP TRIGGER copy_from_key ON auth.api_keys`);
    await db.query(`DROP FUNCTION ${FUNCTIONS.join(', ')}`);
    await db.query(`DROP POLICY open_session ON auth.api_keys`);
    await db.query(`REVOKE INSERT (kind, key_hash, expires_at, opened_by) ON auth.api_keys FROM sync_app`);
    // Without it nothing would end them with their key.
    await db.query(`DELETE FROM auth.api_keys WHERE opened_by IS NOT NULL`);
    await db.query(`ALTER TABLE auth.api_keys DROP COLUMN opened_by`);
  }
}

const FUNCTIONS = ['app.open_session(bytea, bytea, timestamptz)', 'app.end_sessions_of_key()', 'app.copy_from_key()'];
