import type { MigrationInterface, QueryRunner } from 'typeorm';
import { letBoundRoles, protectTenantTable } from './support.ts';

/**
 * Why: syncs are found by any part of their id, user, type or source. The terms are hashes of every three characters with the organization and
 * the week of the start, so that a look-up reads neither another organization's nor all of a history; what it finds is compared in full.
 * Under row-level security Postgres uses an index for a condition that could tell of rows of others only when the condition is part of a
 * policy. So the terms that are searched are a setting, and the policy `searched` compares them; without the setting it hides nothing.
 * There is no other index, so that no plan joins this one with all rows of the organization: src/console/sql/search_terms.sql.
 */
export class SyncSearch0015 implements MigrationInterface {
  name = 'sync-search-0000000000015';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_search (
        org_id text NOT NULL CHECK (org_id <> ''),
        sync_id text NOT NULL CHECK (sync_id <> ''),
        terms bigint[] NOT NULL
      )`);
    // Short, since each search reads the whole of what is not in the index proper yet.
    await db.query(`
      CREATE INDEX sync_search_terms ON public.sync_search USING gin (terms) WITH (gin_pending_list_limit = 256)`);
    await protectTenantTable(db, 'public.sync_search');
    await db.query(`
      CREATE POLICY searched ON public.sync_search AS RESTRICTIVE FOR SELECT TO sync_app
        USING (terms @> coalesce(nullif(current_setting('app.searched_terms', true), ''), '{}')::bigint[])`);
    await letBoundRoles(db, { table: 'public.sync_search', privileges: 'INSERT (org_id, sync_id, terms)' });
    await db.query(`GRANT SELECT, INSERT ON public.sync_search TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_search`);
  }
}
