import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reconcile, reconciled } from '../previews/reconcile.support.ts';
import { startBendingProxy } from '../support/bending-proxy.ts';
import { cleanUp, ServiceProcess } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import { TEST_ENCRYPTION_KEY } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { isList } from './bent-shop.support.ts';
import { RunsFixture } from './runs.support.ts';

const ORG = 'org-killed';
/** A short form in `npm test`. */
const KILLS = Number(process.env.CHAOS_KILLS ?? 5);
const CUSTOMERS = 3_000;

let fixture: RunsFixture;
let shop: WooCommerceSandbox;
let odoo: OdooSandbox;
/** Of the test at work; none is left to take up the runs of the next. */
let workers: ServiceProcess[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  shop.setFaults([]);
});
beforeAll(async () => {
  // The API only: the worker is a process of its own, so that it can be killed.
  fixture = await RunsFixture.start({ SYNC_WORKER: 'off' });
  shop = await startWooCommerceSandbox({ customers: CUSTOMERS, badRate: 0, products: 0, orders: 0 });
  odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
});
afterAll(async () => {
  await cleanUp();
  await Promise.all([fixture.close(), shop.stop(), odoo.stop()]);
});

const startWorker = (leaseSeconds = 2) =>
  ServiceProcess.start({
    DATABASE_URL: fixture.service.database.appUrl,
    SYNC_ENCRYPTION_KEYS: `${TEST_ENCRYPTION_KEY.id}:${TEST_ENCRYPTION_KEY.key}`,
    SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
    SYNC_WORKER: 'only',
    SYNC_LEASE_SECONDS: String(leaseSeconds),
    SYNC_LATE_WRITE_SECONDS: '2',
    SYNC_RECONCILE_SAMPLE: '0',
    LOG_LEVEL: 'silent',
  });

const superuser = <Row extends object>(text: string, values: unknown[] = []) =>
  sql<Row>(fixture.service.database.superuserUrl, text, values);

/** One of the processes that works on one of the runs right now, if any does. */
async function holder(
  syncIds: readonly string[],
  workers: readonly ServiceProcess[],
): Promise<ServiceProcess | undefined> {
  const rows = await superuser<{ leased_by: string }>(
    // Not of a run that is about to be given up, because no worker got to commit anything for so long.
    `SELECT leased_by FROM sync_runs
      WHERE sync_id = ANY ($1) AND state = 'ready' AND leased_by IS NOT NULL AND leases_without_commit < 7 ORDER BY random()`,
    [syncIds],
  );
  const pids = rows.map(({ leased_by }) => Number(leased_by.split(':').at(-1)));
  return workers.find(({ pid }) => pids.includes(pid as number));
}

/** What a connection's records are, in every detail that a sync decides. */
const recordsOf = (connectionId: string) =>
  superuser(
    `SELECT external_id, content_hash, data, deleted_at FROM sync_records
      WHERE org_id = $1 AND connection_id = $2 ORDER BY external_id`,
    [ORG, connectionId],
  );

describe('A worker killed at random moments', () => {
  it('is followed by another each time, and the end is that of an undisturbed run', async () => {
    const [undisturbed, intoRecords, intoOdoo] = [
      await fixture.connectShop(ORG, shop),
      await fixture.connectShop(ORG, shop),
      await fixture.connectShop(ORG, shop),
    ];
    const odooId = await fixture.connectOdoo(ORG, odoo);
    workers = [await startWorker(), await startWorker()];
    expect((await fixture.run(ORG, { source_connection_id: undisturbed }, 60_000)).counts).toEqual({
      created: CUSTOMERS,
    });

    // Slow enough that there is something to kill for as long as it takes, also on a busy machine.
    shop.setFaults([{ kind: 'slow', ms: 100 * KILLS }]);
    const runs = [
      await fixture.start(ORG, { source_connection_id: intoRecords }),
      await fixture.start(ORG, { source_connection_id: intoOdoo, destination: { connection_id: odooId } }),
    ];
    const syncIds = runs.map(({ sync_id }) => sync_id as string);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const isWorking = () => holder(syncIds, workers);
      const worker = await waitFor(`somebody works before kill ${kill}`, isWorking, { withinMs: 60_000, everyMs: 20 });
      await delay(randomInt(0, 250));
      const [, replacement] = await Promise.all([worker.stop('SIGKILL'), startWorker()]);
      workers[workers.indexOf(worker)] = replacement;
    }
    shop.setFaults([]);

    for (const [syncId, counts] of [
      [syncIds[0], { created: CUSTOMERS }],
      [syncIds[1], { created: CUSTOMERS }],
    ] as const) {
      const run = await fixture.ended(ORG, syncId as string, 60_000);
      expect(run.counts).toEqual(counts);
      expect(run.progress).toMatchObject({
        status: 'completed',
        total_items: CUSTOMERS,
        processed_count: CUSTOMERS,
        failed_count: 0,
      });
    }
    const expected = await recordsOf(undisturbed);
    expect(expected).toHaveLength(CUSTOMERS);
    expect(await recordsOf(intoRecords)).toEqual(expected);
    expect(await recordsOf(intoOdoo)).toEqual(expected);
    const partners = await odoo.admin.search('res.partner', [['customer_rank', '>', 0]]);
    expect(partners).toHaveLength(CUSTOMERS);
    const [bindings] = await superuser<{ n: number; there: number }>(
      'SELECT count(*)::int AS n, count(DISTINCT id_b)::int AS there FROM sync_bindings WHERE org_id = $1',
      [ORG],
    );
    expect(bindings).toEqual({ n: CUSTOMERS, there: CUSTOMERS });
    const leases = await superuser<{ lease_epoch: string }>(
      'SELECT lease_epoch FROM sync_runs WHERE sync_id = ANY ($1)',
      [syncIds],
    );
    expect(leases.reduce((sum, row) => sum + Number(row.lease_epoch), 0)).toBeGreaterThan(KILLS);
  }, 300_000);
});

describe('A worker killed while it writes', () => {
  const CUSTOMERS = 600;
  const KILLS = 4;
  /** Each kill comes after something was written and before it is stored. */
  async function runWithKills(ends: object, written: () => number) {
    const { sync_id } = await fixture.start(ORG, ends);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const isBetween = async () => {
        const { body } = await fixture.call(ORG, 'GET', `/progress/${sync_id}`);
        if (body.completed_at !== null) return 'ended';
        return written() > body.processed_count && holder([sync_id], workers);
      };
      const worker = await waitFor('somebody has written', isBetween, { withinMs: 60_000, everyMs: 10 });
      // A busy machine may look too seldom to meet every kill.
      if (worker === 'ended') expect(kill).toBeGreaterThan(1);
      if (worker === 'ended') break;
      const [, replacement] = await Promise.all([worker.stop('SIGKILL'), startWorker()]);
      workers[workers.indexOf(worker)] = replacement;
    }
    return fixture.ended(ORG, sync_id, 60_000);
  }

  /** What an undo of the run would do, by kind. */
  async function undoes(syncId: string) {
    const { body } = await fixture.call(ORG, 'POST', `/runs/${syncId}/undo`);
    const { counts } = await fixture.ended(ORG, body.sync_id, 60_000);
    return counts;
  }

  it('leaves what it wrote to the next, which counts it and keeps it as changes of the run', async () => {
    const [source, target] = await Promise.all([
      startWooCommerceSandbox({ customers: CUSTOMERS, badRate: 0, products: 0, orders: 0 }),
      startOdooSandbox({ version: 19, partners: 0 }),
    ]);
    try {
      const ends = {
        ...{ source_connection_id: await fixture.connectShop(ORG, source), entity_type: 'customer' },
        destination: { connection_id: await fixture.connectOdoo(ORG, target) },
      };
      workers = [await startWorker(), await startWorker()];
      target.setFaults([{ kind: 'slow', ms: 150 }]);
      const partners = (...domain: unknown[][]) =>
        target.admin.search('res.partner', [['customer_rank', '>', 0], ...domain]);
      const first = await runWithKills(ends, () => partners().length);
      expect(first.counts).toEqual({ created: CUSTOMERS });
      const { body } = await fixture.call(ORG, 'GET', `/runs/${first.sync_id}`);
      expect(body.changes_not_kept).toBe(0);
      expect(await undoes(first.sync_id)).toEqual({ deleted: CUSTOMERS });

      for (const customer of source.state().customers())
        source.admin.updateCustomer(customer.id, { last_name: 'Newname' });
      const second = await runWithKills(ends, () => partners(['name', 'like', 'Newname']).length);
      expect(second.counts).toEqual({ updated: CUSTOMERS });
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  }, 300_000);

  it('or that was cancelled before it could look again leaves what it wrote to the next run', async () => {
    const [source, target] = await Promise.all([
      startWooCommerceSandbox({ customers: 150, badRate: 0, products: 0, orders: 0 }),
      startOdooSandbox({ version: 19, partners: 0 }),
    ]);
    try {
      const ends = {
        ...{ source_connection_id: await fixture.connectShop(ORG, source), entity_type: 'customer' },
        destination: { connection_id: await fixture.connectOdoo(ORG, target) },
      };
      workers = [await startWorker()];
      target.setFaults([
        { kind: 'response-lost', match: '/res.partner/create' },
        { kind: 'slow', ms: 150 },
      ]);
      const { sync_id } = await fixture.start(ORG, ends);
      const isWritten = async () => target.admin.search('res.partner', [['customer_rank', '>', 0]]).length > 0;
      await waitFor('something is written', isWritten, { everyMs: 10 });
      target.setFaults([{ kind: 'dropped' }]);
      await fixture.call(ORG, 'POST', `/progress/${sync_id}/cancel`);
      const cancelled = await fixture.ended(ORG, sync_id, 60_000);
      expect(cancelled).toMatchObject({ counts: {}, progress: { status: 'cancelled', processed_count: 0 } });
      target.setFaults([]);
      const next = await fixture.run(ORG, ends, 60_000);
      expect(next.counts).toEqual({ created: 150 });
      expect(await undoes(next.sync_id)).toEqual({ deleted: 150 });
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  }, 120_000);
});

describe('A worker killed while it applies a preview', () => {
  it('leaves what it wrote to the next, which counts it as done and not as moved', async () => {
    const [source, target] = [
      await fixture.connectShop(ORG, shop),
      await startOdooSandbox({ version: 19, partners: 0 }),
    ];
    const ends = { entity_type: 'customer', destination: { connection_id: await fixture.connectOdoo(ORG, target) } };
    workers = [await startWorker(), await startWorker()];
    try {
      const { body } = await fixture.call(ORG, 'POST', `/connections/${source}/preview`, ends);
      await fixture.ended(ORG, body.sync_id, 60_000);
      target.setFaults([{ kind: 'slow', ms: 60 }]);
      const { sync_id } = await fixture.start(ORG, { ...ends, source_connection_id: source, preview: body.sync_id });
      for (let kill = 1; kill <= 3; kill += 1) {
        const isWorking = () => holder([sync_id], workers);
        const worker = await waitFor('somebody applies it', isWorking, { withinMs: 60_000, everyMs: 20 });
        await delay(randomInt(200, 600));
        const [, replacement] = await Promise.all([worker.stop('SIGKILL'), startWorker()]);
        workers[workers.indexOf(worker)] = replacement;
      }
      target.setFaults([]);
      const run = await fixture.ended(ORG, sync_id, 60_000);
      expect(run).toMatchObject({
        counts: { created: CUSTOMERS },
        progress: { status: 'completed', total_items: CUSTOMERS },
      });
      expect(target.admin.search('res.partner', [['customer_rank', '>', 0]])).toHaveLength(CUSTOMERS);
    } finally {
      await target.stop();
    }
  }, 180_000);
});

describe('A worker killed before its first page came', () => {
  it('leaves the size of a page that its shop bears to the next', async () => {
    const source = await startWooCommerceSandbox({ customers: 60, badRate: 0, products: 0, orders: 0 });
    const proxy = await startBendingProxy(source.url);
    const sizes: number[] = [];
    const killed = Promise.withResolvers<void>();
    proxy.bend(async (request, forward) => {
      if (!isList(request, '/customers')) return forward();
      const size = Number(request.url.searchParams.get('per_page'));
      sizes.push(size);
      if (size > 40) return { status: 504, headers: { 'content-type': 'text/html' }, body: '<html>Too slow</html>' };
      if (size > 1) await killed.promise;
      return forward();
    });
    try {
      const connection = await fixture.connectShop(ORG, { ...source, url: proxy.url }, { home_url: source.url });
      workers = [await startWorker()];
      const { sync_id } = await fixture.start(ORG, { source_connection_id: connection });
      const isStored = async () => {
        const { body } = await fixture.call(ORG, 'GET', `/progress/${sync_id}`);
        return body.checkpoint?.page?.size <= 40 && body.processed_count === 0;
      };
      await waitFor('the size is stored', isStored, { everyMs: 20 });
      await workers[0]?.stop('SIGKILL');
      const tooMuch = Math.min(...sizes.splice(0).filter((size) => size > 40));
      killed.resolve();
      workers = [await startWorker()];
      const run = await fixture.ended(ORG, sync_id, 60_000);
      expect(run.progress).toMatchObject({ status: 'completed', processed_count: 60 });
      expect(Math.max(...sizes)).toBeLessThan(tooMuch);
    } finally {
      await Promise.all([proxy.stop(), source.stop()]);
    }
  }, 120_000);
});

describe('A worker killed while it compares both ends', () => {
  it('leaves the comparison to the next, whose result is that of an undisturbed one', async () => {
    const [source, target] = await Promise.all([
      startWooCommerceSandbox({ customers: 800, badRate: 0, products: 0, orders: 0 }),
      startOdooSandbox({ version: 19, partners: 0 }),
    ]);
    try {
      const source_connection_id = await fixture.connectShop(ORG, source);
      const ends = {
        ...{ source_connection_id, entity_type: 'customer' },
        destination: { connection_id: await fixture.connectOdoo(ORG, target) },
      };
      workers = [await startWorker(), await startWorker()];
      await fixture.run(ORG, ends, 120_000);
      const partners = target.admin.search('res.partner', [['customer_rank', '>', 0]]);
      target.admin.write(
        'res.partner',
        partners.filter((id) => id % 7 === 0),
        { city: 'Elsewhere' },
      );
      target.admin.unlink(
        'res.partner',
        partners.filter((id) => id % 50 === 1),
      );
      const undisturbed = await reconcile(fixture, ORG, ends);
      expect(undisturbed.result.different).toBeGreaterThan(100);

      source.setFaults([{ kind: 'slow', ms: 300 }]);
      const path = `/connections/${source_connection_id}/reconcile`;
      const { body } = await fixture.call(ORG, 'POST', path, { with: ends.destination, entity_type: 'customer' });
      for (let kill = 1; kill <= 3; kill += 1) {
        const isWorking = () => holder([body.sync_id], workers);
        const worker = await waitFor('somebody compares', isWorking, { withinMs: 60_000, everyMs: 20 });
        await delay(randomInt(0, 600));
        const [, replacement] = await Promise.all([worker.stop('SIGKILL'), startWorker()]);
        workers[workers.indexOf(worker)] = replacement;
      }
      source.setFaults([]);
      const { result, listed } = await reconciled(fixture, ORG, body.sync_id);
      expect([result, listed]).toEqual([undisturbed.result, undisturbed.listed]);
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  }, 300_000);
});

describe('A worker that is asked to stop', () => {
  it('brings its batch to an end and hands the run on at once', async () => {
    const connection = await fixture.connectShop(ORG, shop);
    shop.setFaults([{ kind: 'slow', ms: 60 }]);
    // A lease that would run out long after the test.
    workers = [await startWorker(120), await startWorker(120)];
    const { sync_id } = await fixture.start(ORG, { source_connection_id: connection });
    const isWorking = async () => {
      const { body } = await fixture.call(ORG, 'GET', `/progress/${sync_id}`);
      return body.processed_count > 0 && holder([sync_id], workers);
    };
    const worker = await waitFor('somebody works', isWorking, { everyMs: 20 });
    expect((await worker.stop('SIGTERM')).code).toBe(0);
    shop.setFaults([]);
    const run = await fixture.ended(ORG, sync_id, 20_000);
    expect(run).toMatchObject({
      counts: { created: CUSTOMERS },
      progress: { status: 'completed', total_items: CUSTOMERS },
    });
  }, 90_000);
});
