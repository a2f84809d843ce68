import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

// The linter of SQL is the database: it finds a wrong name in a body only when the function is called. So each of them is called here
// once as the service calls it, with what plpgsql's own checks know as errors; Postgres counts the calls. What the functions do is
// tested beside their modules.
const SHOP = '10000000-0000-4000-8000-000000000001';
const ERP = '10000000-0000-4000-8000-000000000002';
const REMOVED = '10000000-0000-4000-8000-000000000003';
const KEY = "sha256('key')";
const LINK = "sha256('link')";
const SESSION = "sha256('session')";

/** What the owner and the time leave behind for the functions to work on. */
const PREPARED = [
  `INSERT INTO sync_webhook_endpoints (org_id, url, events, format, secret, secret_key_id)
   VALUES ('org-1', 'https://receiver.example', '{*}', 'standard', 's', 'k')`,
  `INSERT INTO sync_alert_turns (org_id) VALUES ('org-1')`,
  `INSERT INTO auth.api_keys (org_id, name, scopes, key_hash) VALUES (NULL, 'every organization', '{sync:admin}', ${KEY})`,
  `INSERT INTO auth.api_keys (org_id, kind, name, scopes, key_hash, expires_at)
   VALUES ('org-1', 'link', 'one time', '{sync:read}', ${LINK}, now() + interval '1 hour'),
          ('org-1', 'link', 'expired', '{sync:read}', sha256('expired'), now() - interval '1 hour')`,
  `INSERT INTO sync_connections (org_id, id, name, system, base_url, removed_at, census_due_at, webhooks_due_at)
   VALUES ('org-1', '${SHOP}', 'shop', 'woocommerce', 'https://shop.example', NULL, now(), now()),
          ('org-1', '${ERP}', 'erp', 'odoo', 'https://erp.example', NULL, now(), NULL),
          ('org-1', '${REMOVED}', 'gone', 'odoo', 'https://gone.example', now(), now(), NULL)`,
  `INSERT INTO auth.hook_addresses (org_id, connection_id) VALUES ('org-1', '${SHOP}')`,
  `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, started_at, updated_at)
   VALUES ('org-1', 'silent', 'customer', 'woocommerce', now() - interval '2 hours', now() - interval '1 hour')`,
  `INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode)
   VALUES ('org-1', 'run', 'sync', '${SHOP}', '${ERP}', 'customer', 'full')`,
  `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status)
   VALUES ('org-1', 'run', 'customer', 'woocommerce', 'queued')`,
  `INSERT INTO sync_schedules (org_id, connection_id, entity_type, mode, cron, time_zone, next_run_at)
   VALUES ('org-1', '${SHOP}', 'customer', 'full', '0 3 * * *', 'UTC', now())`,
];

const BATCH = {
  ...{
    system_a: SHOP,
    system_b: ERP,
    watermark: {},
    checkpoint: {},
    changes_expire_at: '2020-01-01T00:00:00Z',
  },
  records: [{ external_id: '1', data: {}, hash: 'h', deleted: false }],
  items: [
    { external_id: '1', outcome: 'processed' },
    { external_id: '2', outcome: 'failed', error_class: 'refused', message: 'm' },
  ],
  bindings: [
    { id_a: '1', id_b: '1', hash_a: 'a', hash_b: 'b', data_a: {}, data_b: {} },
    { id_a: '2', removed: true },
  ],
  changes: [{ external_id: '1', kind: 'create', fields: [] }],
  kept: [{ external_id: '1', kind: 'update', destination_id: '1', was: { a: 1 }, became: { a: 2 } }],
  final: { status: 'completed' },
};

/** As sync_app, each a transaction of its own in which org-1 is set. */
const CALLS = [
  `SELECT app.prepare_activity_partitions(3), app.ensure_activity_partition(now())`,
  `SELECT * FROM app.append_activity('org-1', '[{"activity_type": "note", "status": "running"}]')`,
  `SELECT * FROM app.append_activity('org-1', '[{"activity_type": "note", "status": "running", "error_message": "“to ada@x.example”", "details": {"a": "ada@x.example"}}]')`,
  `SELECT app.with_persons('org-1', details::text), app.with_persons('org-1', details), app.cleanup_trail_persons(12, 10) FROM sync_activity_log`,
  `SELECT app.without_address('"to ada@x.example"', 'ada@x.example', 'nobody'), app.mentions('"ada@x.example"', 'ada@x.example'),
          app.address_pattern('ada@x.example'), app.tells('"Ada"', 'ada'), app.without_terms('"Ada"', 'ada', 'nobody'),
          app.value_pattern('Ada'), (SELECT count(*) FROM app.personal_values('customer', '{"name": "Ada"}')), app.without_members('{"a": {"b": 1}}', '{a.b}')`,
  `INSERT INTO sync_erasures (org_id, named_by, email) VALUES ('org-1', 'email', 'ada@x.example')`,
  `SELECT * FROM app.claim_erasure('1 minute'), app.cleanup_erasures(10)`,
  `SELECT * FROM app.unsealed_entries('org-1', 10)`,
  `SELECT app.seal_entries('org-1')`,
  `SELECT * FROM app.activity_months()`,
  `SELECT app.roll_up_trends('org-1', 10)`,
  `SELECT * FROM app.organizations_of_the_trail('', 10)`,
  `SELECT app.activity_entry_hash(l) FROM sync_activity_log l`,
  `SELECT app.activity_seal_hash(s) FROM sync_activity_seals s`,
  `SELECT * FROM app.verify_seals('org-1', 0, 10)`,
  `SELECT * FROM app.verify_unsealed('org-1', NULL, NULL, 10)`,
  `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, total_items)
   VALUES ('org-1', 'done', 'customer', 'odoo', 0), ('org-1', 'open', 'customer', 'odoo', 10)`,
  `SELECT * FROM app.report_progress('[{"org_id": "org-1", "sync_id": "open", "processed_count": 1},
                                       {"org_id": "org-1", "sync_id": "none"}]')`,
  `UPDATE sync_progress SET pause_requested = true, requested_at = now() WHERE sync_id = 'open'`,
  `UPDATE sync_progress SET processed_count = 2, current_item = 1 WHERE sync_id = 'open'`,
  `SELECT * FROM app.active_syncs('org-1', 10)`,
  `SELECT * FROM app.start_sync('org-1', 'started', 'customer', 'woocommerce', 10, 'user', 'running', NULL)`,
  `SELECT app.find_sync('org-1', 'started')`,
  `SELECT * FROM app.request_control('org-1', 'started', 'pause', 'user')`,
  `SELECT app.overview('org-1')`,
  `SELECT * FROM app.find_syncs('org-1', '{"q": "open"}', 10)`,
  `SELECT app.syncs_with_terms('org-1', app.search_terms('org-1', app.week_of_start(now()), 'open'))`,
  `UPDATE sync_progress SET started_at = now() - interval '30 days' WHERE sync_id = 'open'`,
  `SELECT * FROM app.watch_progress('{org-1,org-2}', '{NULL,NULL}')`,
  `SELECT app.end_silent_syncs('15 minutes', 10)`,
  `SELECT * FROM app.find_key(${KEY})`,
  `SELECT app.exchange_link(${LINK}, sha256('of the link'), now() + interval '1 hour')`,
  `SELECT app.open_session(${KEY}, ${SESSION}, now() + interval '1 hour')`,
  `SELECT app.live_keys(ARRAY[${KEY}, ${SESSION}])`,
  `SELECT app.organizations(${SESSION}, NULL, 'ORG', 10)`,
  `SELECT app.end_session(${SESSION})`,
  `SELECT app.create_key('ann', 'billing', NULL, '{sync:view}', sha256('made'), NULL)`,
  `SELECT * FROM app.organization_keys(NULL, 10)`,
  `SELECT app.count_keys(10)`,
  `SELECT app.revoke_key('ann', id) FROM app.organization_keys(NULL, 10)`,
  `SELECT app.open_member_session('org-1', 'bob', 'Bob', 'bob@x.example', NULL, false, 10, sha256('of bob'), now() + interval '1 hour')`,
  `SELECT app.change_member('ann', 'bob', 'viewer', true)`,
  `SELECT app.open_member_session('org-1', 'bob', 'Bob', NULL, 'operator', false, 10, sha256('of bob'), now() + interval '1 hour')`,
  `SELECT app.cleanup_sign_ins(10)`,
  `SELECT app.claim_idempotency_key('org-1', 'key', 'fingerprint')`,
  `SELECT app.cleanup_idempotency_keys(10), public.auto_cleanup_preview_cache()`,
  `SELECT app.find_webhook('${SHOP}'), app.remove_webhook('${SHOP}')`,
  `SELECT * FROM app.store_delivery('org-1', '${SHOP}', 'key', 'customer', '1', false, NULL, true)`,
  `SELECT app.save_subjects('org-1', '[]', 10), app.tell_root('org-1')`,
  `SELECT * FROM app.open_alerts('org-1', '[{"rule_id": "${SHOP}", "rule_name": "r", "kind": "sync_failed", "subject": "s", "summary": "x"}]')`,
  `SELECT * FROM app.store_erasure('org-1', 'email', 'bob@x.example', '[]', NULL, 'ann', 10)`,
  `SELECT * FROM app.runs_without_worker(10)`,
  `SELECT * FROM app.due_schedules(10)`,
  `SELECT * FROM app.due_censuses(10)`,
  `SELECT * FROM app.due_webhook_checks(10, 2)`,
  `SELECT * FROM app.dispatch_runs('org-1')`,
  `SELECT * FROM app.take_lease('org-1', 'run', 'first', '1 minute')`,
  `SELECT app.renew_lease('org-1', 'run', 1, '1 minute', '{}')`,
  `SELECT app.keep_slots('org-1', 'run', 1), app.slots_of('org-1', '${SHOP}', NULL), app.take_slots('org-1', 'run', 'customer', '{}')`,
  `SELECT app.release_lease('org-1', 'run', 1, NULL, '{}')`,
  `SELECT * FROM app.take_lease('org-1', 'run', 'second', '1 minute')`,
  `SELECT * FROM app.commit_batch('org-1', 'run', 2, '1 minute', '${JSON.stringify(BATCH)}')`,
  `SELECT app.cleanup_seen(10), app.cleanup_expired_items(30, 10), app.empty_expired_changes(30)`,
  `SELECT * FROM app.claim_webhook_endpoints(10, 2, '1 minute')`,
  `SELECT app.alert_lag(), app.cleanup_alerts(10), (SELECT count(*) FROM app.open_runs()), (SELECT count(*) FROM app.open_syncs())`,
  `SELECT * FROM app.claim_alert_turns(10, '1 minute')`,
  `SELECT app.cleanup_preview_changes(10), app.cleanup_webhook_deliveries(10), app.cleanup_outbound_deliveries(10), app.purge_removed_connections(10)`,
];

let database: TestDatabase;
let session: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  session = new pg.Client({ connectionString: database.superuserUrl });
  await session.connect();
  await session.query(`SET track_functions = 'all'; SET plpgsql.extra_errors = 'all'`);
});
afterAll(async () => {
  await session.end();
  await database.drop();
});

async function asService(statement: string): Promise<pg.QueryResult> {
  await session.query(`BEGIN; SET LOCAL ROLE sync_app; SELECT app.set_org('org-1')`);
  try {
    return await session.query(statement);
  } finally {
    await session.query('COMMIT');
  }
}

describe('every function of the SQL files', () => {
  it('runs when it is called as the service calls it', async () => {
    for (const statement of PREPARED) await session.query(statement);
    const rowCounts: (number | null)[] = [];
    for (const statement of CALLS) rowCounts.push((await asService(statement)).rowCount);
    expect(rowCounts).not.toContain(0);
    expect((await asService(`SELECT status FROM sync_progress WHERE sync_id = 'run'`)).rows).toEqual([
      { status: 'completed_with_errors' },
    ]);
    // Fire for a login of plain SQL; the superuser's statements have that role's rights, too.
    await session.query(
      `INSERT INTO sync_activity_log (org_id, activity_type, status) VALUES ('org-1', 'note', 'running')`,
    );
    await session.query(`INSERT INTO sync_search (org_id, sync_id, terms) VALUES ('org-1', 'open', '{1}')`);
    // For the policies of such a login.
    await session.query('SELECT app.bound_org()');
    // Postgres does not count a call that ends in an error, and this one always does.
    const change = asService(`UPDATE sync_progress SET processed_count = 1 WHERE sync_id = 'done'`);
    await expect(change).rejects.toMatchObject({
      code: 'SY001',
      where: expect.stringContaining('refuse_change_of_ended_sync'),
    });
    // Its caller finds runs of days ago only.
    await session.query(`SELECT app.clear_expired_items('org-1', 'run', 10)`);
    await session.query(`UPDATE auth.api_keys SET scopes = '{sync:read}' WHERE kind = 'service'`);

    await session.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await session.query<{ name: string }>(
      `SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         LEFT JOIN pg_stat_user_functions s ON s.funcid = p.oid
        WHERE n.nspname IN ('app', 'auth', 'public') AND coalesce(s.calls, 0) = 0`,
    );
    expect(rows.map(({ name }) => name)).toEqual(['app.refuse_change_of_ended_sync()']);
  });
});
