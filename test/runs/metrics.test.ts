import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { RunsFixture } from './runs.support.ts';

const ORG = 'org-metrics-secret';

let fixture: RunsFixture;
let shop: WooCommerceSandbox;
beforeAll(async () => {
  fixture = await RunsFixture.start();
  shop = await startWooCommerceSandbox({ customers: 30, orders: 0, products: 0 });
});
afterAll(async () => {
  await Promise.all([fixture.close(), shop.stop()]);
});

/** Of one metric: its labels, as they are written, to its value. */
async function read(name: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${fixture.service.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

const ofFake = (kind: string, rest: string) => `{system="fake",entity_type="customer",kind="${kind}",${rest}}`;

/** A run's end is visible a moment before its worker has let go of it. */
const isIdle = () =>
  waitFor('no run is at work', async () => ((await read('sync_runs_active'))[''] === 0 ? true : undefined));

describe('The metrics of runs', () => {
  it('count ended runs by status and items by outcome, and measure the duration of commits', async () => {
    const source = await fixture.connect(ORG, 'source-secret');
    const other = await fixture.connect(ORG, 'other-secret');
    source.system.fill(120);
    source.system.put({ email: 'broken', name: 'B', phone: null });
    source.system.put({ email: 'refused@example.test', name: 'R', phone: null });
    const there = { source_connection_id: source.id, destination: { connection_id: other.id } };
    await fixture.run(ORG, { source_connection_id: source.id });
    const { body } = await fixture.call(ORG, 'POST', `/connections/${source.id}/preview`, {
      entity_type: 'customer',
      destination: { connection_id: other.id },
    });
    await fixture.ended(ORG, body.sync_id);
    await fixture.run(ORG, there);
    source.system.put({ email: 'person7@example.test', name: 'Source', phone: null }, '000007');
    const [bound = ''] = [...other.system.items].find(([, { email }]) => email === 'person7@example.test') ?? [];
    other.system.put({ email: 'person7@example.test', name: 'Other', phone: null }, bound);
    await fixture.run(ORG, there);
    await isIdle();

    expect(await read('sync_runs_ended_total')).toEqual({
      [ofFake('sync', 'status="completed_with_errors"')]: 3,
      [ofFake('preview', 'status="completed_with_errors"')]: 1,
    });
    expect(await read('sync_run_items_total')).toEqual({
      [ofFake('sync', 'outcome="processed",action="stored"')]: 121,
      [ofFake('sync', 'outcome="failed",action="failed"')]: 5,
      [ofFake('sync', 'outcome="processed",action="created"')]: 120,
      [ofFake('sync', 'outcome="processed",action="unchanged"')]: 119,
      [ofFake('sync', 'outcome="skipped",action="conflict"')]: 1,
      [ofFake('preview', 'outcome="processed",action="created"')]: 121,
      [ofFake('preview', 'outcome="failed",action="failed"')]: 1,
    });
    expect((await read('sync_run_batch_commit_seconds_count'))['']).toBeGreaterThanOrEqual(8);
    expect((await read('sync_run_batch_commit_seconds_bucket'))['{le="10"}']).toBeGreaterThanOrEqual(8);
  });

  it('show how many runs are active, and a cancelled one as cancelled', async () => {
    const { id, system } = await fixture.connect(ORG, 'slow-secret');
    system.fill(150);
    const reading = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    system.hooks.beforeRead = (reads) => {
      if (reads !== 2) return;
      reading.resolve();
      return go.promise;
    };
    const { sync_id } = await fixture.start(ORG, { source_connection_id: id });
    await reading.promise;
    expect(await read('sync_runs_active')).toEqual({ '': 1 });
    await fixture.call(ORG, 'POST', `/progress/${sync_id}/cancel`);
    go.resolve();
    await fixture.ended(ORG, sync_id);
    await isIdle();
    expect((await read('sync_runs_ended_total'))[ofFake('sync', 'status="cancelled"')]).toBe(1);
  });

  it('count calls to systems by their outcome, and name no organization or connection', async () => {
    const before = await read('sync_outbound_calls_total');
    expect(before).toEqual({});
    const id = await fixture.connectShop(ORG, shop, { auth: 'query', include_guests: false });
    shop.setFaults([
      { kind: 'too-many-requests', times: 1, retryAfter: 0 },
      { kind: 'dropped', from: 2, times: 1 },
    ]);
    await fixture.run(ORG, { source_connection_id: id });
    shop.setFaults([{ kind: 'expired-key' }]);
    const failed = await fixture.run(ORG, { source_connection_id: id });
    expect(failed.progress.status).toBe('failed');
    const calls = await read('sync_outbound_calls_total');
    expect(calls).toMatchObject({
      '{system="woocommerce",outcome="2xx"}': expect.any(Number),
      '{system="woocommerce",outcome="429"}': 1,
      '{system="woocommerce",outcome="failed"}': 1,
      // Which shop it is, by its id and by its first account, and its customers.
      '{system="woocommerce",outcome="4xx"}': 3,
    });
    const text = await (await fetch(`${fixture.service.url}/metrics`)).text();
    for (const secret of ['secret', id, new URL(shop.url).host, shop.consumerKey, failed.sync_id])
      expect(text).not.toContain(secret);
  });
});
