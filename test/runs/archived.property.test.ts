import type { OdooSandbox, WooCommerceSandbox } from '@sync-operations/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmptySystems, partnersOf, templatesOf, withEmpty } from './empty-systems.support.ts';
import { type Json, RunsFixture } from './runs.support.ts';

/** How many sequences are tried. */
const SEQUENCES = Number(process.env.ARCHIVE_SEQUENCES ?? 3);

let fixture: RunsFixture;
beforeAll(async () => {
  fixture = await RunsFixture.start();
});
afterAll(() => fixture.close());

const KEYS = [0, 1] as const;
const EVENTS = {
  customer: ['create', 'order', 'delete', 'delete', 'archive'],
  product: ['create', 'delete', 'trash', 'restore', 'archive'],
} as const;
const ENTITIES = ['customer', 'product'] as const;
const MODES = ['full', 'incremental', 'preview'] as const;

type Entity = (typeof ENTITIES)[number];
type Event = (typeof EVENTS)[Entity][number];
type Step =
  | { readonly do: Event; readonly key: number; readonly entity: Entity }
  | { readonly do: 'sync'; readonly entity: Entity; readonly mode: (typeof MODES)[number] };

const eventOf = (entity: Entity) =>
  fc.record({
    do: fc.constantFrom<Event[]>(...EVENTS[entity]),
    key: fc.constantFrom(...KEYS),
    entity: fc.constant(entity),
  });
const sync = fc.record({
  do: fc.constant('sync' as const),
  entity: fc.constantFrom(...ENTITIES),
  mode: fc.constantFrom(...MODES),
});
const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(eventOf('customer'), eventOf('product'), sync), {
  minLength: 10,
  maxLength: 30,
});

const emailOf = (key: number) => `k${key}@shop.example`;
const skuOf = (key: number) => `K-${key}`;

/** What an event does; nothing where the shop refuses it or has nothing to do it to. */
function happen({ shop, odoo }: EmptySystems, step: Extract<Step, { key: number }>, putAway: Set<string>): void {
  const { key, entity: of } = step;
  const email = emailOf(key);
  const product =
    shop
      .state()
      .products()
      .find(({ sku }) => sku === skuOf(key))?.id ?? 0;
  const account =
    shop
      .state()
      .customers()
      .find((one) => one.email === email)?.id ?? 0;
  const events: Record<Event, () => void> = {
    create: () =>
      of === 'customer'
        ? shop.admin.createCustomer({ email, first_name: `K${key}` })
        : shop.admin.createProduct({ name: `K${key}`, sku: skuOf(key), regular_price: '5' }),
    // A guest, however the email is written.
    order: () =>
      shop.admin.createOrder({ status: 'processing', billing: { email: email.toUpperCase(), first_name: `K${key}` } }),
    delete: () => (of === 'customer' ? shop.admin.deleteCustomer(account) : shop.admin.deleteProduct(product)),
    trash: () => shop.admin.trashProduct(product),
    restore: () => shop.admin.restoreProduct(product),
    archive: () => {
      const model = of === 'customer' ? 'res.partner' : 'product.template';
      const active = entriesOf(odoo, of, key).filter((one) => one.active);
      for (const { id } of active) putAway.add(`${of} ${key}`) && odoo.admin.archive(model, [id]);
    },
  };
  try {
    events[step.do]();
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'TypeError') throw error;
  }
}

const entriesOf = (odoo: OdooSandbox, of: Entity, key: number): Json[] =>
  of === 'customer' ? partnersOf(odoo, emailOf(key)) : templatesOf(odoo, skuOf(key));

function isLiving(shop: WooCommerceSandbox, of: Entity, key: number): boolean {
  const { customers, products, orders } = shop.state();
  if (of === 'product') return products().some(({ sku, status }) => sku === skuOf(key) && status !== 'trash');
  const isOf = (email = '') => email.toLowerCase() === emailOf(key);
  return (
    customers().some(({ email }) => isOf(email)) ||
    orders().some(({ billing, status }) => isOf(billing.email) && status !== 'trash')
  );
}

async function runSync(
  { org, ids, sync: start }: EmptySystems,
  of: string,
  mode: (typeof MODES)[number],
): Promise<Json> {
  if (mode !== 'preview') return start(of, { mode });
  const ends = { source_connection_id: ids.shop, destination: { connection_id: ids.odoo }, entity_type: of };
  const { source_connection_id, ...body } = ends;
  const asked = await fixture.call(org, 'POST', `/connections/${source_connection_id}/preview`, body);
  await fixture.ended(org, asked.body.sync_id);
  return start(of, { preview: asked.body.cache_key });
}

it('After any sequence of events each living item of a key has exactly one active entry, and no other entry is active', async () => {
  const anew: Step[] = (['delete', 'create'] as const).map((event) => ({ do: event, key: 0, entity: 'customer' }));
  const first: Step = { do: 'create', key: 0, entity: 'customer' };
  const examples: [Step[]][] = [[[first, { do: 'sync', entity: 'customer', mode: 'full' }, ...anew]]];
  await fc.assert(
    fc.asyncProperty(steps, (given) =>
      withEmpty(
        fixture,
        async (systems) => {
          const { org, shop, odoo } = systems;
          const putAway = new Set<string>();
          for (const step of given) {
            if (step.do === 'sync') await runSync(systems, step.entity, step.mode);
            else happen(systems, step, putAway);
          }
          for (const of of ENTITIES) {
            await systems.sync(of);
            const last = await systems.sync(of);
            expect([
              last.progress.status,
              Object.keys(last.counts)
                .sort()
                .filter((name) => !['conflict', 'unchanged'].includes(name)),
            ]).toEqual(['completed', []]);
            const { items } = (await fixture.call(org, 'GET', `/progress/${last.progress.sync_id}/items`)).body;
            let told = 0;
            for (const key of KEYS) {
              const active = entriesOf(odoo, of, key).filter((one) => one.active).length;
              const living = isLiving(shop, of, key);
              // What a person archived stays so, and is told.
              const stays = living && active === 0 && putAway.has(`${of} ${key}`);
              told += stays ? 1 : 0;
              if (!stays) expect([of, key, active]).toEqual([of, key, living ? 1 : 0]);
            }
            expect(items.map(({ error_class }: Json) => error_class)).toEqual(
              Array(told).fill('archived_at_destination'),
            );
          }
        },
        { delete_guard_percent: 100 },
      ),
    ),
    { numRuns: SEQUENCES, examples },
  );
});
