import fc from 'fast-check';
import { SHARED, type ShopName } from './year.people.ts';

/** Something that people do in a year. `pick` chooses among what is there at that time. */
export type YearEvent =
  | { readonly what: PersonEvent; readonly shop: ShopName; readonly key: number }
  | { readonly what: ProductEvent; readonly shop: ShopName; readonly key: number; readonly cents: number }
  | {
      readonly what: 'order' | 'guest orders';
      readonly shop: ShopName;
      readonly key: number;
      readonly lines: readonly Line[];
    }
  | { readonly what: OrderEvent; readonly shop: ShopName; readonly pick: number; readonly quantity: number }
  | { readonly what: 'connection is removed and added again'; readonly shop: ShopName }
  | {
      readonly what: 'sync';
      readonly shop: ShopName;
      readonly mode: 'full' | 'incremental';
      readonly trouble: Trouble;
    };

export type PersonEvent = 'register' | 'rename' | 'leave';
export type ProductEvent = 'offer' | 'price' | 'retitle' | 'trash' | 'restore' | 'delete';
export type OrderEvent = 'change quantity' | 'change status' | 'trash order' | 'restore order' | 'delete order';
/** What the network does during a sync. */
export type Trouble = 'none' | 'responses of the shop are lost' | 'responses of Odoo are lost' | 'drops' | 'errors';

export interface Line {
  /** Chooses among the products on sale. */
  readonly pick: number;
  readonly quantity: number;
  /** The price of the line in cents less this; discounts leave amounts that no price in cents makes. */
  readonly off: number;
}

const shop = fc.constantFrom<ShopName>('north', 'south');
const key = fc.nat(SHARED.last);
const line: fc.Arbitrary<Line> = fc.record({
  pick: fc.nat(1_000),
  quantity: fc.integer({ min: 1, max: 9 }),
  off: fc.oneof(fc.constant(0), fc.nat(99)),
});

const person = (what: PersonEvent) => fc.record({ what: fc.constant(what), shop, key });
const product = (what: ProductEvent) =>
  fc.record({ what: fc.constant(what), shop, key, cents: fc.integer({ min: 1, max: 50_000 }) });
const order = (what: OrderEvent) =>
  fc.record({ what: fc.constant(what), shop, pick: fc.nat(10_000), quantity: fc.integer({ min: 1, max: 9 }) });
const buy = (what: 'order' | 'guest orders') =>
  fc.record({ what: fc.constant(what), shop, key, lines: fc.array(line, { minLength: 1, maxLength: 3 }) });

/** A sync of a shop for every thirty other events. */
const event: fc.Arbitrary<YearEvent> = fc.oneof(
  { weight: 70, arbitrary: person('register') },
  { weight: 40, arbitrary: person('rename') },
  { weight: 25, arbitrary: person('leave') },
  { weight: 60, arbitrary: product('offer') },
  { weight: 60, arbitrary: product('price') },
  { weight: 30, arbitrary: product('retitle') },
  { weight: 15, arbitrary: product('trash') },
  { weight: 15, arbitrary: product('restore') },
  { weight: 10, arbitrary: product('delete') },
  { weight: 60, arbitrary: buy('order') },
  { weight: 40, arbitrary: buy('guest orders') },
  { weight: 30, arbitrary: order('change quantity') },
  { weight: 30, arbitrary: order('change status') },
  { weight: 12, arbitrary: order('trash order') },
  { weight: 12, arbitrary: order('restore order') },
  { weight: 5, arbitrary: order('delete order') },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('connection is removed and added again' as const), shop }) },
  {
    weight: 17,
    arbitrary: fc.record({
      what: fc.constant('sync' as const),
      shop,
      mode: fc.constantFrom('full' as const, 'incremental' as const, 'incremental' as const),
      trouble: fc.constantFrom<Trouble>(
        ...([
          'none',
          'none',
          'responses of the shop are lost',
          'responses of Odoo are lost',
          'drops',
          'errors',
        ] as const),
      ),
    }),
  },
);

export const eventsOfAYear = (seed: number, count: number): YearEvent[] => fc.sample(event, { seed, numRuns: count });
