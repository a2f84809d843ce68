import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { State } from './rls.types.ts';

/** Of the ring of weeks in which changes are kept, the one that the fixtures are in. */
export const WEEK_OF_FIXTURES = 3;

/** How a table gets rows for the matrix. */
export interface Fixture {
  /** The text column that distinguishes the rows of one organization. */
  readonly marker: string;
  /** A row in use, or one that maintenance may touch, whose marker is `name`. */
  row(orgId: string, state: State, name: string): Readonly<Record<string, unknown>>;
  /** What UPDATE sets, in a way that the table's checks and triggers allow. */
  readonly change: string;
  /** Of a table with one row an organization, which is in use: what an INSERT does when it is there. */
  readonly onConflict?: string;
}

const at = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);
/** Returns the same UUID for the same words, so that rows whose key is a UUID can be named like others. */
export const uuidOf = (...words: string[]): string =>
  createHash('md5')
    .update(words.join(' '))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
/** Which of both rows it is, from a column that has `uuidOf` organization and state. */
const stateOf = (column: string): string =>
  `CASE ${column} WHEN md5(org_id || ' live')::uuid THEN 'live' WHEN md5(org_id || ' stale')::uuid THEN 'stale' END`;
const stateOfRole = `replace(role_name, org_id || ' ', '')`;
const ends = (state: State): Date => at(state === 'live' ? 1 : -1);

export const FIXTURES: Readonly<Record<string, Fixture>> = {
  'public.sync_progress': {
    marker: 'sync_id',
    row: (org_id, state, sync_id) => ({
      org_id,
      sync_id,
      entity_type: 'customer',
      source_system: 'woocommerce',
      started_at: at(-2),
      // Ahead, so that it is not silent by the time the last of the tests asks.
      updated_at: at(state === 'live' ? 1 : -1),
    }),
    change: "status = 'timeout'",
  },
  'public.sync_activity_log': {
    marker: 'sync_id',
    row: (org_id, state, sync_id) => ({
      org_id,
      sync_id,
      activity_type: state === 'live' ? 'batch_process' : 'sync_timeout',
      status: state === 'live' ? 'running' : 'timeout',
    }),
    change: "status = 'failed'",
  },
  'public.sync_activity_seals': {
    marker: "rtrim(convert_from(previous_hash, 'UTF8'))",
    row: (org_id, state, name) => ({
      ...{ org_id, sequence: name === state ? (state === 'live' ? 1 : 2) : 3 },
      ...{ entry_ids: `{${uuidOf(org_id, 'entry')}}`, entry_times: `{${at(0).toISOString()}}` },
      ...{ entry_hashes: '{"\\\\x00"}', previous_hash: Buffer.from(name.padEnd(32)), hash: Buffer.alloc(32) },
    }),
    change: 'sealed_at = now()',
  },
  'public.sync_trail_persons': {
    marker: 'address',
    row: (org_id, state, address) => ({
      ...{ org_id, token: `person:${address}`, address },
      ...(state === 'stale' && { month: '2020-01-01' }),
    }),
    change: "address = 'other'",
  },
  'public.sync_erasures': {
    // Maintenance may not read more of it.
    marker: stateOf('id'),
    row: (org_id, state, name) => ({
      ...{ org_id, id: uuidOf(org_id, name), named_by: 'email' },
      ...(state === 'stale' && { state: 'completed', remaining: 0, completed_at: at(-24 * 1_200) }),
    }),
    change: 'turn_at = now()',
  },
  'public.sync_preview_cache': {
    marker: 'sync_type',
    row: (org_id, state, sync_type) => ({
      org_id,
      sync_type,
      cache_key: `key of ${sync_type}`,
      delta_data: '{}',
      expires_at: ends(state),
    }),
    change: "delta_data = '{}'",
  },
  'public.idempotency_keys': {
    marker: 'key',
    row: (org_id, state, key) => ({ org_id, key, fingerprint: 'f', expires_at: ends(state) }),
    change: 'response = NULL',
  },
  'public.sync_connections': {
    // Maintenance may not read more of it.
    marker: stateOf('id'),
    row: (org_id, state, name) => ({
      ...{ org_id, name, id: uuidOf(org_id, name), system: 'woocommerce', base_url: 'https://shop.example.com' },
      ...(state === 'live'
        ? { credentials: Buffer.alloc(40), credentials_key_id: 'k1' }
        : { removed_at: at(-24 * 400) }),
    }),
    change: "status = 'ok'",
  },
  'public.sync_systems': {
    // Maintenance may not read more of it.
    marker: stateOf('id'),
    row: (org_id, state, name) => ({
      ...{ org_id, id: uuidOf(org_id, name), system: 'woocommerce', place: name, scope: '', mark: name },
      ...(state === 'stale' && { left_at: at(-1) }),
    }),
    change: "mark = 'another'",
  },
  'auth.hook_addresses': {
    marker: stateOf('connection_id'),
    row: (org_id, _state, name) => ({ org_id, connection_id: uuidOf(org_id, name) }),
    change: 'org_id = org_id',
  },
  'public.sync_runs': {
    marker: 'sync_id',
    row: (org_id, state, sync_id) => ({
      ...{ org_id, sync_id, kind: 'sync', entity_type: 'customer', mode: 'full' },
      source_connection_id: uuidOf(org_id, state),
      state: state === 'live' ? 'ready' : 'ended',
    }),
    change: 'seen_cleared = true',
  },
  'public.sync_locks': {
    marker: 'name',
    row: (org_id, _state, name) => ({ org_id, name }),
    change: 'name = name',
  },
  'auth.sql_roles': {
    marker: stateOfRole,
    row: (org_id, state, name) => ({ org_id, role_name: `${org_id} ${name}`, user_id: state }),
    change: "user_id = 'another'",
  },
  'public.sync_search': {
    marker: 'sync_id',
    row: (org_id, _state, sync_id) => ({ org_id, sync_id, terms: '{1}' }),
    change: "terms = '{2}'",
  },
  'public.sync_slots': {
    marker: 'entity_type',
    row: (org_id, state, entity_type) => ({
      org_id,
      connection_id: uuidOf(org_id, state),
      entity_type,
      sync_id: state,
    }),
    change: "sync_id = 'another'",
  },
  // Stale, here and below: of the connection that was removed, or of a run that has ended.
  'public.sync_records': {
    marker: 'external_id',
    row: (org_id, state, external_id) => ({
      ...{ org_id, external_id, connection_id: uuidOf(org_id, state), entity_type: 'customer' },
      ...{ data: '{}', content_hash: 'h', change_seq: 1 },
    }),
    change: "content_hash = 'another'",
  },
  'public.sync_change_counters': {
    marker: "'live'",
    row: (org_id) => ({ org_id, last_seq: 1 }),
    change: 'last_seq = last_seq',
    onConflict: '(org_id) DO UPDATE SET last_seq = EXCLUDED.last_seq',
  },
  'public.sync_trail_places': {
    marker: "'live'",
    row: (org_id) => ({ org_id, exported: 1 }),
    change: 'exported = exported',
    onConflict: '(org_id) DO UPDATE SET exported = EXCLUDED.exported',
  },
  'public.sync_trend_hours': {
    marker: 'entity_type',
    row: (org_id, _state, entity_type) => ({ org_id, hour: '2026-01-01T00:00:00Z', entity_type, sync_count: 1 }),
    change: 'sync_count = 2',
  },
  'public.sync_trend_marks': {
    marker: "'live'",
    row: (org_id) => ({ org_id, cluster: 'this' }),
    change: 'cluster = cluster',
    onConflict: '(org_id) DO UPDATE SET cluster = EXCLUDED.cluster',
  },
  'public.sync_bindings': {
    marker: 'id_a',
    row: (org_id, state, id) => {
      const [system_a, system_b] = [uuidOf(org_id, state), uuidOf(org_id, 'another')].sort();
      return {
        ...{ org_id, entity_type: 'customer', system_a, system_b, id_a: id, id_b: id },
        ...{ hash_a: 'a', hash_b: 'b', data_a: '{}', data_b: '{}' },
      };
    },
    change: 'data_a = NULL, data_b = NULL',
  },
  'public.sync_match_decisions': {
    marker: 'external_id',
    row: (org_id, state, id) => ({
      ...{ org_id, entity_type: 'customer', external_id: id },
      ...{ source: uuidOf(org_id, state), destination: uuidOf(org_id, 'another') },
    }),
    change: "entity_type = 'order'",
  },
  'public.sync_refusals': {
    marker: 'external_id',
    row: (org_id, state, external_id) => ({
      ...{ org_id, external_id, entity_type: 'customer', source_connection_id: uuidOf(org_id, state) },
      ...{
        destination_connection_id: uuidOf(org_id, 'another'),
        fingerprint: 'f',
        error_class: 'refused',
        message: 'm',
      },
    }),
    change: "message = 'another'",
  },
  'public.sync_items': {
    marker: 'external_id',
    row: (org_id, state, external_id) => ({
      ...{ org_id, sync_id: state, external_id, outcome: 'failed', error_class: 'refused', message: 'm' },
    }),
    change: "message = 'another'",
  },
  'public.sync_changes': {
    marker: 'external_id',
    row: (org_id, state, external_id) => ({
      ...{ org_id, week: WEEK_OF_FIXTURES, sync_id: state, kind: 'create', external_id, entity_type: 'customer' },
    }),
    change: "was = '{}'",
  },
  'public.sync_seen': {
    marker: 'external_id',
    row: (org_id, state, external_id) => ({ org_id, sync_id: state, external_id, failed: false }),
    change: 'failed = true',
  },
  'public.sync_claims': {
    marker: 'external_id',
    row: (org_id, state, external_id) => ({ org_id, sync_id: state, claim: `SKU ${external_id}`, external_id }),
    change: "claim = claim || '.'",
  },
  'public.sync_cursors': {
    marker: 'destination',
    row: (org_id, state, destination) => ({
      ...{ org_id, connection_id: uuidOf(org_id, state), entity_type: 'customer', destination },
      ...{ watermark: '{}', sync_id: state },
    }),
    change: "watermark = '{}'",
  },
  'public.sync_preview_changes': {
    marker: 'external_id',
    row: (org_id, state, external_id) => ({
      ...{ org_id, sync_id: state, external_id, kind: 'create', expires_at: ends(state) },
    }),
    change: "fields = '[]'",
  },
  'public.sync_schedules': {
    marker: 'cron',
    row: (org_id, state, cron) => ({
      ...{
        org_id,
        connection_id: uuidOf(org_id, state),
        entity_type: 'customer',
        mode: 'full',
        cron,
        time_zone: 'UTC',
        next_run_at: at(state === 'stale' ? -1 : 24),
      },
    }),
    change: 'enabled = false, next_run_at = NULL',
  },
  'public.sync_hook_deliveries': {
    marker: 'delivery_key',
    row: (org_id, state, delivery_key) => ({
      ...{ org_id, connection_id: uuidOf(org_id, state), delivery_key, entity_type: 'customer', external_id: '1' },
      ...{ deleted: false, received_at: at(state === 'live' ? 0 : -24 * 31) },
    }),
    change: 'deleted = true',
  },
  'public.sync_webhook_endpoints': {
    marker: 'events[1]',
    row: (org_id, state, event) => ({
      ...{
        org_id,
        id: uuidOf(org_id, event),
        url: 'https://receiver.example',
        events: `{"${event}"}`,
        format: 'standard',
      },
      ...{ secret: Buffer.from('s'), secret_key_id: 'k', enabled: state === 'stale' },
    }),
    change: "description = 'x'",
  },
  'public.sync_webhook_deliveries': {
    marker: 'event_type',
    row: (org_id, state, event_type) => ({
      ...{ org_id, endpoint_id: uuidOf(org_id, state), event_id: uuidOf(org_id, event_type), event_type, data: '{}' },
      ...(state === 'live' ? { state: 'delivered' } : { created_at: at(-24 * 8) }),
    }),
    change: 'attempts = 1',
  },
  'public.sync_alert_rules': {
    marker: 'name',
    row: (org_id, _state, name) => ({ org_id, name, kind: 'failed' }),
    change: 'enabled = false',
  },
  'public.sync_alerts': {
    marker: 'subject',
    row: (org_id, state, subject) => ({
      ...{ org_id, rule_id: uuidOf(org_id, state), rule_name: 'r', kind: 'failed', subject, summary: 's' },
      ...(state === 'stale' && { resolved_at: at(-24 * 91) }),
    }),
    change: 'told = true',
  },
  'public.sync_alert_subjects': {
    marker: 'subject',
    row: (org_id, _state, subject) => ({
      ...{ org_id, subject, entity_type: 'customer', source_system: 'shop', last_ended_at: at(0) },
    }),
    change: 'successes = 1',
  },
  'public.sync_alert_turns': {
    marker: "'live'",
    row: (org_id) => ({ org_id, due_at: at(24) }),
    change: 'due_at = due_at',
    onConflict: '(org_id) DO UPDATE SET due_at = EXCLUDED.due_at',
  },
  'public.sync_alert_signals': {
    marker: 'sync_id',
    row: (org_id, _state, sync_id) => ({ org_id, sync_id }),
    change: 'created_at = now()',
  },
  'public.sync_organization_settings': {
    marker: "'live'",
    row: (org_id) => ({ org_id }),
    change: 'updated_at = updated_at',
    onConflict: '(org_id) DO UPDATE SET updated_at = now()',
  },
  'auth.users_extended': {
    marker: 'id',
    row: (org_id, _state, id) => ({ org_id, id }),
    change: 'email = NULL',
  },
  'auth.api_keys': {
    marker: 'name',
    row: (org_id, state, name) => ({
      org_id,
      name,
      kind: state === 'live' ? 'service' : 'link',
      scopes: ['sync:write'],
      key_hash: createHash('sha256').update(`${org_id} ${name}`).digest(),
      expires_at: ends(state),
    }),
    change: 'expires_at = now()',
  },
};

/** INSERT of one row, which may go into a partition instead. */
export function insertStatement(
  table: string,
  row: Readonly<Record<string, unknown>>,
): { text: string; values: unknown[] } {
  const columns = Object.keys(row);
  const parameters = columns.map((_, index) => `$${index + 1}`);
  const onConflict = FIXTURES[table]?.onConflict;
  return {
    text: `INSERT INTO ${table} (${columns}) VALUES (${parameters})${onConflict ? ` ON CONFLICT ${onConflict}` : ''}`,
    values: Object.values(row),
  };
}

/** Both rows of each organization in each of the tables, as the superuser. */
export async function insertFixtures(admin: pg.Client, tables: readonly string[], orgs: readonly string[]) {
  for (const table of tables) {
    for (const org of orgs) {
      for (const state of ['live', 'stale'] as const) {
        const fixture = FIXTURES[table];
        if (fixture) await admin.query(insertStatement(table, fixture.row(org, state, state)));
      }
    }
  }
}
