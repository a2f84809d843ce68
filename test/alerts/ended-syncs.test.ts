import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { AlertsOf } from './alerts.support.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' });
});
afterAll(() => service.close());
let organizations = 0;
const newOrg = () => new AlertsOf(service, `org-ended-${++organizations}`);
const HOOK = { url: 'http://127.0.0.1:9/none', events: ['alert.*'] };

describe('A rule about how syncs end', () => {
  it('opens one alert however often the sync fails, and resolves it when one succeeds, with one message each', async () => {
    const org = newOrg();
    await org.call('POST', '/webhook-endpoints', HOOK);
    await org.rule('failed');
    for (let count = 0; count < 3; count += 1) await org.ended('failed', { error_message: 'no answer' });
    await org.evaluate();
    expect(await org.alerts()).toEqual([
      expect.objectContaining({
        ...{ kind: 'failed', subject: 'reported:shop:customer', resolved_at: null },
        summary: 'customer from shop: The sync failed: no answer',
      }),
    ]);
    await org.ended('completed');
    await org.evaluate();
    expect(await org.alerts()).toEqual([]);
    expect(await org.alerts('?state=resolved')).toEqual([
      expect.objectContaining({ kind: 'failed', resolution: 'It is well again.' }),
    ]);
    expect(await org.told()).toEqual(['alert.opened', 'alert.resolved']);
  });

  it('keeps kinds of sync apart, and leaves alone what it is not about', async () => {
    const org = newOrg();
    await org.rule('failed', { source_system: 'shop', entity_type: 'order' });
    await org.ended('failed');
    await org.ended('failed', { entity_type: 'order' });
    await org.ended('failed', { entity_type: 'order', source_system: 'erp' });
    await org.ended('completed', { entity_type: 'product' });
    await org.evaluate();
    expect((await org.alerts()).map(({ subject }) => subject)).toEqual(['reported:shop:order']);
  });

  it.each([
    ['timeout', {}, { status: 'timeout' }],
    ['completed_with_errors', {}, { status: 'completed_with_errors', failed_count: 1 }],
    ['completed_with_errors', { threshold: 3 }, { status: 'completed_with_errors', failed_count: 4 }],
    ['completed_with_errors', { percent: 20 }, { status: 'completed_with_errors', failed_count: 3 }],
  ])('%s %j holds for %j and not for a success', async (kind, parameters, { status, ...members }) => {
    const org = newOrg();
    await org.rule(kind, parameters);
    await org.ended(status, members);
    await org.evaluate();
    expect(await org.kinds()).toEqual([kind]);
    await org.ended('completed');
    await org.evaluate();
    expect(await org.kinds()).toEqual([]);
  });

  it.each([
    ['completed_with_errors', { threshold: 3 }, { failed_count: 3 }],
    ['completed_with_errors', { percent: 20 }, { failed_count: 2 }],
    ['completed_with_errors', { threshold: 3, percent: 50 }, { failed_count: 3 }],
    ['failed', {}, { status: 'cancelled' }],
  ])(
    '%s %j does not hold for %j',
    async (kind, parameters, { status = 'completed', ...members }: Record<string, unknown>) => {
      const org = newOrg();
      await org.rule(kind, parameters);
      await org.ended(String(status), members);
      await org.evaluate();
      expect(await org.kinds()).toEqual([]);
    },
  );

  it('slow holds for a sync below half of its own usual speed', async () => {
    const org = newOrg();
    await org.rule('slow');
    const took = (minutes: number) => ({ started_at: new Date(Date.now() - minutes * 60_000), processed_count: 100 });
    for (let count = 0; count < 5; count += 1) await org.ended('completed', took(10));
    await org.evaluate();
    expect(await org.kinds()).toEqual([]);
    await org.ended('completed', took(25));
    await org.evaluate();
    expect((await org.alerts())[0]?.summary).toContain('4.0 items a minute, usually 10.0');
    await org.ended('completed', took(11));
    await org.evaluate();
    expect(await org.kinds()).toEqual([]);
  });

  it('for one sync holds for that alone', async () => {
    const org = newOrg();
    await org.rule('failed', { sync_id: 'mine' });
    for (const id of ['mine', 'other-one']) {
      await org.admin(
        `INSERT INTO sync_progress (org_id, sync_id, entity_type, source_system) VALUES ($1, $2, 'customer', 'shop')`,
        [org.org, id],
      );
      await org.end(id, 'failed');
    }
    await org.evaluate();
    expect((await org.alerts()).map(({ subject }) => subject)).toEqual(['sync:mine']);
  });
});
