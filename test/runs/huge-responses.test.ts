import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUSTOMER_SETTINGS, customersFile, FileServer } from '../connectors/csv/csv.support.ts';
import { type Json, RunsFixture } from './runs.support.ts';

const ORG = 'org-huge';
/** 200 ms on a quiet machine. Here the service shares its process with the test and the system, and its cores with other tests. */
const LONGEST_PING_MS = 1_000;

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const failedItems = async (syncId: string): Promise<Json[]> =>
  (await fixture.call(ORG, 'GET', `/progress/${syncId}/items`)).body.items;

/** The longest time in which the event loop handled nothing else, while the work went on. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 10);
    last = now;
  }, 10);
  await work();
  clearInterval(timer);
  return longest;
}

/** A shop whose customers are one list, whatever is asked for. */
async function startShop(customers: Buffer): Promise<Server> {
  const server = createServer((request, response) => {
    const isList = request.method === 'GET' && request.url?.includes('/wc/v3/customers');
    response.writeHead(200, { 'content-type': 'application/json', 'x-wp-total': isList ? '1' : '0' });
    response.end(isList ? customers : '[]');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

const members = (count: number) => Array.from({ length: count }, (_, i) => `"k${i}":1`).join();

async function connectShop(server: Server): Promise<string> {
  const { body } = await fixture.call(ORG, 'POST', '/connections', {
    ...{ name: `huge ${Math.random()}`, system: 'woocommerce' },
    base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { consumer_key: 'ck_0123456789', consumer_secret: 'cs_0123456789' },
    settings: { allow_http: true },
  });
  return body.id;
}

describe('A huge answer of a remote system does not stop the API', () => {
  it('of 12 MB: a check names the limit, and a run has one failed item', async () => {
    const server = await startShop(Buffer.from(`[{"id":1,"email":"a@shop.example",${members(1_000_000)}}]`));
    try {
      const id = await connectShop(server);
      let checked: Json;
      let run: Json;
      const inCheck = await longestBlock(async () => {
        checked = (await fixture.call(ORG, 'POST', `/connections/${id}/check`)).body;
      });
      const inRun = await longestBlock(async () => {
        run = await fixture.run(ORG, { source_connection_id: id });
      });
      expect(checked).toMatchObject({
        ok: false,
        error: { kind: 'too-large', message: expect.stringContaining('4 MiB') },
      });
      expect(run.progress).toMatchObject({ status: 'completed_with_errors', processed_count: 0, failed_count: 1 });
      const [item] = await failedItems(run.sync_id);
      expect(item).toMatchObject({ error_class: 'too_large', message: expect.stringContaining('4 MiB') });
      expect(Math.max(inCheck, inRun)).toBeLessThan(LONGEST_PING_MS);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it.each([
    ['long texts', `"note":"${'n'.repeat(3_500_000)}"`, { created: 1 }],
    ['300,000 members', members(300_000), { failed: 1 }],
  ])(
    'below the limit it is parsed beside the event loop: %s',
    async (_, more, counts) => {
      const server = await startShop(Buffer.from(`[{"id":1,"email":"a@shop.example",${more}}]`));
      try {
        const id = await connectShop(server);
        let run: Json;
        const blocked = await longestBlock(async () => {
          run = await fixture.run(ORG, { source_connection_id: id }, 80_000);
        });
        expect(run.counts).toEqual(counts);
        expect(blocked).toBeLessThan(LONGEST_PING_MS);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    },
    90_000,
  );
});

describe('One huge item is the problem of that item, not the end of the sync', () => {
  it('of a shop, which names it by its id; the others are kept', async () => {
    const shop = await startWooCommerceSandbox({ customers: 120, badRate: 0, products: 0, orders: 0 });
    try {
      const ids = shop
        .state()
        .customers()
        .filter(({ role }) => role === 'customer');
      const huge = ids[57]?.id as number;
      shop.setFaults([{ kind: 'bad-row', id: huge, field: 'first_name', value: 'huge' }]);
      const id = await fixture.connectShop(ORG, shop);
      const run = await fixture.run(ORG, { source_connection_id: id }, 60_000);
      expect(run.counts).toEqual({ created: ids.length - 1, failed: 1 });
      expect(await failedItems(run.sync_id)).toEqual([
        expect.objectContaining({ external_id: String(huge), error_class: 'too_large' }),
      ]);
      const { body: retry } = await fixture.call(ORG, 'POST', `/progress/${run.sync_id}/retry-failed`);
      expect((await fixture.ended(ORG, retry.sync_id)).counts).toEqual({ failed: 1 });
    } finally {
      await shop.stop();
    }
  }, 90_000);

  it('of an Odoo', async () => {
    const odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 });
    try {
      const ids = Array.from({ length: 12 }, (_, n) =>
        odoo.admin.create('res.partner', { name: `P${n}`, customer_rank: 1 }),
      );
      odoo.setFaults([{ kind: 'bad-row', id: Number(ids[5]), field: 'name', value: 'huge' }]);
      const id = await fixture.connectOdoo(ORG, odoo);
      const run = await fixture.run(ORG, { source_connection_id: id }, 60_000);
      expect(run.progress.failed_count).toBe(1);
      expect(run.progress.processed_count).toBeGreaterThanOrEqual(11);
      expect(await failedItems(run.sync_id)).toEqual([
        expect.objectContaining({ external_id: String(ids[5]), error_class: 'too_large' }),
      ]);
    } finally {
      await odoo.stop();
    }
  }, 90_000);
});

describe('A file keeps nobody waiting', () => {
  it.each([
    ['540,000 blank rows', `Number,E-mail,Name,Town\n${'\n'.repeat(540_000)}`, /more than 500000 rows/],
    ['a quote that is never closed', `${customersFile(10)}11,"${'x\n'.repeat(5_000_000)}`, /more than 500000 rows/],
  ])('with %s: it is refused with a reason', async (what, file, reason) => {
    const server = await FileServer.start();
    try {
      server.file = Buffer.from(file);
      const { body } = await fixture.call(ORG, 'POST', '/connections', {
        ...{ name: what, system: 'csv', base_url: server.url, credentials: {} },
        settings: { allow_http: true, ...CUSTOMER_SETTINGS },
      });
      let checked: Json;
      const blocked = await longestBlock(async () => {
        checked = (await fixture.call(ORG, 'POST', `/connections/${body.id}/check`)).body;
      });
      expect(checked).toMatchObject({ ok: false, error: { message: expect.stringMatching(reason) } });
      expect(blocked).toBeLessThan(LONGEST_PING_MS);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['blank rows between the others', customersFile(3).replaceAll('\n', `\n${'\n'.repeat(100_000)}`), 3],
    ['rows of many cells', `${customersFile(3)}${`${','.repeat(200_000)}\n`.repeat(40)}`, 43],
  ])(
    'with %s: it is read',
    async (what, file, rows) => {
      const server = await FileServer.start();
      try {
        server.file = Buffer.from(file);
        const { body } = await fixture.call(ORG, 'POST', '/connections', {
          ...{ name: what, system: 'csv', base_url: server.url, credentials: {} },
          settings: { allow_http: true, ...CUSTOMER_SETTINGS },
        });
        let run: Json;
        const blocked = await longestBlock(async () => {
          run = await fixture.run(ORG, { source_connection_id: body.id }, 60_000);
        });
        expect(run.counts.created).toBe(3);
        expect(run.progress.processed_count + run.progress.failed_count).toBeLessThanOrEqual(rows);
        expect(blocked).toBeLessThan(LONGEST_PING_MS);
      } finally {
        await server.close();
      }
    },
    90_000,
  );
});
