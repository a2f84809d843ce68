import { PERSONAL_MEMBERS } from '../connectors/canonical/personal.members.ts';
import type { Statement } from '../database/database.ts';

/** A customer that the person is, at one connection or system. */
export interface Subject {
  readonly connection_id: string | null;
  readonly system_id: string | null;
  readonly external_id: string;
}

/** Of whom a page of a store is looked through. */
export interface Erased {
  readonly orgId: string;
  /** In lower case; null: none is known. */
  readonly email: string | null;
  readonly subjects: readonly Subject[];
  /** The person's names and numbers, as a pattern; null: none are known. */
  readonly terms: string | null;
  /** What stands in place of the address afterwards. */
  readonly pseudonym: string;
}

export interface ErasedPage {
  readonly looked_at: number;
  readonly erased: number;
  /** The key of the last row, as text; null: the store is through. */
  readonly place: readonly string[] | null;
}

/**
 * A table that may name a person. A row is erased when a text of it `mentions` the address, or when it is the person's `own`. In the conditions `t` is the
 * table, in `set` `t` and `h`, which says `h.own`; $2 to $6 are the address, what stands in its place, the subjects, and the personal members of a
 * customer and an order; $9 the person's terms.
 */
interface Store {
  /** Its name in the report. */
  readonly name: string;
  readonly table: string;
  /** The primary key without the organization. */
  readonly key: Readonly<Record<string, 'text' | 'uuid' | 'smallint'>>;
  readonly mentions: readonly string[];
  /** Those of them that people wrote or a system said, which may name the person without an address. */
  readonly texts?: readonly string[];
  /** Only as long as there is something to erase, so that a second look finds nothing. */
  readonly own?: string;
  /** Null: the row is deleted. */
  readonly set: Readonly<Record<string, string>> | null;
  /** The rows that are deleted although others are only changed. */
  readonly deleted?: string;
}

/** A text as JSON: to_jsonb counts as depending on settings, which a distributed Postgres allows in no change. */
const asJson = (column: string): string => `(jsonb_object('{v}', ARRAY[t.${column}]) -> 'v')::text`;
const plain = (column: string): string => `app.without_address(${asJson(column)}, $2, $3)::jsonb #>> '{}'`;
const json = (column: string): string => `app.without_address(t.${column}::text, $2, $3)::jsonb`;
/** Of what people wrote, or a system said. */
const said = (column: string): string =>
  `app.without_terms(app.without_address(${asJson(column)}, $2, $3), $9, $3)::jsonb #>> '{}'`;
const saidIn = (column: string): string =>
  `app.without_terms(app.without_address(t.${column}::text, $2, $3), $9, $3)::jsonb`;
const WORD = `'erased'`;
/** A message about the person may name them by what is no address. */
const message = `CASE WHEN h.own THEN ${WORD} ELSE ${said('message')} END`;

const SUBJECTS = `jsonb_to_recordset($4) AS s (connection_id uuid, system_id uuid, external_id text)`;
const isSubject = (condition: string): string => `EXISTS (SELECT FROM ${SUBJECTS} WHERE ${condition})`;
/** Whose entity type is the run's. */
const ofRun = (item: string): string => `EXISTS (
  SELECT FROM public.sync_runs r JOIN ${SUBJECTS} ON s.connection_id = r.source_connection_id AND s.external_id = ${item}
   WHERE r.org_id = t.org_id AND r.sync_id = t.sync_id AND r.entity_type = 'customer')`;
/** What was written names a customer by the ids of where it was written; the same number is somebody else's elsewhere. */
const BUYER_OF_CHANGE = `EXISTS (
  SELECT FROM public.sync_runs r JOIN ${SUBJECTS} ON s.connection_id = coalesce(r.destination_connection_id, r.source_connection_id)
     AND s.external_id IN (t.was #>> '{customer,external_id}', t.became #>> '{customer,external_id}')
   WHERE r.org_id = t.org_id AND r.sync_id = t.sync_id)`;
const buys = (data: string, place: string): string =>
  `t.entity_type = 'order' AND ${isSubject(`${place} AND s.external_id = ${data} #>> '{customer,external_id}'`)}`;

const IS_CUSTOMER = `t.entity_type = 'customer' AND ${isSubject('s.connection_id = t.connection_id AND s.external_id = t.external_id')}`;
/** Also by the address alone: whoever ordered without an account may be no customer that is known. */
const IS_ORDER = `((${buys('t.data', 's.connection_id = t.connection_id')})
  OR (t.entity_type = 'order' AND $2 IN (lower(t.data #>> '{customer,email}'), lower(t.data #>> '{billing,email}'))))`;
const AT_A = 's.system_id = t.system_a';
const AT_B = 's.system_id = t.system_b';

/** In the order in which they are looked through. Records come last: they say who the person is, should it be cut off. */
export const STORES: readonly Store[] = [
  {
    name: 'items',
    table: 'sync_items',
    key: { sync_id: 'text', external_id: 'text' },
    mentions: ['t.external_id', 't.message', 't.payload'],
    texts: ['t.message'],
    own: `(t.payload IS NOT NULL OR t.message <> ${WORD}) AND ${ofRun('t.external_id')}`,
    set: { external_id: plain('external_id'), message, payload: 'NULL' },
  },
  {
    name: 'refusals',
    table: 'sync_refusals',
    key: { entity_type: 'text', source_connection_id: 'uuid', destination_connection_id: 'uuid', external_id: 'text' },
    mentions: ['t.external_id', 't.message'],
    texts: ['t.message'],
    own: `t.message <> ${WORD} AND t.entity_type = 'customer'
      AND ${isSubject('s.connection_id = t.source_connection_id AND s.external_id = t.external_id')}`,
    set: { external_id: plain('external_id'), message },
  },
  {
    name: 'changes',
    table: 'sync_changes',
    key: { sync_id: 'text', kind: 'text', external_id: 'text', week: 'smallint' },
    mentions: ['t.external_id', 't.destination_id', 't.was', 't.became', 't.reason'],
    texts: ['t.reason'],
    own: `num_nonnulls(t.was, t.became) > 0 AND ((t.entity_type = 'customer' AND ${ofRun('t.external_id')})
      OR (t.entity_type = 'order' AND ${BUYER_OF_CHANGE}))`,
    set: {
      external_id: plain('external_id'),
      destination_id: plain('destination_id'),
      reason: said('reason'),
      ...{ was: 'NULL', became: 'NULL', is_partial: 'true' },
    },
  },
  {
    name: 'preview_changes',
    table: 'sync_preview_changes',
    key: { sync_id: 'text', external_id: 'text' },
    mentions: ['t.external_id', 't.destination_id', 't.fields', 't.data', 't.reason', 't.rival'],
    texts: ['t.reason'],
    own: `(t.data IS NOT NULL OR t.fields <> '[]') AND ${ofRun('t.external_id')}`,
    // What is not known any more is not applied.
    set: {
      external_id: plain('external_id'),
      destination_id: plain('destination_id'),
      ...{ kind: `'conflict'`, reason: WORD, rival: 'NULL', data: 'NULL', fields: `'[]'` },
    },
  },
  {
    name: 'match_decisions',
    table: 'sync_match_decisions',
    key: { entity_type: 'text', source: 'uuid', destination: 'uuid', external_id: 'text' },
    mentions: ['t.external_id'],
    set: null,
  },
  {
    // An id that is an address binds nobody any more. What else is bound stays so, without what it held.
    name: 'bindings',
    table: 'sync_bindings',
    key: { entity_type: 'text', system_a: 'uuid', system_b: 'uuid', id_a: 'text' },
    mentions: ['t.id_a', 't.id_b', 't.data_a', 't.data_b'],
    own: `t.data_a IS NOT NULL AND ((t.entity_type = 'customer' AND ${isSubject(`(${AT_A} AND s.external_id = t.id_a) OR (${AT_B} AND s.external_id = t.id_b)`)})
      OR ${buys('t.data_a', AT_A)} OR ${buys('t.data_b', AT_B)})`,
    deleted: `app.mentions(jsonb_build_array(t.id_a, t.id_b)::text, $2)`,
    set: { data_a: 'NULL', data_b: 'NULL' },
  },
  {
    name: 'stored_previews',
    table: 'sync_preview_cache',
    key: { sync_type: 'text', entity_type: 'text' },
    mentions: ['t.cache_key', 't.filters', 't.summary', 't.delta_data'],
    set: null,
  },
  {
    name: 'idempotent_responses',
    table: 'idempotency_keys',
    key: { key: 'text' },
    mentions: ['t.response'],
    texts: ['t.response'],
    set: { response: saidIn('response') },
  },
  {
    name: 'messages_to_receivers',
    table: 'sync_webhook_deliveries',
    key: { id: 'uuid' },
    mentions: ['t.data', 't.error_message'],
    texts: ['t.data', 't.error_message'],
    set: { data: saidIn('data'), error_message: said('error_message') },
  },
  {
    name: 'webhooks',
    table: 'sync_hook_deliveries',
    key: { connection_id: 'uuid', delivery_key: 'text' },
    mentions: ['t.external_id', 't.delivery_key'],
    set: { external_id: plain('external_id'), delivery_key: plain('delivery_key') },
  },
  {
    name: 'syncs',
    table: 'sync_progress',
    key: { sync_id: 'text' },
    mentions: ['t.error_message', 't.waiting_reason', 't.checkpoint'],
    texts: ['t.error_message', 't.waiting_reason'],
    // One that is at work goes on from its checkpoint; it is found again until it has ended.
    set: {
      error_message: said('error_message'),
      waiting_reason: said('waiting_reason'),
      checkpoint: `CASE WHEN t.completed_at IS NULL THEN t.checkpoint ELSE ${json('checkpoint')} END`,
    },
  },
  {
    name: 'runs',
    table: 'sync_runs',
    key: { sync_id: 'text' },
    mentions: ['t.filters', 't.override_reason'],
    texts: ['t.override_reason'],
    set: {
      filters: `CASE WHEN t.state = 'ended' THEN ${json('filters')} ELSE t.filters END`,
      override_reason: said('override_reason'),
    },
  },
  {
    name: 'alerts',
    table: 'sync_alerts',
    key: { id: 'uuid' },
    mentions: ['t.summary', 't.acknowledged_reason', 't.muted_reason'],
    texts: ['t.summary', 't.acknowledged_reason', 't.muted_reason'],
    set: {
      summary: said('summary'),
      acknowledged_reason: said('acknowledged_reason'),
      muted_reason: said('muted_reason'),
    },
  },
  {
    // What a system said when it was looked at.
    name: 'connections',
    table: 'sync_connections',
    key: { id: 'uuid' },
    mentions: ['t.last_error', 't.warnings', 't.checks', 't.webhooks_state'],
    texts: ['t.last_error', 't.warnings', 't.checks', 't.webhooks_state'],
    set: {
      last_error: said('last_error'),
      warnings: saidIn('warnings'),
      checks: saidIn('checks'),
      webhooks_state: saidIn('webhooks_state'),
    },
  },
  {
    name: 'schedules',
    table: 'sync_schedules',
    key: { id: 'uuid' },
    mentions: ['t.last_error'],
    texts: ['t.last_error'],
    set: { last_error: said('last_error') },
  },
  {
    name: 'webhook_endpoints',
    table: 'sync_webhook_endpoints',
    key: { id: 'uuid' },
    mentions: ['t.disabled_reason'],
    texts: ['t.disabled_reason'],
    set: { disabled_reason: said('disabled_reason') },
  },
  {
    // Readers of changes learn that a customer is gone, and that an order has changed.
    name: 'records',
    table: 'sync_records',
    key: { connection_id: 'uuid', entity_type: 'text', external_id: 'text' },
    mentions: ['t.external_id', 't.data'],
    own: `((${IS_CUSTOMER} AND t.data <> app.without_members(t.data, $5)) OR (${IS_ORDER} AND t.data <> app.without_members(t.data, $6)))`,
    set: {
      external_id: plain('external_id'),
      data: `app.without_address((CASE WHEN NOT h.own THEN t.data WHEN t.entity_type = 'customer' THEN app.without_members(t.data, $5)
        ELSE app.without_members(t.data, $6) END)::text, $2, $3)::jsonb`,
      deleted_at: `CASE WHEN h.own AND t.entity_type = 'customer' THEN coalesce(t.deleted_at, h.at) ELSE t.deleted_at END`,
      ...{ content_hash: WORD, updated_at: 'now()', change_seq: 'k.last_seq - h.hits + h.position' },
    },
  },
];

/** The person's words that tell who they are in any text, of the customers that are still known. */
export const findTerms = (orgId: string, subjects: readonly Subject[]): Statement => ({
  text: `
    SELECT string_agg(DISTINCT app.value_pattern(v.value), '|') AS terms
      FROM jsonb_to_recordset($2) AS s (connection_id uuid, external_id text)
      JOIN public.sync_records r ON r.org_id = $1 AND r.connection_id = s.connection_id AND r.entity_type = 'customer' AND r.external_id = s.external_id
     CROSS JOIN LATERAL app.personal_values('customer', r.data) AS v
     WHERE v.tells`,
  values: [orgId, JSON.stringify(subjects)],
});

/** Of the tokens of the trail those that stand for the address, for what is known to be the person's, or for what a system said with either. */
export const eraseTokens = ({ orgId, email, terms, subjects }: Omit<Erased, 'pseudonym'>): Statement => ({
  text: `
    DELETE FROM public.sync_trail_persons AS t
     WHERE t.org_id = $1 AND (t.email = $2 OR app.mentions(${asJson('address')}, $2) OR app.tells(${asJson('address')}, $3)
       OR t.about && $4) RETURNING t.token`,
  values: [
    ...[orgId, email, terms],
    [
      ...(email === null ? [] : [email]),
      ...subjects.map(({ connection_id, external_id }) => `${connection_id} ${external_id}`),
    ],
  ],
});

/** Looks through the next `most` rows of a store after `place`, in the order of its key, and erases those that name the person. */
export function erasePage(store: Store, erased: Erased, place: readonly string[] | null, most: number): Statement {
  const { table, key, mentions, texts = [], own = 'false', set, deleted } = store;
  const columns = Object.entries(key);
  const names = (alias: string) => columns.map(([name]) => `${alias}.${name}`).join(', ');
  const from = columns.map(([, type], i) => `($8::jsonb ->> ${i})::${type}`).join(', ');
  const isRecords = table === 'sync_records';
  const goes = set === null ? 'true' : (deleted ?? 'false');
  const text = `
    WITH parameters AS (SELECT $2::text, $3::text, $4::jsonb, $5::text[], $6::text[], $9::text),
    page AS MATERIALIZED (
      SELECT ${names('t')}, coalesce(${own}, false) AS own, app.mentions(jsonb_build_array(${mentions.join(', ')})::text, $2)${texts.length > 0 ? ` OR app.tells(jsonb_build_array(${texts.join(', ')})::text, $9)` : ''} AS mentions,
             coalesce(${goes}, false) AS goes
        FROM public.${table} AS t
       WHERE t.org_id = $1 ${place ? `AND (${names('t')}) > (${from})` : 'AND $8::jsonb IS NULL'}
       ORDER BY ${names('t')} LIMIT $7
    ), hit AS MATERIALIZED (
      SELECT p.*, row_number() OVER (ORDER BY ${names('p')}) AS position, count(*) OVER () AS hits, now() AS at FROM page AS p WHERE p.own OR p.mentions
    )${isRecords ? `, counter AS (${NEXT_CHANGES})` : ''}${
      set === null
        ? ''
        : `, changed AS (
      UPDATE public.${table} AS t SET ${Object.entries(set)
        .map(([column, value]) => `${column} = ${value}`)
        .join(', ')}
        FROM hit AS h ${isRecords ? 'CROSS JOIN counter AS k' : ''}
       WHERE t.org_id = $1 AND (${names('t')}) = (${names('h')}) AND NOT h.goes RETURNING 1)`
    }${
      goes === 'false'
        ? ''
        : `, gone AS (
      DELETE FROM public.${table} AS t USING hit AS h
       WHERE t.org_id = $1 AND (${names('t')}) = (${names('h')}) AND h.goes RETURNING 1)`
    }
    SELECT (SELECT count(*)::integer FROM page) AS looked_at, (SELECT count(*)::integer FROM hit) AS erased,
           (SELECT jsonb_build_array(${columns.map(([name]) => `p.${name}::text`).join(', ')}) FROM page AS p
             WHERE (SELECT count(*) FROM page) = $7 ORDER BY ${columns.map(([name]) => `p.${name} DESC`).join(', ')} LIMIT 1) AS place`;
  return {
    text,
    values: [
      ...[erased.orgId, erased.email, erased.pseudonym, JSON.stringify(erased.subjects)],
      ...[PERSONAL_MEMBERS.customer, PERSONAL_MEMBERS.order, most, place && JSON.stringify(place), erased.terms],
    ],
  };
}

/** As app.save_records takes them, so that no reader of changes misses one. Whoever has records has a counter. */
const NEXT_CHANGES = `
  UPDATE public.sync_change_counters AS k SET last_seq = k.last_seq + c.hits
    FROM (SELECT count(*) AS hits FROM hit) AS c WHERE k.org_id = $1 AND c.hits > 0
  RETURNING k.last_seq`;
