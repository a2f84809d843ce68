import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { AlertsOf } from './alerts.support.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' });
});
afterAll(() => service.close());
let organizations = 0;
const newOrg = () => new AlertsOf(service, `org-looks-${++organizations}`);
const SHOP = '10000000-0000-4000-8000-000000000001';
const ERP = '10000000-0000-4000-8000-000000000002';
const connect = (org: AlertsOf, id: string, name: string) =>
  org.admin(
    `INSERT INTO sync_connections (org_id, id, name, system, base_url) VALUES ($1, $2, $3, 'woocommerce', 'https://shop.example')`,
    [org.org, id, name],
  );
/** A run that has ended, with what the trail says of it. */
async function ran(
  org: AlertsOf,
  status: string,
  {
    destination = null,
    kind = 'sync',
    entries = [],
    counts = {},
    trigger = 'schedule',
    mode = 'incremental',
  }: Partial<{
    destination: string | null;
    kind: string;
    entries: { activity_type: string; record_count?: number }[];
    counts: object;
    trigger: string;
    mode: string;
  }> = {},
) {
  const [made] = await org.admin<{ sync_id: string }>(
    `WITH p AS (INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, processed_count)
                VALUES ($1, gen_random_uuid()::text, 'customer', 'woocommerce', 20) RETURNING sync_id)
     INSERT INTO sync_runs (org_id, sync_id, kind, source_connection_id, destination_connection_id, entity_type, mode, counts, trigger)
     SELECT $1, sync_id, $2, $3, $4, 'customer', $5, $6, $7 FROM p RETURNING sync_id`,
    [org.org, kind, SHOP, destination, mode, JSON.stringify(counts), trigger],
  );
  const { sync_id } = made as { sync_id: string };
  for (const { activity_type, record_count = null } of entries)
    await org.admin(
      `INSERT INTO sync_activity_log (org_id, sync_id, activity_type, status, record_count) VALUES ($1, $2, $3, 'failed', $4)`,
      [org.org, sync_id, activity_type, record_count],
    );
  await org.end(sync_id, status);
}
/** As if the kinds of sync had been seen for a month, and last so long ago. */
const age = (org: AlertsOf, interval: string) =>
  org.admin(
    `UPDATE sync_alert_subjects SET first_seen_at = now() - interval '30 days', last_success_at = last_success_at - $2::interval, arrivals = '{}'
      WHERE org_id = $1`,
    [org.org, interval],
  );

describe('A rule that time decides', () => {
  it('stale holds for a regular sync without a success for too long, and not after one', async () => {
    const org = newOrg();
    await org.rule('stale', { seconds: 3_600 });
    for (let count = 0; count < 3; count += 1) await org.ended('completed');
    await org.ended('completed', { source_system: 'once' });
    await org.look();
    expect(await org.kinds()).toEqual([]);
    await age(org, '2 hours');
    await org.ended('failed');
    await org.look();
    expect((await org.alerts()).map(({ subject }) => subject)).toEqual(['reported:shop:customer']);
    await org.ended('completed');
    await org.look();
    expect(await org.kinds()).toEqual([]);
  });

  it('stale knows the syncs from before the first rule, however many came since', async () => {
    const org = newOrg();
    for (let count = 0; count < 3; count += 1) {
      const id = await org.ended('completed');
      // What has ended is final, so the past is made without triggers.
      await org.admin(
        `SET session_replication_role = replica; UPDATE sync_progress SET completed_at = now() - interval '2 days' WHERE sync_id = '${id}'`,
      );
    }
    await org.rule('stale', { seconds: 86_400 });
    expect(await org.kinds()).toEqual(['stale']);
  });

  it('stale holds for what a rule names and what never came, from the rule on', async () => {
    const org = newOrg();
    await connect(org, SHOP, 'shop');
    await org.rule('stale', { seconds: 3_600, connection_id: SHOP, entity_type: 'order' });
    expect(await org.kinds()).toEqual([]);
    await org.admin(`UPDATE sync_alert_rules SET watches_since = now() - interval '2 hours' WHERE org_id = $1`, [
      org.org,
    ]);
    await org.look();
    expect(await org.kinds()).toEqual(['stale']);
  });

  it('nothing_arrived counts the items of a window', async () => {
    const org = newOrg();
    await org.rule('nothing_arrived', { seconds: 7_200, threshold: 15 });
    for (let count = 0; count < 3; count += 1) await org.ended('completed');
    await org.evaluate();
    await age(org, '0');
    await org.admin(`UPDATE sync_alert_rules SET watches_since = now() - interval '1 day' WHERE org_id = $1`, [
      org.org,
    ]);
    await org.look();
    expect((await org.alerts())[0]?.summary).toBe(
      'customer from shop: 0 items arrived within 2 hours, at least 15 are expected',
    );
    await org.ended('completed');
    await org.look();
    expect(await org.kinds()).toEqual(['nothing_arrived']);
    await org.ended('completed');
    await org.look();
    expect(await org.kinds()).toEqual([]);
  });

  it('rate_limited holds while a sync waits for longer, and for no other', async () => {
    const org = newOrg();
    await org.rule('rate_limited', { seconds: 600 });
    for (const [id, wait] of [
      ['long', '1 hour'],
      ['short', '1 minute'],
    ])
      await org.admin(
        `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, rate_limited_until)
         VALUES ($1, $2, 'customer', 'shop', now() + $3::interval)`,
        [org.org, `${id}-${org.org}`, wait],
      );
    await org.look();
    expect((await org.alerts()).map(({ subject }) => subject)).toEqual([`sync:long-${org.org}`]);
    await org.admin(`UPDATE sync_progress SET rate_limited_until = NULL WHERE org_id = $1`, [org.org]);
    await org.look();
    expect(await org.alerts('?state=resolved')).toEqual([
      expect.objectContaining({ resolution: 'It does not wait any more.' }),
    ]);
  });

  it('check_failing and shop_webhook_disabled follow the state of a connection, until it is removed', async () => {
    const org = newOrg();
    await connect(org, SHOP, 'My shop');
    await connect(org, ERP, 'ERP');
    await org.rule('check_failing');
    await org.rule('shop_webhook_disabled', { connection_id: SHOP });
    await org.admin(
      `UPDATE sync_connections SET status = 'failing', last_error = 'wrong key', webhooks_state = '{"failures": 2, "error": null}'
        WHERE org_id = $1`,
      [org.org],
    );
    await org.look();
    expect((await org.alerts()).map(({ summary }) => summary).sort()).toEqual([
      'ERP: The check of the connection fails: wrong key',
      'My shop: The check of the connection fails: wrong key',
      'My shop: The shop disabled its webhooks',
    ]);
    await org.admin(`UPDATE sync_connections SET status = 'ok' WHERE org_id = $1 AND id = $2`, [org.org, ERP]);
    await org.admin(`UPDATE sync_connections SET removed_at = now() WHERE org_id = $1 AND id = $2`, [org.org, SHOP]);
    await org.look();
    const resolved = await org.alerts('?state=resolved');
    expect(resolved.map(({ resolution }) => resolution).sort()).toEqual([
      'It is well again.',
      'The connection was removed.',
      'The connection was removed.',
    ]);
  });
});

describe('A rule about runs', () => {
  it.each([
    ['guard_tripped', {}, ['failed', { entries: [{ activity_type: 'delete_guard_tripped' }] }]],
    ['webhooks_missed', {}, ['completed', { entries: [{ activity_type: 'webhooks_missed', record_count: 3 }] }]],
    ['conflicts', { threshold: 1 }, ['completed', { counts: { conflict: 2 } }]],
  ] as const)('%s holds for a run that says so, and not for the next one', async (kind, parameters, [status, told]) => {
    const org = newOrg();
    await connect(org, SHOP, 'My shop');
    await org.rule(kind, parameters);
    await ran(org, status, told as never);
    await org.evaluate();
    expect(await org.kinds()).toEqual([kind]);
    await ran(org, 'completed');
    await org.evaluate();
    expect(await org.kinds()).toEqual([]);
  });

  it('keeps destinations apart, ignores previews, and a webhook of one item does not resolve a sync that failed', async () => {
    const org = newOrg();
    await connect(org, SHOP, 'My shop');
    await connect(org, ERP, 'ERP');
    await org.rule('failed', { connection_id: ERP });
    await ran(org, 'failed', { kind: 'preview', destination: ERP });
    await ran(org, 'failed');
    await ran(org, 'failed', { destination: ERP });
    await ran(org, 'completed', { kind: 'webhook', destination: ERP });
    await ran(org, 'completed');
    await org.evaluate();
    expect((await org.alerts()).map(({ summary }) => summary)).toEqual([
      'customer from My shop to ERP: The sync failed',
    ]);
    await ran(org, 'completed', { destination: ERP });
    await org.evaluate();
    expect(await org.kinds()).toEqual([]);
  });
});
