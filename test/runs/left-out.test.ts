import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BentShop, withBentShop } from './bent-shop.support.ts';
import { type Json, RunsFixture } from './runs.support.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const SECRET = 'a-secret-of-enough-letters';

/** Sends a webhook of an account, and waits for its run; returns that. */
async function told({ org, id, shop }: BentShop, account: number, topic = 'customer.created'): Promise<Json> {
  const hooks = async (): Promise<Json[]> =>
    (await fixture.call(org, 'GET', `/runs?connection_id=${id}&limit=100`)).body.items.filter(
      ({ kind }: Json) => kind === 'webhook',
    );
  const before = new Set((await hooks()).map(({ sync_id }) => sync_id));
  const row = shop
    .state()
    .customers()
    .find((one) => one.id === account);
  const body = JSON.stringify({ id: account, email: row?.email, role: row?.role, told: before.size });
  const signature = createHmac('sha256', SECRET).update(body).digest('base64');
  const headers = { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': signature };
  expect((await send(fixture.service, `/api/sync/hooks/${id}`, { ...headers, method: 'POST', body })).status).toBe(200);
  return waitFor('the run of the webhook has ended', async () =>
    (await hooks()).find(({ sync_id, progress }) => !before.has(sync_id) && progress.completed_at),
  );
}

/** A shop whose webhooks lead to another one. */
const withShops = (work: (bent: BentShop, other: BentShop) => Promise<void>) =>
  withBentShop(fixture, (bent) =>
    withBentShop(
      fixture,
      async (other) => {
        const settings = { allow_http: true, home_url: bent.shop.url, webhook_destination: other.id };
        await fixture.call(bent.org, 'PATCH', `/connections/${bent.id}`, { webhook_secret: SECRET, settings });
        await work(bent, other);
      },
      { org: bent.org, seed: 7 },
    ),
  );

const emails = ({ shop }: BentShop) =>
  shop
    .state()
    .customers()
    .map(({ email }) => email);

describe('An account whose role the connection does not read', () => {
  it('A webhook of an account whose role is not read brings nobody', () =>
    withShops(async (bent, other) => {
      const { id: subscriber } = bent.shop.admin.createCustomer({ email: 'reader@shop.example' });
      bent.shop.admin.setCustomerRole(subscriber, 'subscriber');
      const { id: customer } = bent.shop.admin.createCustomer({ email: 'buyer@shop.example' });
      expect((await told(bent, subscriber)).counts).toEqual({ unchanged: 1 });
      expect((await told(bent, customer)).counts).toEqual({ created: 1 });
      expect(emails(other)).toContain('buyer@shop.example');
      expect(emails(other)).not.toContain('reader@shop.example');
      expect((await bent.live('customer')).map(({ external_id }) => external_id)).toEqual([String(customer)]);

      bent.shop.admin.setCustomerRole(subscriber, 'customer');
      expect((await told(bent, subscriber, 'customer.updated')).counts).toEqual({ created: 1 });
    }));

  it('that was synced before stays, and goes on being synced, by webhooks as by full syncs', () =>
    withShops(async (bent, other) => {
      const { id } = bent.shop.admin.createCustomer({ email: 'buyer@shop.example', first_name: 'B' });
      await told(bent, id);
      bent.shop.admin.setCustomerRole(id, 'shop_manager');
      bent.shop.admin.updateCustomer(id, { first_name: 'C' });
      expect((await told(bent, id, 'customer.updated')).counts).toEqual({ updated: 1 });
      bent.shop.admin.updateCustomer(id, { first_name: 'D' });
      const run = await bent.sync('customer', { destination: { connection_id: other.id } });
      expect(run.counts).toEqual({ updated: 1 });
      const kept = other.shop
        .state()
        .customers()
        .find(({ email }) => email === 'buyer@shop.example');
      expect(kept).toMatchObject({ first_name: 'D' });
    }));

  it('and that somebody tries again fails, and says which setting brings it', () =>
    withShops(async (bent, other) => {
      const { id } = bent.shop.admin.createCustomer({ email: 'buyer@shop.example' });
      bent.proxy.bend(async (request, forward) => {
        const answer = await forward();
        if (request.method !== 'GET' || !request.url.pathname.endsWith('/customers')) return answer;
        const rows: Json[] = JSON.parse(answer.body);
        return { ...answer, body: JSON.stringify(rows.map((row) => ({ ...row, ...(row.id === id && { email: 7 }) }))) };
      });
      const run = await bent.sync('customer', { destination: { connection_id: other.id } });
      expect(run.counts).toEqual({ failed: 1 });
      bent.proxy.bend(null);
      bent.shop.admin.setCustomerRole(id, 'subscriber');
      const { body } = await fixture.call(bent.org, 'POST', `/progress/${run.sync_id}/retry-failed`, {});
      const again = await fixture.ended(bent.org, body.sync_id);
      expect(again.counts).toEqual({ failed: 1 });
      const [item] = await bent.items(again);
      expect(item).toMatchObject({
        error_class: 'left_out',
        message: expect.stringMatching(/role subscriber.*customer_roles/),
      });
      expect(emails(other)).not.toContain('buyer@shop.example');
    }));
});
