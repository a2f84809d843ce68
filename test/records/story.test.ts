import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScheduleRunner } from '../../src/schedules/schedule.runner.ts';
import { runAsWorker } from '../../src/tenancy/tenant.context.ts';
import { Previews } from '../previews/previews.support.ts';
import { undo } from '../previews/undo.support.ts';
import { type Json, newOrgName, RunsFixture } from '../runs/runs.support.ts';
import { withSystems } from '../runs/two-systems.support.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const NO_GUARD = { delete_guard_percent: 100 };
const SECRET = 'a-secret-of-enough-letters';

/** A line an entry, the oldest first: what became of the item, by what and whom. */
function story({ items }: Json): string[] {
  return items
    .map((entry: Json) => {
      const changed = entry.fields.map(({ field, old, new: next }: Json) => `${field} ${old} → ${next}`).join(', ');
      const why = entry.error_class ?? entry.message;
      const kind = `${entry.kind}${entry.undoes_sync_id ? ' (undo)' : ''}`;
      return [`${entry.event}, ${kind}, ${entry.trigger} of ${entry.requested_by}`, changed, why]
        .filter(Boolean)
        .join(': ');
    })
    .reverse();
}

async function as(orgId: string, sub: string, path: string, body: object): Promise<Json> {
  const authorization = `Bearer ${await token(orgId, { sub, scope: 'sync:admin' })}`;
  const answer = await send(fixture.service, `/api/sync${path}`, {
    method: 'POST',
    authorization,
    body: JSON.stringify(body),
  });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

describe('The story of an item', () => {
  it('is told from its making to its removal, and who or what started each part of it', async () => {
    const orgId = newOrgName();
    const systems = { shop: { customers: 2 }, odoo: { version: 19 as const, partners: 0 } };
    await withSystems(fixture, orgId, { ...systems, odooSettings: NO_GUARD }, async (both) => {
      const { shop, odoo, odooId, shopId } = both;
      const ends = both.there('customer');
      const previews = new Previews(fixture, orgId);
      await fixture.call(orgId, 'PATCH', `/connections/${shopId}`, {
        ...{ webhook_secret: SECRET, settings: { home_url: shop.url, ...NO_GUARD, webhook_destination: odooId } },
      });
      const billing = { city: 'Bern', country: 'CH', phone: '1' };
      const person = { email: 'ann@x.example', first_name: 'Ann', last_name: 'Ho' };
      const { id } = shop.admin.createCustomer({ ...person, billing });
      const change = (more: object, which = id) =>
        shop.admin.updateCustomer(which, { billing: { ...billing, ...more } });
      const run = async (by: string, more: object = {}) => {
        const { sync_id } = await as(orgId, by, '/runs', { ...ends, mode: 'full', ...more });
        return fixture.ended(orgId, sync_id);
      };

      await run('maria');
      const [partner = 0] = odoo.admin.search('res.partner', [['email', '=', person.email]]);

      change({ phone: '2' });
      const schedule = { entity_type: 'customer', mode: 'full', cron: '0 4 * * *', destination: ends.destination };
      const { id: scheduled } = await as(orgId, 'maria', `/connections/${shopId}/schedules`, schedule);
      const due = `UPDATE sync_schedules SET next_run_at = next_run_at - interval '1 day' WHERE id = $1`;
      await sql(fixture.service.database.superuserUrl, due, [scheduled]);
      await runAsWorker(orgId, () => fixture.service.app.get(ScheduleRunner).runDue(scheduled));
      const last = async (trigger: string) => {
        const { body } = await fixture.call(orgId, 'GET', `/runs?connection_id=${shopId}`);
        return body.items.find((one: Json) => one.trigger === trigger && one.state === 'ended');
      };
      await waitFor('the schedule has run', () => last('schedule'));

      change({ phone: '3' });
      const body = JSON.stringify({ id });
      const signature = createHmac('sha256', SECRET).update(body).digest('base64');
      const headers = { 'x-wc-webhook-topic': 'customer.updated', 'x-wc-webhook-signature': signature };
      expect(
        (await send(fixture.service, `/api/sync/hooks/${shopId}`, { ...headers, method: 'POST', body })).status,
      ).toBe(200);
      await waitFor('the webhook has run', () => last('webhook'));

      change({ phone: '3', city: 'Chur' });
      odoo.admin.write('res.partner', [partner], { city: 'Davos' });
      await run('jan');
      odoo.admin.write('res.partner', [partner], { city: 'Bern' });
      change({ phone: '3', city: 'Chur', country: 'QQ' });
      const failed = await run('jan');
      change({ phone: '3', city: 'Chur' });
      const retry = await as(orgId, 'maria', `/progress/${failed.sync_id}/retry-failed`, {});
      await fixture.ended(orgId, retry.sync_id);

      // One preview is applied as it is, of the other the item changes while it waits for a second person.
      change({ phone: '4', city: 'Chur' });
      const applied = await run('jan', { preview: (await previews.preview(ends)).key });
      await undo(fixture, orgId, applied.sync_id);
      await fixture.call(orgId, 'PATCH', '/settings', { approval_changes: 0 });
      const waiting = await as(orgId, 'jan', '/runs', { ...ends, preview: (await previews.preview(ends)).key });
      change({ phone: '5', city: 'Chur' });
      await as(orgId, 'maria', `/runs/${waiting.sync_id}/approve`, {});
      await fixture.ended(orgId, waiting.sync_id);
      await fixture.call(orgId, 'PATCH', '/settings', { approval_changes: -1 });

      shop.admin.deleteCustomer(id);
      await run('jan');
      const again = shop.admin.createCustomer({ ...person, billing: { ...billing, phone: '3', city: 'Chur' } });
      await run('jan');
      const whole = (await fixture.call(orgId, 'GET', '/items?entity_type=customer&email=ANN@x.example')).body;
      expect(whole.identities).toEqual(
        expect.arrayContaining([
          { connection_id: shopId, external_id: String(again.id), is_bound: false },
          { connection_id: shopId, external_id: String(id), is_bound: false },
          { connection_id: odooId, external_id: String(partner), is_bound: true },
        ]),
      );
      shop.admin.deleteCustomer(again.id);
      await run('jan');
      odoo.admin.unlink('res.partner', [partner]);
      await fixture.run(orgId, { ...both.back('customer'), destination: 'records' });

      const query = `external_id=${partner}&connection_id=${odooId}&limit=200`;
      expect(story((await fixture.call(orgId, 'GET', `/items?entity_type=customer&${query}`)).body)).toEqual([
        'created, sync, request of maria',
        'updated, sync, schedule of maria: phone 1 → 2',
        'updated, webhook, webhook of webhook: phone 2 → 3',
        'conflict, sync, request of jan: billing.city Davos → Chur: changed_on_both_sides',
        'failed, sync, request of jan: unknown_country',
        'updated, retry, request of maria: billing.city Bern → Chur',
        'updated, apply, request of jan: phone 3 → 4',
        'updated, apply (undo), request of user-1: phone 4 → 3',
        'skipped, apply, request of jan: stale_preview',
        'archived, sync, request of jan',
        'restored, sync, request of jan: active false → true',
        'archived, sync, request of jan',
      ]);
    });
  }, 120_000);

  it('tells what is kept otherwise than it was sent, left to another shop, and deleted for good', async () => {
    const orgId = newOrgName();
    const [shop, other, erp] = await Promise.all(
      ['shop', 'other', 'erp'].map((name) => fixture.connect(orgId, name, NO_GUARD)),
    );
    if (!shop || !other || !erp) throw new Error('not connected');
    const from = (source: string) => ({ source_connection_id: source, destination: { connection_id: erp.id } });
    const ann = { email: 'ann@x.example', name: 'Ann', phone: null };
    const [id, theirs] = [shop.system.put(ann), other.system.put(ann)];
    await fixture.run(orgId, from(shop.id));
    await fixture.run(orgId, from(other.id));
    const [entry = ''] = erp.system.items.keys();
    erp.system.phoneLength = 4;
    shop.system.put({ ...ann, phone: '12345678' }, id);
    await fixture.run(orgId, from(shop.id));
    shop.system.remove(id);
    await fixture.run(orgId, from(shop.id));
    other.system.remove(theirs);
    await fixture.run(orgId, from(other.id));
    const ask = async (query: string) =>
      (await fixture.call(orgId, 'GET', `/items?entity_type=customer&${query}`)).body;
    const whole = await ask(`external_id=${entry}&connection_id=${erp.id}`);
    expect(story(whole)).toEqual([
      'created, sync, request of user-1',
      expect.stringMatching(/^(updated|warned), sync, request of user-1: .*(phone|stored_otherwise)/),
      expect.stringMatching(/^(updated|warned), sync, request of user-1: .*(phone|stored_otherwise)/),
      expect.stringMatching(/^unbound, sync, request of user-1: .*an item of another system is bound to it, too/),
      'deleted, sync, request of user-1',
    ]);
    expect(whole.items.map(({ event }: Json) => event).filter((event: string) => event === 'warned')).toHaveLength(1);
    expect(whole.identities.map(({ is_bound }: Json) => is_bound)).not.toContain(true);
  });

  it('of a product is found by its SKU, and of an order by its number, with what it is bound to', async () => {
    const orgId = newOrgName();
    const systems = { shop: { customers: 0 }, odoo: { version: 19 as const, partners: 0 } };
    await withSystems(fixture, orgId, systems, async ({ shop, odoo, there, shopId, odooId }) => {
      const product = shop.admin.createProduct({ name: 'Lamp', sku: 'LAMP-1', regular_price: '10' });
      const { id: customer_id } = shop.admin.createCustomer({ email: 'ann@x.example', first_name: 'Ann' });
      const line_items = [{ product_id: product.id, quantity: 1 }];
      const order = shop.admin.createOrder({ customer_id, status: 'processing', line_items });
      for (const entity of ['customer', 'product', 'order']) await fixture.run(orgId, there(entity));
      const [template = 0] = odoo.admin.search('product.template', [['default_code', '=', 'LAMP-1']]);
      const [sale = 0] = odoo.admin.search('sale.order', [['client_order_ref', '!=', false]]);
      for (const [query, here, entry] of [
        ['entity_type=product&sku=LAMP-1', product.id, template],
        [`entity_type=order&number=${order.number}`, order.id, sale],
      ] as const) {
        const { body } = await fixture.call(orgId, 'GET', `/items?${query}`);
        expect(story(body)).toEqual(['created, sync, request of user-1']);
        expect(body.items[0]).toMatchObject({ external_id: String(here), destination_id: String(entry) });
        expect(body.identities).toHaveLength(2);
        expect(body.identities).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ connection_id: shopId, external_id: String(here) }),
            { connection_id: odooId, external_id: String(entry), is_bound: true },
          ]),
        );
      }
    });
  });
});
