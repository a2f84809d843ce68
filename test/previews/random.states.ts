import type { OdooSandbox, OdooSandboxOptions, WooCommerceSandbox } from '@sync-operations/sandbox';
import fc from 'fast-check';

/** What somebody does to one of the systems. Numbers choose among what there is. */
export type Step =
  | {
      readonly at: 'shop' | 'odoo';
      readonly do: 'add';
      readonly what: Entity;
      readonly key: number;
      readonly odd: boolean;
    }
  | {
      readonly at: 'shop' | 'odoo';
      readonly do: 'change' | 'rename' | 'remove';
      readonly what: Entity;
      readonly which: number;
      readonly key: number;
    };
type Entity = 'customer' | 'product' | 'order';
type Direction = 'there' | 'back';
type Sync = { readonly do: 'sync'; readonly direction: Direction; readonly what: Entity };

export interface State {
  readonly steps: readonly (Step | Sync)[];
  readonly direction: Direction;
  readonly what: Entity;
  readonly guardPercent: number;
  readonly version: NonNullable<OdooSandboxOptions['version']>;
  /** Of the sync that is asked for last. */
  readonly mode: 'full' | 'incremental';
  readonly crowd: Crowd;
}

/** So many items of the source that were synced; of them some went before another sync, and some have gone since. */
interface Crowd {
  readonly count: number;
  readonly goneBefore: number;
  readonly goneSince: number;
}

const at = fc.constantFrom('shop', 'odoo');
const entity = fc.constantFrom<Entity>('customer', 'customer', 'product', 'product', 'order');
const direction = fc.constantFrom<Direction>('there', 'back');
const key = fc.nat(4);

/** What people do to either system. */
export const deed = fc.oneof(
  { weight: 6, arbitrary: fc.record({ at, do: fc.constant('add'), what: entity, key, odd: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      at,
      do: fc.constantFrom('change', 'rename', 'remove'),
      what: entity,
      which: fc.nat(9),
      key,
    }),
  },
) as fc.Arbitrary<Step>;

const step: fc.Arbitrary<Step | Sync> = fc.oneof(
  { weight: 9, arbitrary: deed },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sync'), direction, what: entity }) },
) as fc.Arbitrary<Step | Sync>;

/** Items with the same keys, items that cannot be written, and what earlier syncs left of both. */
export const states: fc.Arbitrary<State> = fc.record({
  steps: fc.array(step, { minLength: 8, maxLength: 24 }),
  direction,
  what: entity,
  guardPercent: fc.constantFrom(15, 100),
  version: fc.constantFrom<State['version']>(18, 19),
  mode: fc.constantFrom('full' as const, 'full' as const, 'incremental' as const),
  crowd: fc.record({
    count: fc.oneof(fc.constant(0), fc.integer({ min: 15, max: 130 })),
    goneBefore: fc.nat(4),
    goneSince: fc.nat(4),
  }),
});

type Systems = { readonly shop: WooCommerceSandbox; readonly odoo: OdooSandbox };

/** Makes the items of a crowd, of which orders have none, and returns their ids. */
export function gather({ what, direction, crowd }: State, { shop, odoo }: Systems): number[] {
  if (what === 'order') return [];
  const names = Array.from({ length: crowd.count }, (_, n) => `Crowd ${n}`);
  if (direction === 'there')
    return names.map((name, n) =>
      what === 'customer'
        ? shop.admin.createCustomer({ email: `crowd${n}@x.example`, first_name: name }).id
        : shop.admin.createProduct({ name, sku: `CROWD-${n}`, regular_price: '10' }).id,
    );
  return names.map((name, n) =>
    what === 'customer'
      ? odoo.admin.create('res.partner', { name, customer_rank: 1, email: `crowd${n}@x.example` })
      : odoo.admin.create('product.template', { name, default_code: `CROWD-${n}`, list_price: 10 }),
  );
}

/** Those that a step has removed are gone as they are. */
export function disperse(ids: readonly number[], { what, direction }: State, { shop, odoo }: Systems): void {
  for (const id of ids)
    refusable(() => {
      if (direction === 'back') odoo.admin.unlink(what === 'customer' ? 'res.partner' : 'product.template', [id]);
      else if (what === 'customer') shop.admin.deleteCustomer(id);
      else shop.admin.deleteProduct(id);
    });
}

function refusable(deed: () => void): void {
  try {
    deed();
  } catch {
    // Refused alike wherever it is done.
  }
}

const email = (n: number) => ['ann@x.example', 'ANN@x.example', 'bob@x.example', 'cy@x.example', 'no mail'][n];
const sku = (n: number) => ['S-1', 'S-2', 'S-3', '', 'S-5'][n];

/** Does the same to equal systems. What a system refuses is not done. */
export function take(step: Step, { shop, odoo }: Systems): void {
  refusable(() => (step.at === 'shop' ? atShop : atOdoo)(step, { shop, odoo }));
}

function atShop(step: Step, { shop }: { shop: WooCommerceSandbox }): void {
  const { admin } = shop;
  const state = shop.state();
  const { what } = step;
  if (step.do === 'add') {
    if (what === 'customer') {
      const billing = { country: step.odd ? 'QQ' : 'DE', city: 'Bern' };
      admin.createCustomer({ email: email(step.key), first_name: `N${step.key}`, billing });
    } else if (what === 'product') addShopProduct(step, shop);
    else {
      const [product] = state.products();
      const buyer = state.customers().at(-1);
      const line_items = product ? [{ product_id: product.id, quantity: 1 }] : [];
      admin.createOrder({
        ...(step.odd ? { billing: { email: 'guest@x.example', first_name: 'G' } } : { customer_id: buyer?.id ?? 0 }),
        ...{ status: 'processing', currency: step.key === 4 ? 'CHF' : 'EUR', line_items },
      });
    }
    return;
  }
  const ids = { customer: state.customers(), product: state.products(), order: state.orders() }[what].map(
    ({ id }) => id,
  );
  const id = ids[step.which % Math.max(1, ids.length)] ?? 0;
  if (what === 'customer') {
    if (step.do === 'remove') admin.deleteCustomer(id);
    else admin.updateCustomer(id, step.do === 'rename' ? { email: email(step.key) } : { first_name: `C${step.key}` });
  } else if (what === 'product') {
    if (step.do === 'remove') admin.trashProduct(id);
    else admin.updateProduct(id, step.do === 'rename' ? { sku: sku(step.key) } : { name: `C${step.key}` });
  } else if (step.do === 'remove') admin.trashOrder(id);
  else admin.updateOrder(id, { customer_note: `C${step.key}` });
}

function addShopProduct(step: Extract<Step, { do: 'add' }>, { admin }: WooCommerceSandbox): void {
  if (!step.odd) {
    admin.createProduct({ name: `P${step.key}`, sku: sku(step.key), regular_price: '10' });
    return;
  }
  const attributes = ['Size', 'Colour'].map((name) => ({ name, options: ['S', 'M'], variation: true }));
  const { id } = admin.createProduct({ type: 'variable', name: `V${step.key}`, attributes });
  const all = ['Size', 'Colour'].map((name) => ({ name, option: 'S' }));
  admin.createVariation(id, {
    sku: sku(step.key),
    regular_price: '10',
    attributes: step.key % 2 ? all : all.slice(0, 1),
  });
}

/** Of the last customer and the first product, as a salesperson writes it; an odd one stays a quotation, and may have a quantity that no shop takes. */
function orderAtOdoo(step: Step, { admin }: OdooSandbox): void {
  if (step.do === 'add') {
    const buyer = admin.search('res.partner', [['customer_rank', '>', 0]]).at(-1);
    const [product] = admin.search('product.product', [['sale_ok', '=', true]]);
    const line = { product_id: product, product_uom_qty: step.odd && step.key % 2 ? 1.5 : 2, price_unit: 10 };
    const made = admin.create('sale.order', { partner_id: buyer, order_line: product ? [[0, 0, line]] : [] });
    if (!step.odd) admin.call('sale.order', 'action_confirm', [made]);
    return;
  }
  const ids = admin.search('sale.order', []);
  const id = ids[step.which % Math.max(1, ids.length)] ?? 0;
  if (step.do === 'remove') admin.call('sale.order', 'action_cancel', [id]);
  else admin.write('sale.order', [id], { note: `C${step.key}` });
}

function atOdoo(step: Step, { odoo }: { odoo: OdooSandbox }): void {
  const { admin } = odoo;
  if (step.what === 'order') {
    orderAtOdoo(step, odoo);
    return;
  }
  const model = step.what === 'customer' ? 'res.partner' : 'product.template';
  const own = step.what === 'customer' ? [['customer_rank', '>', 0]] : [['sale_ok', '=', true]];
  if (step.do === 'add') {
    if (step.what === 'customer')
      admin.create(model, { name: `N${step.key}`, customer_rank: 1, email: step.odd ? email(step.key) : email(4) });
    else admin.create(model, { name: `P${step.key}`, list_price: 5, default_code: sku(step.key) || false });
    return;
  }
  const ids = admin.search(model, own);
  const id = ids[step.which % Math.max(1, ids.length)] ?? 0;
  if (step.do === 'remove') {
    if (step.key % 2) admin.unlink(model, [id]);
    else admin.archive(model, [id]);
  } else if (step.do === 'change') admin.write(model, [id], { name: `C${step.key}` });
  else
    admin.write(model, [id], step.what === 'customer' ? { email: email(step.key) } : { default_code: sku(step.key) });
}
