import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { State } from './rls.types.ts';

/** How a table gets rows for the matrix. */
export interface Fixture {
  /** The text column that tells the rows of one organization apart. */
  readonly marker: string;
  /** A row in use, or one that upkeep may touch, whose marker is `name`. */
  row(orgId: string, state: State, name: string): Readonly<Record<string, unknown>>;
  /** What UPDATE sets, in a way that the table's checks and triggers allow. */
  readonly change: string;
}

const at = (hours: number): Date => new Date(Date.now() + hours * 3_600_000);
/** The same for the same words, so that rows whose key is a UUID can be told apart as others are. */
export const uuidOf = (...words: string[]): string =>
  createHash('md5')
    .update(words.join(' '))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
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
      updated_at: at(state === 'live' ? 0 : -1),
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
    marker: 'name',
    row: (org_id, state, name) => ({
      ...{ org_id, name, id: uuidOf(org_id, name), system: 'woocommerce', base_url: 'https://shop.example.com' },
      ...(state === 'live'
        ? { credentials: Buffer.alloc(40), credentials_key_id: 'k1' }
        : { removed_at: at(-24 * 400) }),
    }),
    change: "status = 'ok'",
  },
  'auth.hook_addresses': {
    marker: `CASE connection_id WHEN md5(org_id || ' live')::uuid THEN 'live' WHEN md5(org_id || ' stale')::uuid THEN 'stale' END`,
    row: (org_id, _state, name) => ({ org_id, connection_id: uuidOf(org_id, name) }),
    change: 'org_id = org_id',
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
  return { text: `INSERT INTO ${table} (${columns}) VALUES (${parameters})`, values: Object.values(row) };
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
