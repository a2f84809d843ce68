import { OverlayStore } from '../store/overlay.store.ts';
import { generateOrder } from './order.generator.ts';
import { orderIdAt, orderIndexOf } from './order.ids.ts';
import type { OrderRecord, OrderSeed } from './order.types.ts';

/** The shop's orders, including those in the trash. */
export class OrderStore extends OverlayStore<OrderRecord> {
  readonly shop: OrderSeed;

  constructor(shop: OrderSeed) {
    super({
      count: shop.orders,
      idAt: (index) => orderIdAt(index, shop),
      indexOf: (id) => orderIndexOf(id, shop),
      make: (index) => generateOrder(index, shop),
    });
    this.shop = shop;
  }
}
