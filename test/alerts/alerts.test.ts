import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { AlertsOf } from './alerts.support.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    ...{ SYNC_ALLOW_PRIVATE_ADDRESSES: 'true', SYNC_PUBLIC_URL: 'https://syncs.example', SYNC_ORG_ALERT_RULES: '9' },
  });
});
afterAll(() => service.close());
let organizations = 0;
async function newOrg(): Promise<AlertsOf> {
  const org = new AlertsOf(service, `org-alerts-${++organizations}`);
  await org.call('POST', '/webhook-endpoints', { url: 'http://127.0.0.1:9/none', events: ['alert.*'] });
  return org;
}
async function openOne(org: AlertsOf, rule: object = {}) {
  await org.rule('failed', rule);
  await org.ended('failed');
  await org.evaluate();
  const [alert] = await org.alerts();
  return alert as { id: string };
}
const soon = (ms = 3_600_000) => new Date(Date.now() + ms).toISOString();
/** As if a column's time had come. */
const pass = (org: AlertsOf, ...columns: string[]) =>
  org.admin(
    `UPDATE sync_alerts SET ${columns.map((column) => `${column} = now() - interval '1 second'`).join(', ')} WHERE org_id = $1`,
    [org.org],
  );
const trail = async (org: AlertsOf) =>
  (
    await org.admin<{ activity_type: string }>(
      `SELECT activity_type FROM sync_activity_log WHERE org_id = $1 AND activity_type LIKE 'alert%' ORDER BY created_at`,
      [org.org],
    )
  ).map(({ activity_type }) => activity_type);

describe('An alert', () => {
  it('is told once more when it is still open, with links into the dashboard', async () => {
    const org = await newOrg();
    const { id } = await openOne(org, { still_open_seconds: 3_600 });
    await org.look();
    expect(await org.told()).toEqual(['alert.opened']);
    await pass(org, 'remind_at');
    await org.look();
    await org.look();
    expect(await org.told()).toEqual(['alert.opened', 'alert.still_open']);
    const [row] = await org.admin<{ data: object }>(
      'SELECT data FROM sync_webhook_deliveries WHERE org_id = $1 LIMIT 1',
      [org.org],
    );
    expect(row?.data).toMatchObject({
      ...{ alert_id: id, kind: 'failed', state: 'open', entity_type: 'customer' },
      url: `https://syncs.example/o/${org.org}/alerts?alert=${id}`,
      sync_url: expect.stringMatching(`^https://syncs.example/o/${org.org}/syncs/`),
    });
  });

  it('that is acknowledged is not told again before the end, but its resolution is, and the trail says who and why', async () => {
    const org = await newOrg();
    const { id } = await openOne(org);
    const said = { reason: 'a new key is asked for', until: soon() };
    const acknowledged = await org.call('POST', `/alerts/${id}/acknowledge`, said, 'sync:write');
    expect(acknowledged.body).toMatchObject({ acknowledged_reason: said.reason, acknowledged_by: expect.any(String) });
    await org.look();
    expect(await org.told()).toEqual(['alert.opened']);
    await pass(org, 'remind_at');
    await org.look();
    await org.ended('completed');
    await org.evaluate();
    expect(await org.told()).toEqual(['alert.opened', 'alert.still_open', 'alert.resolved']);
    expect(await trail(org)).toEqual(['alert_rule_created', 'alert_acknowledged']);
    expect((await org.call('POST', `/alerts/${id}/acknowledge`, said)).status).toBe(409);
  });

  it('that is muted is not told, nor when it opens again, until the mute is over', async () => {
    const org = await newOrg();
    const { id } = await openOne(org);
    const muted = await org.call('POST', `/alerts/${id}/mute`, { reason: 'the shop moves', until: soon() });
    expect(muted.status).toBe(200);
    await org.ended('completed');
    await org.ended('failed');
    await org.look();
    expect(await org.told()).toEqual(['alert.opened']);
    expect((await org.alerts())[0]).toMatchObject({ muted_until: muted.body.muted_until });
    await pass(org, 'remind_at', 'muted_until');
    await org.look();
    await org.ended('completed');
    await org.evaluate();
    expect(await org.told()).toEqual(['alert.opened', 'alert.still_open', 'alert.resolved']);
  });

  it('that is acknowledged without an end is not told again, also after a mute that is over', async () => {
    const org = await newOrg();
    const { id } = await openOne(org);
    await org.call('POST', `/alerts/${id}/mute`, { reason: 'x', until: soon() });
    await pass(org, 'remind_at', 'muted_until');
    await org.look();
    await org.call('POST', `/alerts/${id}/acknowledge`, { reason: 'I am at it' });
    await org.look();
    expect(await org.told()).toEqual(['alert.opened', 'alert.still_open']);
  });

  it('that is unmuted or resolved by hand is told, each with its entry', async () => {
    const org = await newOrg();
    const { id } = await openOne(org);
    await org.call('POST', `/alerts/${id}/mute`, { reason: 'x', until: soon() });
    await org.call('POST', `/alerts/${id}/unmute`);
    await org.look();
    const resolved = await org.call('POST', `/alerts/${id}/resolve`, { reason: 'a single import' });
    expect(resolved.body).toMatchObject({ resolution: 'a single import', resolved_at: expect.any(String) });
    expect((await org.call('POST', `/alerts/${id}/resolve`, { reason: 'again' })).status).toBe(409);
    expect(await org.told()).toEqual(['alert.opened', 'alert.still_open', 'alert.resolved']);
    expect(await trail(org)).toEqual(['alert_rule_created', 'alert_muted', 'alert_unmuted', 'alert_resolved']);
  });

  it('is muted or acknowledged with a reason and an end within 90 days only', async () => {
    const org = await newOrg();
    const { id } = await openOne(org);
    for (const [action, body, pointer] of [
      ['mute', { reason: 'x', until: soon(-1_000) }, '#/until'],
      ['mute', { reason: 'x', until: soon(91 * 86_400_000) }, '#/until'],
      ['mute', { reason: 'x' }, '#/until'],
      ['mute', { until: soon() }, '#/reason'],
      ['acknowledge', { until: soon() }, '#/reason'],
    ] as const) {
      const { status, body: problem } = await org.call('POST', `/alerts/${id}/${action}`, body);
      expect({ status, pointer: problem.errors[0].pointer }).toEqual({ status: 422, pointer });
    }
    const reader = await org.call('POST', `/alerts/${id}/mute`, { reason: 'x', until: soon() }, 'sync:read');
    expect(reader.status).toBe(403);
  });

  it('is listed page by page, by state, rule and connection', async () => {
    const org = await newOrg();
    const rule = await org.rule('failed');
    for (const name of ['a', 'b', 'c']) await org.ended('failed', { source_system: name });
    await org.ended('completed', { source_system: 'b' });
    await org.evaluate();
    const first = await org.call('GET', `/alerts?limit=2&rule_id=${rule}`);
    const second = await org.call('GET', `/alerts?limit=2&cursor=${first.body.next_cursor}`);
    expect([first.body.items.length, second.body.items.length, second.body.next_cursor]).toEqual([2, 1, null]);
    expect((await org.alerts('?state=resolved')).length).toBe(1);
    expect(await org.alerts('?connection_id=10000000-0000-4000-8000-000000000001')).toEqual([]);
    expect((await org.call('GET', `/alerts/${first.body.items[0].id}`)).body).toEqual(first.body.items[0]);
  });
});

describe('An alert rule', () => {
  it('is added, changed and removed with entries that say what was before; its alerts are resolved', async () => {
    const org = await newOrg();
    const { id } = await openOne(org);
    const [rule] = (await org.call('GET', '/alert-rules')).body.items;
    await org.call('PATCH', `/alert-rules/${rule.id}`, { name: 'other name' });
    await org.look();
    expect((await org.alerts()).map((alert) => alert.id)).toEqual([id]);
    const changed = await org.call('PATCH', `/alert-rules/${rule.id}`, { kind: 'stale', seconds: 3_600 });
    expect(changed.body).toMatchObject({ name: 'other name', kind: 'stale', seconds: 3_600 });
    await org.look();
    expect(await org.alerts('?state=resolved')).toEqual([
      expect.objectContaining({ resolution: 'The rule was changed.' }),
    ]);
    expect((await org.call('DELETE', `/alert-rules/${rule.id}`)).status).toBe(204);
    const [entry] = await org.admin<{ details: object }>(
      `SELECT details FROM sync_activity_log WHERE org_id = $1 AND activity_type = 'alert_rule_changed' ORDER BY created_at DESC LIMIT 1`,
      [org.org],
    );
    expect(entry?.details).toMatchObject({ before: { kind: 'failed' }, after: { kind: 'stale' } });
    await org.look();
    // Without rules nothing is kept, and ends leave no signals.
    await org.ended('failed');
    const counted = await org.admin(
      `SELECT (SELECT count(*)::int FROM sync_alert_turns WHERE org_id = $1) AS turns,
              (SELECT count(*)::int FROM sync_alert_subjects WHERE org_id = $1) AS subjects,
              (SELECT count(*)::int FROM sync_alert_signals WHERE org_id = $1) AS signals`,
      [org.org],
    );
    expect(counted).toEqual([{ turns: 0, subjects: 0, signals: 0 }]);
  });

  it('of a kind has the parameters of the kind', async () => {
    const org = await newOrg();
    for (const [body, pointer] of [
      [{ kind: 'stale' }, '#/seconds'],
      [{ kind: 'failed', threshold: 3 }, '#/threshold'],
      [{ kind: 'nothing_arrived', seconds: 600 }, '#/seconds'],
      [{ kind: 'slow', percent: 100 }, '#/percent'],
      [{ kind: 'unheard' }, '#/kind'],
      [{ kind: 'failed', endpoint_ids: ['10000000-0000-4000-8000-000000000001'] }, '#/endpoint_ids/0'],
    ] as const) {
      const { status, body: problem } = await org.call('POST', '/alert-rules', { name: 'x', ...body });
      expect({ status, pointer: problem.errors?.[0].pointer }).toEqual({ status: 422, pointer });
    }
    const missing = { name: 'x', kind: 'failed', connection_id: '10000000-0000-4000-8000-000000000001' };
    expect((await org.call('POST', '/alert-rules', missing)).status).toBe(404);
    expect((await org.call('POST', '/alert-rules', { name: 'x', kind: 'slow' })).body).toMatchObject({ percent: 50 });
    expect((await org.call('POST', '/alert-rules', { name: 'x', kind: 'failed' }, 'sync:write')).status).toBe(403);
  });

  it('tells the endpoints that it names, whatever they want, and no others', async () => {
    const org = await newOrg();
    const named = await org.call('POST', '/webhook-endpoints', {
      url: 'http://127.0.0.1:9/own',
      events: ['sync.started'],
    });
    await openOne(org, { endpoint_ids: [named.body.id] });
    const rows = await org.admin(
      `SELECT endpoint_id, event_type FROM sync_webhook_deliveries WHERE org_id = $1 AND event_type LIKE 'alert%'`,
      [org.org],
    );
    expect(rows).toEqual([{ endpoint_id: named.body.id, event_type: 'alert.opened' }]);
  });

  it('is one of at most so many', async () => {
    const org = await newOrg();
    const defaults = await org.call('POST', '/alert-rules/defaults');
    expect(defaults.body.items.length).toBe(8);
    expect((await org.call('POST', '/alert-rules/defaults')).body).toEqual(defaults.body);
    const rule = { name: 'x', kind: 'failed' };
    expect((await org.call('POST', '/alert-rules', rule)).status).toBe(201);
    expect((await org.call('POST', '/alert-rules', rule)).body.type).toContain('quota-exceeded');
  });
});
