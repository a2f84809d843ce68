import { startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProxyResponse } from '../support/bending-proxy.ts';
import { startSelfSignedServer } from '../support/self-signed.server.ts';
import { waitFor } from '../support/wait-for.ts';
import { isList, withBentShop } from './bent-shop.support.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const NOTICE = '<br />\n<b>Notice</b>: Undefined index: x in <b>plugin.php</b> on line <b>3</b><br />\n';
const LAMP = { name: 'Lamp', sku: 'LAMP-1', regular_price: '10' };
const firewall: ProxyResponse = {
  status: 403,
  headers: { 'content-type': 'text/html' },
  body: '<html><title>Attention Required!</title></html>',
};
const withBody = (response: ProxyResponse, body: string): ProxyResponse => ({ ...response, body });

describe('A run that meets a shop that does not answer as it should', () => {
  it('A run that waits says why', () =>
    withBentShop(fixture, async ({ org, id, shop, proxy }) => {
      shop.admin.createProduct(LAMP);
      proxy.bend(async (request, forward) => {
        const response = await forward();
        return isList(request, '/products') ? withBody(response, (NOTICE + response.body).slice(0, 200)) : response;
      });
      const { sync_id } = await fixture.start(org, { source_connection_id: id, entity_type: 'product' });
      const waiting: Json = await waitFor('the run waits', async () => {
        const { body } = await fixture.call(org, 'GET', `/progress/${sync_id}`);
        return body.waiting_reason && body.next_try_at ? body : undefined;
      });
      expect(waiting).toMatchObject({
        rate_limited_until: null,
        waiting_reason: expect.stringMatching(
          /GET \/products has status 200 and no JSON.*Tried \d+ times?; next try at 20/,
        ),
      });
      const { body: shown } = await fixture.call(org, 'GET', `/runs/${sync_id}`);
      expect(shown.progress).toMatchObject({
        rate_limited_until: null,
        waiting_reason: expect.stringMatching(/no JSON.*Tried \d+ times?; next try at 20/),
        next_try_at: expect.stringMatching(/^20/),
      });
      const run = await fixture.ended(org, sync_id, 120_000);
      expect(run.progress).toMatchObject({
        status: 'failed',
        waiting_reason: null,
        error_message: expect.stringMatching(/GET \/products has status 200 and no JSON: “Notice: Undefined index: x/),
      });
      const { body: trail } = await fixture.call(org, 'GET', `/activity?sync_id=${sync_id}`);
      const types = trail.items.map((entry: Json) => [entry.activity_type, /no JSON/.test(entry.error_message ?? '')]);
      expect(types).toEqual(
        expect.arrayContaining([
          ['sync_postponed', true],
          ['sync_failed', true],
        ]),
      );
    }));

  it('A shop that cannot answer a page of 50 is read in smaller ones', () =>
    withBentShop(fixture, async ({ shop, proxy, sync, live }) => {
      for (let n = 0; n < 400; n += 1) shop.admin.createCustomer({ email: `c${n}@shop.example` });
      const asked: number[] = [];
      let firstRefused = Number.POSITIVE_INFINITY;
      const tooLateAgain: number[] = [];
      proxy.bend((request, forward) => {
        if (!isList(request, '/customers')) return forward();
        const [offset, size] = ['offset', 'per_page'].map((name) => Number(request.url.searchParams.get(name) ?? 0));
        asked.push(size as number);
        if ((size as number) >= firstRefused) tooLateAgain.push(size as number);
        if ((offset as number) === 0 || (size as number) <= 25) return forward();
        firstRefused = Math.min(firstRefused, size as number);
        return { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway</html>' };
      });
      const run = await sync('customer', {}, 60_000);
      expect(run.progress).toMatchObject({ status: 'completed', processed_count: 400 });
      expect(await live('customer')).toHaveLength(400);
      expect(tooLateAgain).toEqual([]);
      expect(asked.length).toBeLessThan(60);
    }));

  it('A size of pages that was too much is not asked for again by the worker that goes on', () =>
    withBentShop(fixture, async ({ org, id, shop, proxy, live }) => {
      for (let n = 0; n < 60; n += 1) shop.admin.createCustomer({ email: `c${n}@shop.example` });
      const sizes: number[] = [];
      const path = Promise.withResolvers<string>();
      let isPaused = false;
      proxy.bend(async (request, forward) => {
        if (!isList(request, '/customers')) return forward();
        const [offset, size] = ['offset', 'per_page'].map((name) => Number(request.url.searchParams.get(name) ?? 0));
        sizes.push(size as number);
        if ((size as number) > 25)
          return { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway</html>' };
        if (offset !== 0 && !isPaused) {
          isPaused = true;
          await fixture.call(org, 'POST', `${await path.promise}/pause`, {});
        }
        return forward();
      });
      const { sync_id } = await fixture.start(org, { source_connection_id: id, entity_type: 'customer' });
      path.resolve(`/progress/${sync_id}`);
      await waitFor('the run is paused', async () => {
        const { body } = await fixture.call(org, 'GET', `/progress/${sync_id}`);
        return body.status === 'paused' || undefined;
      });
      expect(Math.max(...sizes)).toBeGreaterThan(25);
      sizes.splice(0);
      await fixture.call(org, 'POST', `/progress/${sync_id}/resume`, {});
      expect((await fixture.ended(org, sync_id)).progress).toMatchObject({ status: 'completed', processed_count: 60 });
      expect(Math.max(...sizes)).toBeLessThanOrEqual(25);
      expect(await live('customer')).toHaveLength(60);
    }));

  it('One 403 page of a firewall does not end a run', () =>
    withBentShop(fixture, async ({ shop, proxy, sync }) => {
      shop.admin.createProduct(LAMP);
      let refusals = 1;
      proxy.bend((request, forward) => {
        if (!isList(request, '/products') || refusals === 0) return forward();
        refusals -= 1;
        return firewall;
      });
      expect((await sync('product')).counts).toEqual({ created: 1 });
      refusals = 3;
      const run = await sync('product', {}, 120_000);
      expect(run.progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringMatching(/The host in front of the shop refuses GET \/products/),
      });
      proxy.bend((request, forward) => {
        if (!isList(request, '/products')) return forward();
        const body = JSON.stringify({
          code: 'woocommerce_rest_cannot_view',
          message: 'Sorry, you cannot list resources.',
        });
        return { status: 403, headers: { 'content-type': 'application/json' }, body };
      });
      proxy.takeRequests();
      const denied = await sync('product');
      expect(denied.progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringMatching(/does not allow/),
      });
      expect(proxy.takeRequests().length).toBeLessThan(4);
    }));

  it('Answers that are none of a shop count by their kind, whatever else failed before', () =>
    withBentShop(fixture, async ({ shop, proxy, sync }) => {
      shop.admin.createProduct(LAMP);
      const gateway = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway</html>' };
      const page = { ...firewall, status: 200 };
      // The HTTP layer asks four times where a gateway fails.
      const answers = [gateway, gateway, gateway, gateway, firewall, page];
      proxy.bend((request, forward) => (isList(request, '/products') ? (answers.shift() ?? forward()) : forward()));
      const run = await sync('product', {}, 60_000);
      expect(run.progress).toMatchObject({ status: 'completed' });
      expect(answers).toEqual([]);
    }));

  it('A certificate that nobody signed ends a run with what to do, since waiting does not mend it', async () => {
    const server = await startSelfSignedServer();
    try {
      const org = newOrgName();
      const { body } = await fixture.call(org, 'POST', '/connections', {
        ...{ name: 'shop', system: 'woocommerce', base_url: server.url },
        credentials: { consumer_key: 'ck_1', consumer_secret: 'cs_1' },
      });
      const run = await fixture.run(org, { source_connection_id: body.id, entity_type: 'product' }, 60_000);
      expect(run.progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      });
      // Whatever the first look at a shop asks, and nothing again.
      expect(server.connections()).toBeLessThanOrEqual(4);
    } finally {
      await server.stop();
    }
  });

  it('A key that no header can hold ends a run with what is wrong', async () => {
    const odoo = await startOdooSandbox({ version: 19, partners: 1, products: 0, orders: 0 });
    try {
      const org = newOrgName();
      const id = await fixture.connectOdoo(org, { ...odoo, apiKey: 'ключ' });
      const run = await fixture.run(org, { source_connection_id: id, entity_type: 'customer' }, 60_000);
      expect(run.progress).toMatchObject({
        status: 'failed',
        error_message: expect.stringContaining('a header contains what HTTP does not allow'),
      });
    } finally {
      await odoo.stop();
    }
  });

  it('Whole JSON behind a notice or before a comment is read', () =>
    withBentShop(fixture, async ({ org, id, shop, proxy, sync }) => {
      shop.admin.createProduct(LAMP);
      proxy.bend(async (request, forward) => {
        const response = await forward();
        return isList(request, '/products') ? withBody(response, NOTICE + response.body) : response;
      });
      expect((await sync('product')).counts).toEqual({ created: 1 });
      const { body: check } = await fixture.call(org, 'POST', `/connections/${id}/check`);
      expect(check).toMatchObject({ ok: true });
      expect(check.warnings.filter((text: string) => /Notice: Undefined index: x/.test(text))).toHaveLength(1);
      proxy.bend(async (_, forward) => {
        const response = await forward();
        return withBody(response, `${response.body}\n<!-- cached page -->`);
      });
      expect((await sync('product')).counts).toEqual({ unchanged: 1 });
    }));

  it('A cache that answers for the shop is asked past, and the check says so', () =>
    withBentShop(fixture, async ({ org, id, shop, proxy, sync }) => {
      shop.admin.createProduct(LAMP);
      const kept = new Map<string, ProxyResponse>();
      proxy.bend(async ({ method, url }, forward) => {
        const key = `${method} ${url.pathname} ${url.searchParams.get('status')} ${url.searchParams.get('offset')} ${url.searchParams.get('_')}`;
        const old = kept.get(key);
        if (old && method === 'GET') return { ...old, headers: { ...old.headers, age: '3600' } };
        const response = await forward();
        kept.set(key, response);
        return response;
      });
      expect((await sync('product')).counts).toEqual({ created: 1 });
      shop.admin.createProduct({ ...LAMP, sku: 'LAMP-2' });
      expect((await sync('product')).counts).toEqual({ created: 1, unchanged: 1 });
      const { body: check } = await fixture.call(org, 'POST', `/connections/${id}/check`);
      expect(check.warnings).toEqual([expect.stringMatching(/cache/)]);
    }));

  it("One product with 21 MB of metadata is that product's problem", () =>
    withBentShop(fixture, async ({ shop, proxy, sync, items }) => {
      for (let n = 1; n <= 6; n += 1) shop.admin.createProduct({ ...LAMP, sku: `P-${n}` });
      const heavy = 'x'.repeat(21 * 1024 * 1024);
      proxy.bend(async (request, forward) => {
        const response = await forward();
        const wanted = request.url.searchParams.get('_fields')?.split(',') ?? [];
        if (!request.url.pathname.includes('/products') || !wanted.includes('meta_data')) return response;
        const body = JSON.parse(response.body);
        for (const row of [body].flat())
          if (row.sku === 'P-3') row.meta_data = [{ id: 1, key: 'builder', value: heavy }];
        return withBody(response, JSON.stringify(body));
      });
      const run = await sync('product', {}, 60_000);
      const failed = run.counts.failed ?? 0;
      expect(run.counts.created + failed).toBe(6);
      for (const item of await items(run)) expect(item.error_class).toBe('too_large');
      expect((await items(run)).length).toBe(failed);
    }));
});
