import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Json, RunsFixture } from './runs.support.ts';
import { withSystems } from './two-systems.support.ts';

const ORG = 'org-refusals';
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const failures = async (run: Json): Promise<Json[]> =>
  (await fixture.call(ORG, 'GET', `/progress/${run.progress.sync_id}/items`)).body.items;

describe('What a destination refused', () => {
  it('An item that fails for good is not sent again in every run', () =>
    withSystems(fixture, ORG, { shop: {}, odoo: { version: 19 }, recorded: true }, async (systems) => {
      const { odoo, shopId, back, sent } = systems;
      const emails = ['no mail', 'bad@', 'ada@shop.example'];
      const [first = 0] = emails.map((email) =>
        odoo.admin.create('res.partner', { name: `P ${email}`, email, customer_rank: 1 }),
      );
      const sync = async (more: object = {}) => {
        const run = await fixture.run(ORG, { ...back('customer'), ...more });
        return { run, codes: (await failures(run)).map(({ error_class }) => error_class), posts: sent().shop.length };
      };
      const codes = ['customer_invalid_email', 'customer_invalid_email'];
      const made = await sync();
      expect(made.run.counts).toEqual({ created: 1, failed: 2 });
      expect([made.codes, made.posts]).toEqual([codes, 1]);
      for (const mode of ['full', 'incremental'] as const) {
        const again = await sync({ mode });
        expect([again.run.counts.failed, again.codes, again.posts]).toEqual([2, codes, 0]);
        for (const { message } of await failures(again.run)) expect(message).toContain('Unchanged since');
      }

      // A person who asks for it sends it again.
      const { run } = await sync();
      const retry = await fixture.call(ORG, 'POST', `/progress/${run.progress.sync_id}/retry-failed`, {});
      expect((await fixture.ended(ORG, retry.body.sync_id)).counts).toEqual({ failed: 2 });
      expect(sent().shop).toHaveLength(1);

      // Other settings may make it possible.
      const { body } = await fixture.call(ORG, 'GET', `/connections/${shopId}`);
      const settings = { ...body.settings, batch_size: 50 };
      expect((await fixture.call(ORG, 'PATCH', `/connections/${shopId}`, { settings })).status).toBe(200);
      expect((await sync()).posts).toBe(1);
      expect((await sync()).posts).toBe(0);

      odoo.admin.write('res.partner', [first], { email: 'mended@shop.example' });
      const mended = await sync();
      expect([mended.run.counts, mended.posts]).toEqual([{ created: 1, failed: 1, unchanged: 1 }, 1]);
    }));
});
