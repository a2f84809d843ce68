import type { FaultRule, OdooFaults } from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect } from 'vitest';
import { RunsFixture } from './runs.support.ts';
import { together } from './together.support.ts';
import { type TwoSystems, withSystems } from './two-systems.support.ts';

const ORG = 'org-faults';
const CUSTOMERS = 300;
let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start({ SYNC_WORKER_CONCURRENCY: '16', SYNC_ORG_CONCURRENCY: '16' });
});
afterAll(() => fixture.close());

type Version = 18 | 19;
/** Where every fourth request fails, one try after the other may fail: then the run goes on after a minute, and after two more. */
const RUN_MS = 240_000;
const run = (ends: object) => fixture.run(ORG, ends, RUN_MS);
const itemsOf = async (syncId: string) =>
  (await fixture.call(ORG, 'GET', `/progress/${syncId}/items?limit=200`)).body.items;
const retry = async (syncId: string) => {
  const { body } = await fixture.call(ORG, 'POST', `/progress/${syncId}/retry-failed`);
  return fixture.ended(ORG, body.sync_id, 50_000);
};

const withCustomers = (version: Version, work: (systems: TwoSystems) => Promise<void>) =>
  withSystems(fixture, ORG, { shop: { customers: CUSTOMERS }, odoo: { version } }, work);

/** Each customer of the shop is one partner. */
function expectAllThere({ shop, odoo }: TwoSystems): void {
  const partners = odoo.admin.search('res.partner', [['customer_rank', '>', 0]]);
  const emails = odoo.admin.read('res.partner', partners, ['email']).map(({ email }) => email);
  const wanted = shop
    .state()
    .customers()
    .filter(({ role }) => role === 'customer');
  expect(emails.sort()).toEqual(wanted.map(({ email }) => email).sort());
}

/** What an Odoo does wrong, and the shop's customers come over all the same, each once. */
const comesThrough =
  (version: Version, faults: readonly FaultRule[], own: OdooFaults = {}) =>
  () =>
    withCustomers(version, async (systems) => {
      const { odoo, there } = systems;
      odoo.setFaults(faults);
      odoo.setOdooFaults(own);
      expect(await run(there('customer'))).toMatchObject({
        counts: { created: CUSTOMERS },
        progress: { status: 'completed', total_items: CUSTOMERS, processed_count: CUSTOMERS, failed_count: 0 },
      });
      odoo.setFaults([]);
      odoo.setOdooFaults({});
      expectAllThere(systems);
      expect((await run(there('customer'))).counts).toEqual({ unchanged: CUSTOMERS });
    });

const CREATE = '/res.partner/create';
/** A shop takes no customer without one. */
const WITH_EMAIL = { customer_domain: [['email', '!=', false]] };

together(
  {
    'Odoo 18 responds with 429: the run waits': comesThrough(18, [
      { kind: 'too-many-requests', every: 5, retryAfter: 1, times: 2 },
    ]),
    'Odoo 19 responds with 429: the run waits': comesThrough(19, [
      { kind: 'too-many-requests', every: 5, retryAfter: 1, times: 2 },
    ]),
    'Odoo 18 sometimes responds with 500': comesThrough(18, [{ kind: 'server-error', every: 4 }]),
    'Odoo 19 responds to creates with 500': comesThrough(19, [{ kind: 'server-error', match: CREATE, every: 2 }]),
    'Odoo 19 responds slowly': comesThrough(19, [{ kind: 'slow', ms: 80 }]),
    'Odoo 18 cuts responses off': comesThrough(18, [{ kind: 'truncated', every: 4 }]),
    'Odoo 19 cuts responses to creates off': comesThrough(19, [{ kind: 'truncated', match: CREATE, every: 2 }]),
    'Odoo 18 drops connections': comesThrough(18, [{ kind: 'dropped', every: 4 }]),
    'Odoo 18 saves and its responses are lost: nothing is there twice': comesThrough(18, [
      { kind: 'response-lost', every: 3 },
    ]),
    'Odoo 19 creates and its responses are lost: nothing is there twice': comesThrough(19, [
      { kind: 'response-lost', match: CREATE, times: 2 },
    ]),
    'Odoo 18 cannot serialize': comesThrough(18, [], { serializationFailureEvery: 2 }),
    'Odoo 19 cannot serialize': comesThrough(19, [], { serializationFailureEvery: 2 }),

    ...Object.fromEntries(
      ([18, 19] as const).map((version) => [
        `Odoo ${version} refuses some: they are named with the reason, and only they are tried again`,
        () =>
          withCustomers(version, async (systems) => {
            const { odoo, there } = systems;
            const message = 'This address is on the list of the banned.';
            odoo.setOdooFaults({
              refuse: [{ model: 'res.partner', field: 'email', matching: /customer(7|42|250)@/, message }],
            });
            const first = await run(there('customer'));
            expect(first).toMatchObject({
              counts: { created: CUSTOMERS - 3, failed: 3 },
              progress: { status: 'completed_with_errors', processed_count: CUSTOMERS - 3, failed_count: 3 },
            });
            const items = await itemsOf(first.sync_id);
            expect(items).toHaveLength(3);
            for (const item of items)
              expect(item).toMatchObject({
                outcome: 'failed',
                error_class: 'validation_error',
                message: expect.stringContaining('banned'),
                payload: { email: expect.stringMatching(/customer(7|42|250)@/) },
              });
            odoo.setOdooFaults({});
            odoo.resetCalls();
            expect(await retry(first.sync_id)).toMatchObject({ counts: { created: 3 }, progress: { total_items: 3 } });
            expect(odoo.calls()['res.partner.create']).toBe(1);
            expectAllThere(systems);
          }),
      ]),
    ),

    ...Object.fromEntries(
      ([18, 19] as const).map((version) => [
        `the key of Odoo ${version} expires during the sync: it fails and says so, and a later one continues`,
        () =>
          withCustomers(version, async (systems) => {
            const { odoo, there } = systems;
            odoo.setOdooFaults({ keyExpiresAtCall: 15 });
            const failed = await run(there('customer'));
            expect(failed.progress).toMatchObject({
              status: 'failed',
              error_message: expect.stringMatching(/credential|key/i),
            });
            expect(JSON.stringify(failed)).not.toContain(odoo.apiKey);
            const done = failed.counts.created ?? 0;
            expect(done).toBeGreaterThan(0);
            expect(done).toBeLessThan(CUSTOMERS);
            odoo.setOdooFaults({});
            const { counts } = await run(there('customer'));
            expect((counts.created ?? 0) + (counts.unchanged ?? 0) + (counts.updated ?? 0)).toBe(CUSTOMERS);
            expectAllThere(systems);
          }),
      ]),
    ),

    'the shop refuses items of a batch: they are named, and tried again alone': () =>
      withSystems(
        fixture,
        ORG,
        { shop: {}, odoo: { version: 19, partners: 120 }, odooSettings: WITH_EMAIL },
        async ({ shop, back }) => {
          shop.setFaults([{ kind: 'item-errors', match: '/customers/batch', items: 3 }]);
          const first = await run(back('customer'));
          const { created, failed } = first.counts;
          expect([first.progress.status, first.progress.failed_count]).toEqual(['completed_with_errors', failed]);
          expect(created).toBe(shop.state().counts.customers);
          const items = await itemsOf(first.sync_id);
          expect(items).toHaveLength(failed);
          expect(items[0]).toMatchObject({
            outcome: 'failed',
            error_class: expect.any(String),
            message: expect.any(String),
          });
          shop.setFaults([]);
          const again = await retry(first.sync_id);
          expect(again).toMatchObject({ progress: { total_items: failed }, counts: { created: failed } });
          expect(shop.state().counts.customers).toBe(first.progress.total_items);
        },
      ),

    'the shop takes small batches only: they shrink': () =>
      withSystems(
        fixture,
        ORG,
        { shop: { batchLimit: 30 }, odoo: { version: 18, partners: 120 }, odooSettings: WITH_EMAIL },
        async ({ shop, back }) => {
          shop.setFaults([{ kind: 'response-lost', match: '/customers/batch', from: 4, times: 1 }]);
          const { counts, progress } = await run(back('customer'));
          expect([counts, progress.status]).toEqual([{ created: progress.total_items }, 'completed']);
          expect(shop.state().counts.customers).toBe(progress.total_items);
          expect((await run(back('customer'))).counts).toEqual({ unchanged: progress.total_items });
        },
      ),
  },
  2 * RUN_MS,
);
