import { sql } from '../support/test-database.ts';
import { ERP, SHOP } from './console.fixture.ts';

/** What the planner may have statistics about, and the rows of which a page reads. */
export const LISTED_TABLES = ['sync_progress', 'sync_runs', 'sync_search', 'sync_connections'];

/**
 * A history of `count` ended syncs over a year, every second of them a run, and 20 active ones. All but the last thousand are of few kinds, so
 * that what is rare is far back: two failed, one of a user, one from a source, one with conflicts, one with a name of its own; one with a name that the newest has, too.
 */
export async function fillHistory(superuserUrl: string, orgId: string, count: number): Promise<void> {
  await sql(
    superuserUrl,
    `SET session_replication_role = replica;
     DELETE FROM sync_progress; DELETE FROM sync_runs; DELETE FROM sync_search; DELETE FROM sync_connections;
     INSERT INTO sync_connections (org_id, id, name, system, base_url, status)
     VALUES ('${orgId}', '${SHOP}', 'Main Shop', 'woocommerce', 'https://shop.example', 'ok'),
            ('${orgId}', '${ERP}', 'Back office', 'odoo', 'https://erp.example', 'ok');
     INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status, initiated_by, started_at, updated_at, completed_at)
     SELECT org, CASE n WHEN 7 THEN 'the-needle' WHEN 13 THEN 'a-pearl' WHEN size THEN 'the-pearl' ELSE 'nightly-' || n END, (ARRAY['customer', 'product', 'order'])[n % 3 + 1],
            CASE n WHEN 11 THEN 'erp' ELSE 'woocommerce' END, CASE WHEN n > size THEN 'running' WHEN n IN (3, 5) THEN 'failed' ELSE 'completed' END,
            CASE n WHEN 9 THEN 'somebody' ELSE 'schedule' END, at, at, CASE WHEN n <= size THEN at + interval '1 minute' END
       FROM (VALUES ('${orgId}', ${count}), ('org-2', 10)) AS o (org, size), LATERAL generate_series(1, size + 20) AS n,
            LATERAL (SELECT now() - (size + 20 - n) * interval '365 days' / size AS at) AS t;
     INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode, state, counts, created_at, started_at)
     SELECT org_id, sync_id, CASE sync_id WHEN 'nightly-12' THEN 'reconcile' ELSE 'sync' END,
            CASE WHEN sync_id = 'nightly-14' THEN '${ERP}'::uuid ELSE '${SHOP}' END, NULL, entity_type, 'full', 'ended',
            CASE sync_id WHEN 'nightly-16' THEN '{"conflict": 2}' ELSE '{}' END::jsonb, started_at, started_at
       FROM sync_progress WHERE org_id = '${orgId}' AND sync_id ~ '[02468]$';
     INSERT INTO sync_search (org_id, sync_id, terms)
     SELECT org_id, sync_id, app.search_terms(org_id, app.week_of_start(started_at), concat_ws(E'\\n', sync_id, entity_type, source_system, initiated_by))
       FROM sync_progress`,
  );
}
