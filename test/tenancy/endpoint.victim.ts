import { createHash } from 'node:crypto';
import type pg from 'pg';
import { CredentialCipher } from '../../src/connectors/credentials/credential.encryption.ts';
import { previewKey } from '../../src/preview-cache/preview.key.ts';
import { TEST_ENCRYPTION_KEY } from '../support/test-service.ts';
import type { Values } from './endpoint.operations.ts';
import { readTables } from './rls.catalogue.ts';
import { insertStatement, uuidOf } from './rls.fixtures.ts';

/** In everything that belongs to a victim and that nobody else could know; never in its ids, which may be guessed. */
export const MARKER = 'a-secret-of-the-victim';

/** Names that fit the victim's, by parameter, header or member of a body; `who` makes them unlike any other's. */
export function namesOf(who: string): Values {
  const preview = { sync_type: `type-of-${who}`, entity_type: 'customer', filters: { search: who } };
  return {
    ...preview,
    sync_id: `sync-of-${who}`,
    cache_key: previewKey(preview),
    connection_id: randomLooking(uuidOf('connection of', who)),
    source_connection_id: randomLooking(uuidOf('connection of', who)),
    with: randomLooking(uuidOf('other connection of', who)),
    external_id: `external-of-${who}`,
    q: `external-of-${who}`,
    schedule_id: uuidOf('schedule of', who),
    endpoint_id: uuidOf('endpoint of', who),
    delivery_id: uuidOf('delivery of', who),
    key_id: randomLooking(uuidOf('key of', who)),
    rule_id: randomLooking(uuidOf('rule of', who)),
    alert_id: uuidOf('alert of', who),
    erasure_id: randomLooking(uuidOf('erasure of', who)),
    // Of a mute: the one of the document's example is past.
    until: new Date(Date.now() + 86_400_000).toISOString(),
    // None: a run that applies no preview.
    preview: null,
    // Of a connection to be made: another than the victim's, which has the marker for its name.
    name: `connection-of-${who}`,
    system: 'woocommerce',
    user_id: `user-of-${who}`,
    initiated_by: `user-of-${who}`,
    'Idempotency-Key': `key-of-${who}`,
    'If-None-Match': '*',
  };
}

/** Some members take UUIDs of a known version only. */
const randomLooking = (uuid: string) => uuid.replace(/^(.{14}).(.{4})./, (_, before, middle) => `${before}4${middle}8`);

/** Gives the organization a row in every tenant table, under the names of `namesOf`. */
export async function plantVictim(admin: pg.Client, org_id: string, who: string): Promise<void> {
  const { sync_id, sync_type, entity_type, filters, cache_key, user_id, connection_id, system, ...names } =
    namesOf(who);
  // Only what is bound can be unbound.
  const knowsSystems = who.endsWith('-removeBinding');
  const secret = JSON.stringify({ secret: MARKER });
  const hourAgo = new Date(Date.now() - 3_600_000);
  const entry = { org_id, sync_id, user_id, entity_type: MARKER, error_message: MARKER, details: secret };
  const rows: [table: string, row: Record<string, unknown>][] = [
    [
      'sync_progress',
      {
        org_id,
        sync_id,
        entity_type,
        // As in the document's example, so that starting it again is no conflict.
        source_system: 'woocommerce',
        initiated_by: user_id,
        total_items: 5_000,
        processed_count: 5,
        checkpoint: secret,
        // The stream leaves the checkpoint out.
        error_message: MARKER,
        // Slow enough for the list of slow ones.
        started_at: hourAgo,
        // Only what has ended is tried again or undone.
        ...(/-(retryFailedItems|undoRun)$/.test(who) && { status: 'failed' }),
      },
    ],
    ['sync_activity_log', { ...entry, activity_type: 'sync_completed', status: 'completed', duration_seconds: 1 }],
    ['sync_activity_log', { ...entry, activity_type: 'batch_process', status: 'failed' }],
    // Enough for a usual speed, and one that was slow.
    ...[60, 60, 60, 60, 1].map((record_count): [string, Record<string, unknown>] => [
      'sync_activity_log',
      {
        ...{ ...entry, activity_type: 'sync_completed', status: 'completed', source_system: MARKER },
        ...{ duration_seconds: 1, record_count },
      },
    ]),
    [
      'sync_activity_seals',
      {
        ...{ org_id, sequence: 1, entry_ids: '{00000000-0000-4000-8000-000000000001}', entry_times: '{2026-01-01}' },
        ...{ entry_hashes: '{"\\\\x00"}', previous_hash: Buffer.alloc(32), hash: Buffer.alloc(32) },
      },
    ],
    [
      'sync_preview_cache',
      {
        ...{ org_id, sync_type, entity_type, filters, cache_key, computed_by: MARKER },
        delta_data: JSON.stringify({ secret: MARKER, sync_id }),
      },
    ],
    ['idempotency_keys', { org_id, key: names['Idempotency-Key'], fingerprint: 'f', response: secret }],
    [
      'sync_connections',
      {
        ...{ org_id, id: connection_id, name: MARKER, system, ...sealedFor(org_id, String(connection_id)) },
        // Refused before anything is called.
        base_url: 'https://127.0.0.1:9',
        checks: JSON.stringify([{ at: '2026-11-22T14:02:26+00:00', ok: false, message: MARKER }]),
        ...(knowsSystems && { system_id: connection_id }),
      },
    ],
    [
      'sync_connections',
      {
        ...{ org_id, id: names.with, name: `the other, ${MARKER}`, system, ...sealedFor(org_id, String(names.with)) },
        base_url: 'https://127.0.0.1:9',
        ...(knowsSystems && { system_id: uuidOf('another of', who) }),
      },
    ],
    ['sync_trail_persons', { org_id, token: `person:${MARKER}`, address: `${MARKER}@x.example` }],
    [
      'sync_erasures',
      {
        org_id,
        id: names.erasure_id,
        named_by: 'email',
        email: 'secret@x.example',
        reference: MARKER,
        requested_by: MARKER,
      },
    ],
    ...ofEndpoint(org_id, who),
    ...ofAlerts(org_id, who),
    ['sync_systems', { org_id, id: connection_id, system, place: MARKER, scope: '', mark: MARKER }],
    ['auth.hook_addresses', { org_id, connection_id }],
    ...ofRuns(org_id, who),
    ['auth.sql_roles', { org_id, role_name: `role_${who}`, user_id: MARKER }],
    ['public.sync_locks', { org_id, name: MARKER }],
    ['auth.users_extended', { org_id, id: user_id, email: MARKER, role: 'viewer' }],
    ['sync_organization_settings', { org_id, approval_deletes: 7, updated_by: MARKER }],
    [
      'auth.api_keys',
      {
        org_id,
        id: namesOf(who).key_id,
        name: MARKER,
        scopes: ['sync:read'],
        key_hash: createHash('sha256').update(who).digest(),
      },
    ],
  ];
  for (const [table, row] of rows) await admin.query(insertStatement(table, row));
}

/** Waits for a second person. */
const isUndecided = (who: string) => /-(approveRun|refuseRun)$/.test(who);

/** What a run of the victim's connection left behind. */
function ofRuns(org_id: string, who: string): [table: string, row: Record<string, unknown>][] {
  const { sync_id, entity_type, connection_id, external_id, schedule_id } = namesOf(who);
  const secret = JSON.stringify({ secret: MARKER });
  const [system_a, system_b] = [String(connection_id), uuidOf('another of', who)].sort();
  const item = { org_id, sync_id, external_id };
  const source = { org_id, connection_id, entity_type };
  return [
    [
      'sync_runs',
      {
        ...{
          org_id,
          sync_id,
          entity_type,
          source_connection_id: connection_id,
          kind: who.endsWith('-listDifferences') ? 'reconcile' : 'sync',
          mode: 'full',
          // A connection cannot become another system while a sync of it is not over.
          state: who.endsWith('-changeConnection') ? 'ended' : isUndecided(who) ? 'waiting' : 'ready',
          ...(isUndecided(who) && { approval: 'wanted', approval_until: '2100-01-01T03:00:00Z' }),
        },
        requested_by: MARKER,
      },
    ],
    ['sync_slots', { ...source, sync_id }],
    ['sync_records', { ...source, external_id, data: secret, content_hash: 'h', change_seq: 1 }],
    ['sync_change_counters', { org_id, last_seq: 1 }],
    ['sync_trail_places', { org_id, exported: 1 }],
    ['sync_trend_hours', { org_id, hour: '2026-01-01T00:00:00Z', entity_type, sync_count: 1 }],
    ['sync_trend_marks', { org_id, cluster: 'this' }],
    [
      'sync_bindings',
      {
        ...{ org_id, entity_type, system_a, system_b, id_a: external_id, id_b: external_id },
        ...{ hash_a: 'a', hash_b: 'b', data_a: secret, data_b: secret },
      },
    ],
    ['sync_match_decisions', { org_id, entity_type, source: system_a, destination: system_b, external_id }],
    [
      'sync_refusals',
      {
        ...{ org_id, entity_type, external_id, source_connection_id: connection_id },
        destination_connection_id: namesOf(who).with,
        ...{ fingerprint: 'f', error_class: 'refused', message: MARKER, is_conflict: true },
      },
    ],
    ['sync_items', { ...item, outcome: 'failed', error_class: 'refused', message: MARKER, payload: secret }],
    [
      'sync_changes',
      {
        ...{
          ...item,
          week: Math.floor(Date.now() / 604_800_000) % 14,
          kind: 'update',
          entity_type,
          destination_id: external_id,
        },
        ...{ was: JSON.stringify({ name: MARKER }), became: JSON.stringify({ name: `${MARKER}.` }) },
      },
    ],
    ['sync_seen', { ...item, failed: true }],
    ['sync_claims', { ...item, claim: MARKER }],
    ['sync_cursors', { ...source, destination: 'records', watermark: secret, sync_id }],
    [
      'sync_preview_changes',
      {
        ...item,
        kind: 'create',
        data: secret,
        fields: JSON.stringify([{ field: MARKER, old: null, new: 1 }]),
        expires_at: new Date(Date.now() + 3_600_000),
      },
    ],
    [
      'sync_schedules',
      {
        ...{ ...source, id: schedule_id, mode: 'full', cron: '0 3 * * *', time_zone: 'UTC', created_by: MARKER },
        next_run_at: '2100-01-01T03:00:00Z',
      },
    ],
    ['sync_hook_deliveries', { ...source, external_id, delivery_key: 'd', deleted: false }],
  ];
}

/** A receiver of events that wants none but those it has had, so that a snapshot holds nothing else. */
function ofEndpoint(org_id: string, who: string): [table: string, row: Record<string, unknown>][] {
  const { endpoint_id, delivery_id } = namesOf(who);
  const cipher = new CredentialCipher([TEST_ENCRYPTION_KEY]);
  const place = { orgId: org_id, connectionId: String(endpoint_id), purpose: 'endpoint_secret' as const };
  const { box, keyId } = cipher.seal(MARKER, place);
  return [
    [
      'sync_webhook_endpoints',
      {
        ...{ org_id, id: endpoint_id, url: `https://${MARKER}.example`, events: '{preview.ready}', format: 'standard' },
        ...{ secret: box, secret_key_id: keyId, created_by: MARKER },
      },
    ],
    [
      'sync_webhook_deliveries',
      {
        ...{ org_id, id: delivery_id, endpoint_id, event_id: delivery_id, event_type: 'preview.ready' },
        ...{ data: JSON.stringify({ secret: MARKER }), state: 'failed' },
      },
    ],
  ];
}

/** An alert, whose rule watches nothing that happens here. */
function ofAlerts(org_id: string, who: string): [table: string, row: Record<string, unknown>][] {
  const { rule_id, alert_id, connection_id } = namesOf(who);
  const kind = 'slow';
  return [
    ['sync_alert_rules', { org_id, id: rule_id, name: MARKER, kind, connection_id, created_by: MARKER }],
    [
      'sync_alerts',
      { org_id, id: alert_id, rule_id, rule_name: MARKER, kind, connection_id, subject: MARKER, summary: MARKER },
    ],
    [
      'sync_alert_subjects',
      { org_id, subject: MARKER, entity_type: MARKER, source_system: MARKER, last_ended_at: new Date() },
    ],
    // Nothing is evaluated meanwhile, so that a snapshot changes by the requests alone.
    ['sync_alert_turns', { org_id, due_at: '2100-01-01T03:00:00Z', claimed_until: '2100-01-01T03:00:00Z' }],
    ['sync_alert_signals', { org_id, sync_id: MARKER }],
  ];
}

/** Credentials and a webhook secret that the test service opens. */
function sealedFor(orgId: string, connectionId: string): Record<string, unknown> {
  const cipher = new CredentialCipher([TEST_ENCRYPTION_KEY]);
  const text = JSON.stringify({ consumer_key: `ck_${MARKER}`, consumer_secret: `cs_${MARKER}` });
  const credentials = cipher.seal(text, { orgId, connectionId, purpose: 'credentials' });
  const secret = cipher.seal(MARKER, { orgId, connectionId, purpose: 'webhook_secret' });
  return {
    ...{ credentials: credentials.box, credentials_key_id: credentials.keyId },
    ...{ webhook_secret: secret.box, webhook_secret_key_id: secret.keyId },
  };
}

/** Every row of the organization, by table. */
export async function snapshot(admin: pg.Client, orgId: string): Promise<Record<string, unknown[]>> {
  const tables = (await readTables(admin)).filter(({ parent, has_org_id }) => parent === null && has_org_id);
  const found: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    const { rows } = await admin.query(`SELECT to_jsonb(t) AS row FROM ${name} t WHERE org_id = $1 ORDER BY row`, [
      orgId,
    ]);
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}
