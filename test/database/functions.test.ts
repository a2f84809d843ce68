import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, sql, type TestDatabase } from '../support/test-database.ts';

// CREATE OR REPLACE resets what a file does not say, and a function that lost its owner still works, with other rights. So what each
// of them must be is written here, a line each: signature | owner | SECURITY | settings beside the search path | who may call it.
const FUNCTIONS = `
app.active_syncs(text, integer) | sync_owner | INVOKER | enable_seqscan=off, enable_bitmapscan=off, enable_sort=off | sync_app
app.activity_entry_hash(sync_activity_log) | sync_owner | INVOKER | extra_float_digits=1 | sync_app, sync_sql
app.activity_months() | sync_owner | INVOKER | - | sync_app
app.activity_partition_name(timestamp with time zone) | sync_owner | INVOKER | - | sync_app, sync_maintenance, sync_sql
app.activity_seal_hash(sync_activity_seals) | sync_owner | INVOKER | - | sync_app, sync_sql
app.address_pattern(text) | sync_owner | INVOKER | - | sync_app
app.alert_lag() | sync_maintenance | DEFINER | - | sync_app
app.append_activity(text, jsonb) | sync_owner | INVOKER | - | sync_app
app.bound_org() | sync_owner | INVOKER | - | sync_sql
app.change_member(text, text, text, boolean) | sync_owner | DEFINER | - | sync_app
app.claim_alert_turns(integer, interval) | sync_maintenance | DEFINER | - | sync_app
app.claim_erasure(interval) | sync_maintenance | DEFINER | - | sync_app
app.claim_idempotency_key(text, text, text) | sync_owner | INVOKER | - | sync_app
app.claim_webhook_endpoints(integer, integer, interval) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_alerts(integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_erasures(integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_expired_items(integer, integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_idempotency_keys(integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_outbound_deliveries(integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_preview_changes(integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_seen(integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_sign_ins(integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_trail_persons(integer, integer) | sync_maintenance | DEFINER | - | sync_app
app.cleanup_webhook_deliveries(integer) | sync_maintenance | DEFINER | - | sync_app
app.clear_expired_items(text, text, integer) | sync_owner | DEFINER | - | sync_maintenance
app.clear_seen(text, text, integer) | sync_owner | DEFINER | - | sync_maintenance
app.commit_batch(text, text, bigint, interval, jsonb) | sync_owner | INVOKER | - | sync_app
app.copy_from_key() | sync_owner | INVOKER | - | -
app.count_keys(integer) | sync_owner | DEFINER | - | sync_app
app.create_key(text, text, text, text[], bytea, timestamp with time zone) | sync_owner | DEFINER | - | sync_app
app.detach_persons() | sync_owner | DEFINER | - | -
app.dispatch_runs(text) | sync_owner | INVOKER | lock_timeout=3s | sync_app
app.due_censuses(integer) | sync_maintenance | DEFINER | - | sync_app
app.due_schedules(integer) | sync_maintenance | DEFINER | - | sync_app
app.due_webhook_checks(integer, integer) | sync_maintenance | DEFINER | - | sync_app
app.empty_expired_changes(integer) | sync_owner | DEFINER | lock_timeout=250ms | sync_app
app.end_paused_run() | sync_owner | DEFINER | - | -
app.end_session(bytea) | sync_owner | INVOKER | - | sync_app
app.end_sessions_of_key() | sync_owner | INVOKER | - | -
app.end_sessions_of_member() | sync_owner | INVOKER | - | -
app.end_silent_syncs(interval, integer) | sync_maintenance | DEFINER | - | sync_app
app.end_sync() | sync_owner | INVOKER | - | -
app.ensure_activity_partition(timestamp with time zone) | sync_owner | DEFINER | lock_timeout=10s | sync_app, sync_maintenance, sync_sql
app.exchange_link(bytea, bytea, timestamp with time zone) | sync_owner | INVOKER | - | sync_app
app.find_key(bytea) | sync_owner | INVOKER | - | sync_app
app.find_sync(text, text) | sync_owner | INVOKER | enable_seqscan=off, enable_bitmapscan=off, plan_cache_mode=force_generic_plan | sync_app
app.find_syncs(text, jsonb, integer) | sync_owner | INVOKER | enable_seqscan=off, enable_bitmapscan=off, enable_sort=off, enable_hashjoin=off, enable_mergejoin=off | sync_app
app.find_webhook(uuid) | sync_owner | INVOKER | - | sync_app
app.first_address(text) | sync_owner | INVOKER | - | -
app.has_activity_partition(timestamp with time zone) | sync_owner | INVOKER | - | sync_app, sync_maintenance, sync_sql
app.hold_key(uuid) | sync_owner | DEFINER | - | sync_app
app.keep_changes(text, text, text, timestamp with time zone, jsonb) | sync_owner | INVOKER | - | sync_app
app.keep_slots(text, text, bigint) | sync_owner | INVOKER | lock_timeout=3s | sync_app
app.live_keys(bytea[]) | sync_owner | INVOKER | - | sync_app
app.lock(text, text) | sync_owner | INVOKER | - | sync_app
app.log_control() | sync_owner | INVOKER | - | -
app.log_right() | sync_owner | INVOKER | - | -
app.log_sync_end() | sync_owner | INVOKER | - | -
app.mark_current_item() | sync_owner | INVOKER | - | -
app.measure_progress() | sync_owner | INVOKER | - | -
app.mentions(text, text) | sync_owner | INVOKER | - | sync_app
app.open_alerts(text, jsonb) | sync_owner | INVOKER | - | sync_app
app.open_member_session(text, text, text, text, text, boolean, integer, bytea, timestamp with time zone) | sync_owner | DEFINER | - | sync_app
app.open_runs() | sync_maintenance | DEFINER | - | sync_app
app.open_session(bytea, bytea, timestamp with time zone) | sync_owner | INVOKER | - | sync_app
app.open_syncs() | sync_directory | DEFINER | enable_seqscan=off | sync_app
app.organization_keys(uuid, integer) | sync_owner | DEFINER | - | sync_app
app.organizations(bytea, text, text, integer) | sync_directory | DEFINER | - | sync_app
app.organizations_of_the_trail(text, integer) | sync_directory | DEFINER | enable_seqscan=off | sync_app
app.overview(text) | sync_owner | INVOKER | enable_seqscan=off, enable_bitmapscan=off, enable_sort=off, enable_hashjoin=off, enable_mergejoin=off, jit=off | sync_app
app.own_search_terms() | sync_owner | INVOKER | - | -
app.personal_values(text, jsonb) | sync_owner | INVOKER | - | sync_app
app.persons_of_entry(text, text, jsonb, text[]) | sync_owner | INVOKER | enable_seqscan=off | -
app.prepare_activity_partitions(integer) | sync_owner | DEFINER | lock_timeout=10s | sync_app, sync_maintenance
app.publish_changed_records() | sync_owner | INVOKER | - | -
app.publish_event(text, text, jsonb, uuid[]) | sync_owner | INVOKER | - | sync_app, sync_maintenance
app.publish_failed_items() | sync_owner | INVOKER | - | -
app.publish_sync_event() | sync_maintenance | DEFINER | - | -
app.purge_connection(text, uuid, integer) | sync_owner | DEFINER | enable_seqscan=off, enable_hashjoin=off, enable_mergejoin=off | sync_maintenance
app.purge_removed_connections(integer) | sync_maintenance | DEFINER | - | sync_app
app.refuse_change_of_ended_sync() | sync_owner | INVOKER | - | -
app.release_lease(text, text, bigint, timestamp with time zone, jsonb) | sync_owner | INVOKER | - | sync_app
app.remove_webhook(uuid) | sync_owner | INVOKER | - | sync_app
app.renew_lease(text, text, bigint, interval, jsonb) | sync_owner | INVOKER | - | sync_app
app.report_progress(json) | sync_owner | INVOKER | TimeZone=UTC, row_security=on, enable_seqscan=off, enable_nestloop=off, enable_mergejoin=off, plan_cache_mode=force_generic_plan, lock_timeout=250ms | sync_app
app.request_control(text, text, text, text) | sync_owner | INVOKER | enable_seqscan=off, enable_bitmapscan=off, plan_cache_mode=force_generic_plan | sync_app
app.revoke_key(text, uuid) | sync_owner | DEFINER | - | sync_app
app.roll_up_trends(text, integer) | sync_owner | DEFINER | enable_seqscan=off | sync_app
app.runs_without_worker(integer) | sync_maintenance | DEFINER | - | sync_app
app.save_records(text, uuid, text, jsonb, text, timestamp with time zone) | sync_owner | INVOKER | - | sync_app
app.save_subjects(text, jsonb, integer) | sync_owner | INVOKER | - | sync_app
app.seal_entries(text) | sync_owner | DEFINER | - | sync_app
app.search_terms(text, integer, text) | sync_owner | INVOKER | - | sync_app, sync_sql
app.set_org(text) | sync_owner | INVOKER | - | sync_app
app.sign_entry() | sync_owner | INVOKER | - | -
app.signal_ended_sync() | sync_maintenance | DEFINER | - | -
app.slots_of(text, uuid, uuid) | sync_owner | INVOKER | - | sync_app
app.start_sync(text, text, text, text, double precision, text, text, jsonb) | sync_owner | INVOKER | enable_seqscan=off, plan_cache_mode=force_generic_plan | sync_app
app.store_delivery(text, uuid, text, text, text, boolean, uuid, boolean) | sync_owner | INVOKER | - | sync_app
app.store_erasure(text, text, text, jsonb, text, text, integer) | sync_owner | INVOKER | - | sync_app
app.store_search_terms() | sync_owner | INVOKER | - | -
app.syncs_of_item(text, text) | sync_owner | INVOKER | enable_seqscan=off, enable_bitmapscan=off, enable_hashjoin=off, enable_mergejoin=off | sync_app
app.syncs_with_terms(text, bigint[]) | sync_owner | INVOKER | enable_seqscan=off, enable_bitmapscan=on | sync_app
app.take_lease(text, text, text, interval) | sync_owner | INVOKER | - | sync_app
app.take_slots(text, text, text, uuid[]) | sync_owner | INVOKER | - | sync_app
app.takes_space(regclass) | sync_owner | INVOKER | - | -
app.tell_root(text) | sync_owner | INVOKER | - | sync_app
app.tells(text, text) | sync_owner | INVOKER | - | sync_app
app.unsealed_entries(text, integer) | sync_owner | INVOKER | enable_seqscan=off | sync_app, sync_sql
app.value_pattern(text) | sync_owner | INVOKER | - | sync_app
app.verify_seals(text, bigint, integer) | sync_owner | INVOKER | enable_seqscan=off | sync_app, sync_sql
app.verify_unsealed(text, timestamp with time zone, uuid, integer) | sync_owner | INVOKER | enable_seqscan=off | sync_app, sync_sql
app.watch_progress(text[], text[]) | sync_owner | INVOKER | TimeZone=UTC, row_security=on, enable_seqscan=off, enable_bitmapscan=off, enable_sort=off, plan_cache_mode=force_custom_plan | sync_app
app.week_of_changes(timestamp with time zone) | sync_owner | INVOKER | - | sync_app, sync_maintenance
app.week_of_start(timestamp with time zone) | sync_owner | INVOKER | - | sync_app, sync_maintenance, sync_sql
app.with_persons(text, jsonb) | sync_owner | INVOKER | - | sync_app, sync_sql_payloads
app.with_persons(text, text) | sync_owner | INVOKER | - | sync_app, sync_sql_payloads
app.with_tokens(text, text, text, text[]) | sync_owner | INVOKER | - | -
app.without_address(text, text, text) | sync_owner | INVOKER | - | sync_app
app.without_members(jsonb, text[]) | sync_owner | INVOKER | - | sync_app
app.without_terms(text, text, text) | sync_owner | INVOKER | - | sync_app
public.auto_cleanup_preview_cache(integer) | sync_maintenance | DEFINER | - | sync_app, sync_sql
`;

/** Name, when, whose function. */
const TRIGGERS = `
copy_from_key | BEFORE INSERT WHEN ON auth.api_keys | app.copy_from_key()
detach_persons | BEFORE INSERT WHEN ON public.sync_activity_log | app.detach_persons()
end_on_insert | BEFORE INSERT WHEN ON public.sync_progress | app.end_sync()
end_on_update | BEFORE UPDATE WHEN ON public.sync_progress | app.end_sync()
end_paused_run | AFTER UPDATE WHEN ON public.sync_progress | app.end_paused_run()
end_sessions_of_key | AFTER UPDATE WHEN ON auth.api_keys | app.end_sessions_of_key()
end_sessions_of_member | AFTER UPDATE WHEN ON auth.users_extended | app.end_sessions_of_member()
end_sessions_of_removed | AFTER DELETE ON auth.users_extended | app.end_sessions_of_member()
ended_is_final | BEFORE UPDATE WHEN ON public.sync_progress | app.refuse_change_of_ended_sync()
item_1_left_out | BEFORE UPDATE WHEN ON public.sync_progress | app.mark_current_item()
item_2_given | BEFORE UPDATE WHEN ON public.sync_progress | app.mark_current_item()
log_changed_key | AFTER UPDATE WHEN ON auth.api_keys | app.log_right()
log_changed_member | AFTER UPDATE ON auth.users_extended | app.log_right()
log_control | AFTER UPDATE WHEN ON public.sync_progress | app.log_control()
log_end_on_insert | AFTER INSERT WHEN ON public.sync_progress | app.log_sync_end()
log_end_on_update | AFTER UPDATE WHEN ON public.sync_progress | app.log_sync_end()
log_new_key | AFTER INSERT WHEN ON auth.api_keys | app.log_right()
log_new_member | AFTER INSERT WHEN ON auth.users_extended | app.log_right()
log_removed_key | AFTER DELETE WHEN ON auth.api_keys | app.log_right()
log_removed_member | AFTER DELETE WHEN ON auth.users_extended | app.log_right()
log_sql_role | AFTER INSERT OR UPDATE OR DELETE ON auth.sql_roles | app.log_right()
measure_on_insert | BEFORE INSERT WHEN ON public.sync_progress | app.measure_progress()
measure_on_update | BEFORE UPDATE WHEN ON public.sync_progress | app.measure_progress()
own_search_terms | BEFORE INSERT WHEN ON public.sync_search | app.own_search_terms()
publish_failed | AFTER INSERT ON public.sync_items | app.publish_failed_items()
publish_on_change | AFTER UPDATE ON public.sync_change_counters | app.publish_changed_records()
publish_on_insert | AFTER INSERT ON public.sync_progress | app.publish_sync_event()
publish_on_update | AFTER UPDATE WHEN ON public.sync_progress | app.publish_sync_event()
search_on_insert | AFTER INSERT ON public.sync_progress | app.store_search_terms()
search_on_move | AFTER UPDATE WHEN ON public.sync_progress | app.store_search_terms()
sign_entry | BEFORE INSERT WHEN ON public.sync_activity_log | app.sign_entry()
signal_end_on_insert | AFTER INSERT WHEN ON public.sync_progress | app.signal_ended_sync()
signal_end_on_update | AFTER UPDATE WHEN ON public.sync_progress | app.signal_ended_sync()
`;

const FIXED_SEARCH_PATH = 'search_path=pg_catalog, pg_temp';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const lines = (text: string): string[] => text.trim().split('\n');
const read = async (query: string): Promise<string[]> =>
  (await sql<{ line: string }>(database.superuserUrl, query)).map(({ line }) => line).sort();

describe('the functions and triggers of the SQL files', () => {
  it('have the owner, the rights and the settings that are written here', async () => {
    const found = await read(`
      SELECT concat_ws(' | ', n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')', p.proowner::regrole,
               CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END,
               coalesce(nullif(array_to_string(array_remove(p.proconfig, '${FIXED_SEARCH_PATH}'), ', '), ''), '-'),
               coalesce((SELECT string_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, ', ' ORDER BY a.grantee::regrole::text)
                  FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner), '-')) AS line
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname IN ('app', 'auth', 'public')`);
    expect(found).toEqual(lines(FUNCTIONS));
  });

  it('all have a search path that nobody can put anything into', async () => {
    const others = await read(`
      SELECT p.oid::regprocedure::text AS line FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname IN ('app', 'auth', 'public') AND NOT coalesce('${FIXED_SEARCH_PATH}' = ANY (p.proconfig), false)`);
    expect(others).toEqual([]);
  });

  it('are called by the triggers that are written here', async () => {
    const found = await read(`
      SELECT format('%s | %s %s | %s', g.tgname, CASE WHEN g.tgtype & 2 > 0 THEN 'BEFORE' ELSE 'AFTER' END,
               concat_ws(' OR ', CASE WHEN g.tgtype & 4 > 0 THEN 'INSERT' END, CASE WHEN g.tgtype & 16 > 0 THEN 'UPDATE' END,
                 CASE WHEN g.tgtype & 8 > 0 THEN 'DELETE' END)
                 || CASE WHEN g.tgqual IS NULL THEN '' ELSE ' WHEN' END || format(' ON %s.%s', n.nspname, c.relname),
               g.tgfoid::regprocedure) AS line
        FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname IN ('app', 'auth', 'public') AND NOT g.tgisinternal AND g.tgparentid = 0`);
    expect(found).toEqual(lines(TRIGGERS));
  });
});
