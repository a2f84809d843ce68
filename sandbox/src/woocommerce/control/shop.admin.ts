import { showOrder, showRefund } from '../orders/order.presenter.ts';
import { presentProduct, presentVariation } from '../products/product.presenter.ts';
import type { Shop } from '../shop.assembly.ts';
import type { Params } from '../wordpress/crud.routes.ts';

/**
 * The shop's administrator, who bypasses the REST API: no key, no faults, no counted requests. Webhooks are still sent.
 * Inputs and results are those of the API. Throws the RestError that the API would return.
 */
export function createShopAdmin(shop: Shop) {
  const { service: customers, show: customer } = shop.customers;
  const { service: products, variations, presenter } = shop.products;
  const { service: orders, refunds, presenter: orderPresenter } = shop.orders;
  const product = (record: ReturnType<typeof products.get>) => presentProduct(record, presenter, 'view');
  const variation = (record: ReturnType<typeof variations.get>) => presentVariation(record, presenter);
  const order = (record: ReturnType<typeof orders.get>) => showOrder(record, orderPresenter);
  return {
    createCustomer: (input: Params) => customer(customers.create(input)),
    updateCustomer: (id: number, input: Params) => customer(customers.update({ ...input, id })),
    setCustomerRole: (id: number, role: string) => customer(customers.setRole(id, role)),
    deleteCustomer: (id: number) => customer(customers.delete(id, true)),

    createProduct: (input: Params) => product(products.create(input)),
    updateProduct: (id: number, input: Params) => product(products.update({ ...input, id })),
    trashProduct: (id: number) => product(products.delete(id, false)),
    restoreProduct: (id: number) => product(products.restore(id)),
    deleteProduct: (id: number) => product(products.delete(id, true)),

    createVariation: (productId: number, input: Params) =>
      variation(variations.create({ ...input, product_id: productId })),
    updateVariation: (productId: number, id: number, input: Params) =>
      variation(variations.update({ ...input, product_id: productId, id })),
    deleteVariation: (productId: number, id: number) =>
      variation(variations.delete({ product_id: productId, id }, true)),

    createOrder: (input: Params) => order(orders.create({ created_via: 'admin', ...input })),
    updateOrder: (id: number, input: Params) => order(orders.update({ ...input, id })),
    trashOrder: (id: number) => order(orders.delete(id, false)),
    restoreOrder: (id: number, status = 'pending') => order(orders.restore(id, status)),
    deleteOrder: (id: number) => order(orders.delete(id, true)),
    /** As the setting of the shop: orders that are there keep their totals, and are shown with so many decimals. */
    showDecimals: (decimals: number) => Object.assign(orderPresenter.shown, { decimals }),
    refundOrder: (id: number, input: Params) => showRefund(refunds.create(id, input), id, orderPresenter),
    deleteRefund: (id: number, refundId: number) => showRefund(refunds.delete(id, refundId), id, orderPresenter),
  };
}

export type ShopAdmin = ReturnType<typeof createShopAdmin>;
