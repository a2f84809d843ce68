import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorSession, Page } from '../../src/connectors/contract/connector.types.ts';
import { TurnClock } from '../../src/runs/worker/run.turn.ts';
import { waitFor } from '../support/wait-for.ts';
import { RunsFixture } from './runs.support.ts';

const TURN = { turn: 1_500, check: 200, longest: 60_000, writeGrace: 1_000 };

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '4' });
  fixture.service.app.get(TurnClock).times = TURN;
});
afterAll(() => fixture.close());

async function withShop(work: (shop: WooCommerceSandbox) => Promise<void>): Promise<void> {
  const shop = await startWooCommerceSandbox({ customers: 30, badRate: 0, products: 20, orders: 20 });
  try {
    await work(shop);
  } finally {
    await shop.stop();
  }
}

describe('A shop that answers nothing for ever keeps no worker', () => {
  it.each([
    ['endless', 'customer'],
    ['endless', 'product'],
    ['endless', 'order'],
    ['stuck', 'customer'],
    ['stuck', 'product'],
    ['stuck', 'order'],
  ] as const)('%s %ss: the run fails within seconds and 20 windows, and says why', (kind, entity_type) =>
    withShop(async (shop) => {
      shop.setFaults([{ kind }]);
      const id = await fixture.connectShop('org-endless', shop, { include_guests: entity_type !== 'customer' });
      const run = await fixture.run('org-endless', { source_connection_id: id, entity_type });
      expect(run.progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringMatching(/rows and total contradict each other/),
      });
      const { requests } = shop.state();
      expect(Object.values(requests).reduce((sum: number, count) => sum + Number(count), 0)).toBeLessThan(80);
    }),
  );

  it('eight of them by two organizations leave a third its worker', () =>
    withShop(async (shop) => {
      shop.setFaults([{ kind: 'endless' }]);
      const started: [string, string][] = [];
      for (const org of ['org-endless-a', 'org-endless-b'])
        for (let n = 0; n < 4; n += 1) {
          const id = await fixture.connectShop(org, shop);
          started.push([org, (await fixture.start(org, { source_connection_id: id })).sync_id]);
        }
      const { id, system } = await fixture.connect('org-third', 'sound');
      system.fill(51);
      const run = await fixture.run('org-third', { source_connection_id: id }, 60_000);
      expect(run.progress).toMatchObject({ status: 'completed', processed_count: 51 });
      for (const [org, sync] of started)
        expect((await fixture.ended(org, sync)).progress.error_message).toMatch(/rows and total contradict/);
    }));
});

/** A session whose pages are as told, in place of those of the fake system. */
async function sourceOf(org: string, read: ConnectorSession['read']) {
  const { id, system } = await fixture.connect(org, `told-${fixture.systems.size}`);
  const session = system.session.bind(system);
  system.session = () => ({ ...session(), read });
  return { id, system };
}

describe('A source of any connector', () => {
  const item = { external_id: '1', data: { email: 'a@y.example', name: 'A' } };
  it.each([
    ['the same page for ever', (n: number): Page => ({ items: [item], next: { n: n + 1 }, total: null })],
    ['empty pages for ever', (n: number): Page => ({ items: [], next: { n: n + 1 }, total: 10 ** 15 })],
  ])('that returns %s ends as failed', async (_, page) => {
    let reads = 0;
    const { id } = await sourceOf('org-told', async (_entity, _query, { cursor }) => {
      reads += 1;
      return page(Number(cursor?.n ?? 0));
    });
    const run = await fixture.run('org-told', { source_connection_id: id });
    expect(run.progress.error_message).toMatch(/rows and total contradict each other/);
    expect(reads).toBeLessThanOrEqual(22);
  });

  it('whose pages are empty of items but made of new rows is read to its end', async () => {
    const { id } = await sourceOf('org-told', async (_entity, _query, { cursor }) => {
      const n = Number(cursor?.n ?? 0);
      return { items: n === 40 ? [item] : [], rows: 100, next: n === 40 ? null : { n: n + 1 }, total: null };
    });
    expect((await fixture.run('org-told', { source_connection_id: id })).counts).toEqual({ created: 1 });
  });
});

describe('A turn of a worker ends by the clock', () => {
  it('also when a batch never ends: others get the worker, and the run goes on with smaller pages', async () => {
    const sizes: number[] = [];
    const stuck = await Promise.all(
      [1, 2, 3, 4].map(() =>
        sourceOf('org-stuck', (_entity, _query, { pageSize }) => {
          sizes.push(pageSize);
          // Not even an abort ends it.
          return new Promise(() => undefined);
        }),
      ),
    );
    for (const { id } of stuck) await fixture.start('org-stuck', { source_connection_id: id });
    await waitFor('all workers are taken', async () => sizes.length >= 4);
    const { id, system } = await fixture.connect('org-patient', 'sound');
    system.fill(3);
    const run = await fixture.run('org-patient', { source_connection_id: id }, 30_000);
    expect(run.progress.status).toBe('completed');

    await fixture.start('org-patient', { source_connection_id: id });
    await waitFor('a smaller page was asked for', async () => sizes.some((size) => size < 100), { withinMs: 30_000 });
  }, 90_000);
});
