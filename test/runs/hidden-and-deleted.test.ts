import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Json, newOrgName, RunsFixture } from './runs.support.ts';
import { withSystems } from './two-systems.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '4' });
});
afterAll(() => fixture.close());

const SECRET = 'a-secret-of-enough-letters';
const itemsOf = async (org: string, { sync_id }: Json): Promise<Json[]> =>
  (await fixture.call(org, 'GET', `/progress/${sync_id}/items`)).body.items;

describe('What a key may no longer see', () => {
  it.each([18, 19] as const)(
    'A partner that the key may no longer see is not deleted in the shop (Odoo %s)',
    (version) => {
      const org = newOrgName();
      return withSystems(fixture, org, { shop: {}, odoo: { version } }, async ({ shop, odoo, odooId, back }) => {
        const ids = Array.from({ length: 10 }, (_, n) =>
          odoo.admin.create('res.partner', { name: `P ${n}`, email: `p${n}@odoo.example`, customer_rank: 1 }),
        );
        expect((await fixture.run(org, back('customer'))).counts).toEqual({ created: 10 });
        odoo.admin.hide('res.partner', [ids[4] as number]);
        const run = await fixture.run(org, back('customer'));
        expect(run.counts).toEqual({ unchanged: 9, failed: 1 });
        expect(await itemsOf(org, run)).toMatchObject([{ external_id: String(ids[4]), error_class: 'no_access' }]);
        expect(shop.state().counts.customers).toBe(10);

        odoo.admin.hide('res.partner', ids.slice(0, 6));
        const stopped = await fixture.run(org, back('customer'));
        expect(stopped.progress).toMatchObject({
          status: 'failed',
          error_message: expect.stringMatching(/hidden from this key/),
        });
        expect(shop.state().counts.customers).toBe(10);

        odoo.admin.hide('res.partner', []);
        odoo.admin.unlink('res.partner', [ids[4] as number]);
        expect((await fixture.run(org, back('customer'))).counts).toEqual({ unchanged: 9, deleted: 1 });
        expect(odooId).toBeTruthy();
      });
    },
  );
});

describe('Deletions that are told one by one', () => {
  it('The guard holds for deletions told one by one', () => {
    const org = newOrgName();
    return withSystems(
      fixture,
      org,
      { shop: {}, odoo: { version: 19 } },
      async ({ shop, odoo, shopId, odooId, there }) => {
        const ids = Array.from(
          { length: 20 },
          (_, n) => shop.admin.createProduct({ name: `P ${n}`, sku: `P-${n}`, regular_price: '10' }).id,
        );
        expect((await fixture.run(org, there('product'), 60_000)).counts).toEqual({ created: 20 });
        const settings = { allow_http: true, home_url: shop.url, webhook_destination: odooId };
        await fixture.call(org, 'PATCH', `/connections/${shopId}`, { webhook_secret: SECRET, settings });
        for (const id of ids.slice(0, 10)) {
          shop.admin.trashProduct(id);
          const body = JSON.stringify({ id });
          const signature = createHmac('sha256', SECRET).update(body).digest('base64');
          const headers = { 'x-wc-webhook-topic': 'product.deleted', 'x-wc-webhook-signature': signature };
          await send(fixture.service, `/api/sync/hooks/${shopId}`, { ...headers, method: 'POST', body });
        }
        const runs: Json[] = await waitFor('the webhook runs have ended', async () => {
          const { body } = await fixture.call(org, 'GET', `/runs?connection_id=${shopId}&limit=100`);
          const hooks = body.items.filter(({ kind }: Json) => kind === 'webhook');
          return hooks.length > 0 && hooks.every(({ progress }: Json) => progress.completed_at) ? hooks : undefined;
        });
        const archived = () => odoo.admin.search('product.template', [['active', '=', false]]).length;
        expect(archived()).toBeLessThanOrEqual(3);
        const failed = runs.filter(({ progress }) => progress.status === 'failed');
        expect(failed.length).toBeGreaterThan(0);
        for (const { progress } of failed) expect(progress.error_message).toMatch(/above the guard of 15 %/);
        const reason = { override_guard: { reason: 'The collection of last year is over.' } };
        await fixture.run(org, { ...there('product'), ...reason }, 60_000);
        expect(archived()).toBe(10);
      },
    );
  });
});
