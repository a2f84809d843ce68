import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: who may see every organization must be able to choose one, and only they. Row-level security shows the service's role one
 * organization at a time, so the names come from a function of a role of their own: it reads no column but org_id, and answers
 * nobody who does not present a live key of every organization.
 */
export class Directory0021 implements MigrationInterface {
  name = 'directory-0000000000021';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      DO $$
      BEGIN
        -- Two databases of one cluster may be migrated at the same time.
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sync_directory') THEN
          CREATE ROLE sync_directory NOLOGIN;
        END IF;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END
      $$`);
    await db.query(`GRANT USAGE ON SCHEMA app, auth, public TO sync_directory`);
    for (const table of TABLES) {
      await db.query(`GRANT SELECT (org_id) ON ${table} TO sync_directory`);
      await db.query(`CREATE POLICY directory ON ${table} FOR SELECT TO sync_directory USING (true)`);
    }
    await db.query(`GRANT SELECT (org_id, kind, key_hash, expires_at, revoked_at) ON auth.api_keys TO sync_directory`);
    await db.query(`
      CREATE POLICY directory_possession ON auth.api_keys FOR SELECT TO sync_directory
        USING (encode(key_hash, 'hex') = (SELECT current_setting('app.presented_key', true)))`);
    await db.query(`
      CREATE FUNCTION app.organizations(presented bytea, after text, fragment text, lim integer) RETURNS SETOF text
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        org text := coalesce(after, '');
        answered integer := 0;
      BEGIN
        PERFORM set_config('app.presented_key', encode(presented, 'hex'), true);
        IF NOT EXISTS (SELECT FROM auth.api_keys k
                        WHERE k.key_hash = presented AND k.org_id IS NULL AND k.kind IN ('service', 'session')
                          AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())) THEN
          RETURN;
        END IF;
        -- From one organization to the next by the primary keys: what each of them has stored is never passed over.
        WHILE answered < lim LOOP
          org := least(
            (SELECT t.org_id FROM public.sync_progress t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1),
            (SELECT t.org_id FROM public.sync_connections t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1),
            (SELECT t.org_id FROM auth.users_extended t WHERE t.org_id > org ORDER BY t.org_id LIMIT 1));
          EXIT WHEN org IS NULL;
          IF fragment IS NULL OR strpos(lower(org), lower(fragment)) > 0 THEN
            RETURN NEXT org;
            answered := answered + 1;
          END IF;
        END LOOP;
      END
      $$`);
    await db.query(`REVOKE ALL ON FUNCTION ${FUNCTION} FROM PUBLIC`);
    await db.query(`GRANT EXECUTE ON FUNCTION ${FUNCTION} TO sync_app`);
    await this.handOver(db);
  }

  /** A member for this moment only: the owner, too, is held by row-level security, and would see what sync_directory sees. */
  private async handOver(db: QueryRunner): Promise<void> {
    await db.query(`GRANT CREATE ON SCHEMA app TO sync_directory`);
    await db.query(`
      DO $$
      DECLARE
        is_member boolean := pg_has_role(current_user, 'sync_directory',
          CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END);
      BEGIN
        IF NOT is_member THEN
          EXECUTE format('GRANT sync_directory TO %I', current_user);
        END IF;
        ALTER FUNCTION ${FUNCTION} OWNER TO sync_directory;
        IF NOT is_member THEN
          EXECUTE format('REVOKE sync_directory FROM %I', current_user);
        END IF;
      END
      $$`);
    await db.query(`REVOKE CREATE ON SCHEMA app FROM sync_directory`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION ${FUNCTION}`);
    await db.query(`DROP POLICY directory_possession ON auth.api_keys`);
    await db.query(
      `REVOKE SELECT (org_id, kind, key_hash, expires_at, revoked_at) ON auth.api_keys FROM sync_directory`,
    );
    for (const table of TABLES) {
      await db.query(`DROP POLICY directory ON ${table}`);
      await db.query(`REVOKE SELECT (org_id) ON ${table} FROM sync_directory`);
    }
    await db.query(`REVOKE USAGE ON SCHEMA app, auth, public FROM sync_directory`);
  }
}

/** An organization is one that has reported a sync, has a connection, or has users. */
const TABLES = ['public.sync_progress', 'public.sync_connections', 'auth.users_extended'];
const FUNCTION = 'app.organizations(bytea, text, text, integer)';
