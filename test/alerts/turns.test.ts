import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertEvaluator } from '../../src/alerts/evaluation/alert.evaluator.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { AlertsOf } from './alerts.support.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const evaluate = (org: AlertsOf) => runAsWorker(org.org, () => service.app.get(AlertEvaluator).run());

describe('Turns of evaluation', () => {
  it('go to whoever waited longest, so an organization with very many ends delays no other by more than one turn', async () => {
    const [many, few] = [new AlertsOf(service, 'org-many'), new AlertsOf(service, 'org-few')];
    for (const org of [many, few]) {
      await org.rule('failed');
      await org.admin(`UPDATE sync_alert_turns SET due_at = 'infinity', turn_at = now() - interval '1 hour'`);
    }
    await many.admin(
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status)
       SELECT $1, 's-' || n, 'customer', 'shop', 'failed' FROM generate_series(1, 1000) n`,
      [many.org],
    );
    await many.admin(`UPDATE sync_alert_turns SET turn_at = now() - interval '2 hours' WHERE org_id = $1`, [many.org]);
    await few.ended('failed');
    const order: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const [claimed] = await many.admin<{ org_id: string }>(`SELECT org_id FROM app.claim_alert_turns(1, '1 minute')`);
      const org = claimed?.org_id === many.org ? many : few;
      order.push(org.org);
      await evaluate(org);
    }
    expect(order).toEqual([many.org, few.org, many.org]);
    const [left] = await many.admin<{ count: number }>(
      `SELECT count(*)::int FROM sync_alert_signals WHERE org_id = $1`,
      [many.org],
    );
    expect(left?.count).toBe(600);
    expect((await many.alerts()).length).toBe(1);
  });

  it('of one organization are never two at once, and a turn that was cut off is done again', async () => {
    const org = new AlertsOf(service, 'org-twice');
    await org.call('POST', '/webhook-endpoints', { url: 'https://hooks.example.com/a', events: ['alert.*'] });
    await org.rule('failed');
    await org.ended('failed');
    await Promise.all([evaluate(org), evaluate(org), evaluate(org)]);
    expect(await org.told()).toEqual(['alert.opened']);
    await org.ended('completed');
    await org.admin(`UPDATE sync_alert_turns SET claimed_until = now() + interval '1 minute' WHERE org_id = $1`, [
      org.org,
    ]);
    await org.evaluate();
    expect(await org.kinds()).toEqual(['failed']);
    await org.admin(`UPDATE sync_alert_turns SET claimed_until = now() WHERE org_id = $1`, [org.org]);
    await org.evaluate();
    expect(await org.told()).toEqual(['alert.opened', 'alert.resolved']);
  });

  it('keep at most 1,000 alerts open and 2,000 kinds of sync, whatever names a reporter makes up', async () => {
    const org = new AlertsOf(service, 'org-names');
    await org.rule('failed');
    await org.admin(
      `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system, status)
       SELECT $1, 's-' || n, 'customer', 'system-' || n, 'failed' FROM generate_series(1, 2100) n`,
      [org.org],
    );
    await org.evaluate();
    const [counted] = await org.admin(
      `SELECT (SELECT count(*)::int FROM sync_alerts WHERE org_id = $1) AS alerts,
              (SELECT count(*)::int FROM sync_alert_subjects WHERE org_id = $1) AS subjects`,
      [org.org],
    );
    expect(counted).toEqual({ alerts: 1_000, subjects: 2_000 });
  });
});
