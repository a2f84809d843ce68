import { showOrder } from '../orders/order.presenter.ts';
import { presentProduct, presentVariation } from '../products/product.presenter.ts';
import type { Shop } from '../shop.assembly.ts';
import type { RequestCounter, WriteCounter, WriteName } from './shop.counters.ts';

/** The exact content of the shop and what was done to it. Lists are built when called and include the trash. */
export interface ShopState {
  counts: { customers: number; products: number; variations: number; orders: number };
  /** `GET /orders` → how often, since the start or the last reset. */
  requests: Record<string, number>;
  /** `customer.updated` → how often, by any client or the administrator. */
  writes: Partial<Record<WriteName, number>>;
  customers(): ReturnType<Shop['customers']['show']>[];
  products(): ReturnType<typeof presentProduct>[];
  variations(): ReturnType<typeof presentVariation>[];
  orders(): ReturnType<typeof showOrder>[];
}

export function readState(shop: Shop, requests: RequestCounter, writes: WriteCounter): ShopState {
  const { store, show } = shop.customers;
  const { catalogue, presenter } = shop.products;
  return {
    counts: {
      customers: store.size(),
      products: catalogue.products.size(),
      variations: catalogue.variations.size(),
      orders: shop.orders.store.size(),
    },
    requests: requests.counts(),
    writes: writes.counts(),
    customers: () => Array.from(store.customers(), show),
    products: () => Array.from(catalogue.products.all(), (record) => presentProduct(record, presenter, 'view')),
    variations: () => Array.from(catalogue.variations.all(), (record) => presentVariation(record, presenter)),
    orders: () => Array.from(shop.orders.store.all(), (record) => showOrder(record, shop.orders.presenter)),
  };
}
