import type { WooCommerceSandbox } from '@sync-operations/sandbox';
import type { OrderEvent, PersonEvent, ProductEvent, YearEvent } from './year.events.ts';
import { emailOf, isShared, keyOf, personOf, priceOf, type ShopName, skuOf } from './year.people.ts';

type Admin = WooCommerceSandbox['admin'];
interface Thing {
  readonly id: number;
  isTrashed: boolean;
}
interface Product extends Thing {
  cents: number;
}

const PRICE_OF_SHARED = 990;
const STATUSES = ['pending', 'processing', 'completed', 'on-hold', 'cancelled'] as const;

/** What is in one shop, by what its people did. */
export class YearShop {
  readonly name: ShopName;
  readonly sandbox: WooCommerceSandbox;
  private readonly accounts = new Map<string, number>();
  private readonly versions = new Map<string, number>();
  private readonly products = new Map<string, Product>();
  private readonly orders: (Thing & { readonly lineIds: readonly number[] })[] = [];

  constructor(name: ShopName, sandbox: WooCommerceSandbox) {
    this.name = name;
    this.sandbox = sandbox;
  }

  /** Does what the event says, or nothing where there is nothing to do it with. */
  happen(event: Exclude<YearEvent, { what: 'sync' | 'connection is removed and added again' }>): void {
    if (event.what === 'order' || event.what === 'guest orders') this.buy(event);
    else if ('cents' in event) this.product(event.what, keyOf(this.name, event.key), event.cents);
    else if ('quantity' in event) this.order(event.what, event.pick, event.quantity);
    else this.person(event.what, keyOf(this.name, event.key));
  }

  private get admin(): Admin {
    return this.sandbox.admin;
  }

  private version(key: string): number {
    return this.versions.get(key) ?? 0;
  }

  private person(what: PersonEvent, key: string): void {
    const id = this.accounts.get(key);
    if (what === 'register' && id === undefined) {
      const person = { email: emailOf(key), ...personOf(key, this.version(key)) };
      this.accounts.set(key, this.admin.createCustomer(person).id as number);
    }
    if (id === undefined) return;
    if (what === 'leave') {
      this.admin.deleteCustomer(id);
      this.accounts.delete(key);
    }
    if (what === 'rename' && !isShared(key)) {
      this.versions.set(key, this.version(key) + 1);
      this.admin.updateCustomer(id, personOf(key, this.version(key)));
    }
  }

  private product(what: ProductEvent, key: string, cents: number): void {
    const there = this.products.get(key);
    if (what === 'offer' && !there) {
      const price = isShared(key) ? PRICE_OF_SHARED : cents;
      const made = this.admin.createProduct({ name: `Thing ${key}`, sku: skuOf(key), regular_price: priceOf(price) });
      this.products.set(key, { id: made.id as number, isTrashed: false, cents: price });
    }
    if (!there) return;
    if (what === 'delete') {
      this.admin.deleteProduct(there.id);
      this.products.delete(key);
    } else if (what === 'trash' && !there.isTrashed) {
      this.admin.trashProduct(there.id);
      there.isTrashed = true;
    } else if (what === 'restore' && there.isTrashed) {
      this.admin.restoreProduct(there.id);
      there.isTrashed = false;
    } else if (!there.isTrashed && !isShared(key)) {
      if (what === 'price') {
        this.admin.updateProduct(there.id, { regular_price: priceOf(cents) });
        there.cents = cents;
      }
      if (what === 'retitle') this.admin.updateProduct(there.id, { name: `Thing ${key} of ${cents}` });
    }
  }

  private buy(event: Extract<YearEvent, { what: 'order' | 'guest orders' }>): void {
    const onSale = [...this.products.values()].filter(({ isTrashed }) => !isTrashed);
    if (onSale.length === 0) return;
    const key = keyOf(this.name, event.key);
    const account = this.accounts.get(key);
    if (event.what === 'order' && account === undefined) return;
    const line_items = event.lines.map(({ pick, quantity, off }) => {
      const { id, cents } = onSale[pick % onSale.length] as Product;
      const total = priceOf(Math.max(0, cents * quantity - off));
      return { product_id: id, quantity, subtotal: total, total };
    });
    const billing = { email: emailOf(key), ...flat(personOf(key, this.version(key))) };
    const made = this.admin.createOrder({
      status: 'processing',
      billing,
      line_items,
      ...(event.what === 'order' && { customer_id: account }),
    });
    const lineIds = (made.line_items as { id: number }[]).map(({ id }) => id);
    this.orders.push({ id: made.id as number, isTrashed: false, lineIds });
  }

  private order(what: OrderEvent, pick: number, quantity: number): void {
    const order = this.orders[pick % this.orders.length];
    if (!order) return;
    if (what === 'delete order') {
      this.admin.deleteOrder(order.id);
      this.orders.splice(this.orders.indexOf(order), 1);
    } else if (what === 'trash order' && !order.isTrashed) {
      this.admin.trashOrder(order.id);
      order.isTrashed = true;
    } else if (what === 'restore order' && order.isTrashed) {
      this.admin.restoreOrder(order.id, 'processing');
      order.isTrashed = false;
    } else if (!order.isTrashed) {
      if (what === 'change status') this.admin.updateOrder(order.id, { status: STATUSES[pick % STATUSES.length] });
      if (what === 'change quantity') {
        const total = priceOf(quantity * 1_234 + (pick % 100));
        const line = { id: order.lineIds[0], quantity, subtotal: total, total };
        this.admin.updateOrder(order.id, { line_items: [line] });
      }
    }
  }
}

const flat = ({ first_name, last_name, billing }: ReturnType<typeof personOf>) => ({
  first_name,
  last_name,
  ...billing,
});
