import { collectionArgs } from '../wordpress/common.args.ts';
import { crudRoutes, onlySignedIn } from '../wordpress/crud.routes.ts';
import { pagingHeaders } from '../wordpress/rest.headers.ts';
import type { Endpoint, Route } from '../wordpress/rest.types.ts';
import { LIST_ARGS, REFUND_ARGS, WRITE_ARGS } from './order.args.ts';
import { withDecimals } from './order.decimals.ts';
import { noGateway } from './order.errors.ts';
import { type OrderPresenterParts, presentOrder, presentRefund } from './order.presenter.ts';
import { findOrders, type OrderSurroundings } from './order.query.ts';
import type { OrderService } from './order.service.ts';
import type { OrderStore } from './order.store.ts';
import type { OrderRecord } from './order.types.ts';
import type { RefundService } from './refund.service.ts';

export interface OrderRouteParts {
  store: OrderStore;
  service: OrderService;
  refunds: RefundService;
  presence: OrderSurroundings;
  presenter: OrderPresenterParts;
}

/** The orders part of wc/v3 with refunds. Link omits the status, so its next page lists all orders (recording 75). */
export function orderRoutes({ store, service, refunds, presence, presenter }: OrderRouteParts): Route[] {
  const { homeUrl, shown } = presenter;
  const orders = crudRoutes<OrderRecord>({
    path: 'orders',
    args: { list: LIST_ARGS, create: WRITE_ARGS, update: WRITE_ARGS },
    url: () => `${homeUrl}/wp-json/wc/v3/orders`,
    isPosts: presence.listsDrafts,
    unlinked: ['status'],
    list: (params) => findOrders(store, presence, params),
    find: ({ id }) => service.find(id),
    get: ({ id }) => service.get(id),
    create: (params) => service.create(params),
    update: (params) => service.update(params),
    delete: ({ id }, force) => service.delete(id, force),
    show: (order) => presentOrder(order, presenter),
  });
  return withDecimals([...orders, ...refundRoutes(service, refunds, homeUrl)], shown);
}

function refundRoutes(orders: OrderService, service: RefundService, homeUrl: string): Route[] {
  const list: Endpoint = {
    methods: ['GET'],
    args: collectionArgs(['date', 'id', 'include', 'title', 'slug', 'modified']),
    permit: onlySignedIn('list'),
    handle: ({ params, query }) => {
      const { refunds, id } = orders.get(params.order_id);
      const perPage = Number(params.per_page);
      const offset = (Number(params.page) - 1) * perPage;
      const url = `${homeUrl}/wp-json/wc/v3/orders/${id}/refunds`;
      const newestFirst = [...refunds].sort((a, b) => (params.order === 'asc' ? a.id - b.id : b.id - a.id));
      return {
        status: 200,
        body: newestFirst.slice(offset, offset + perPage).map((refund) => presentRefund(refund, id, homeUrl)),
        headers: pagingHeaders({ url, query, total: refunds.length, perPage, offset }),
      };
    },
  };
  const create: Endpoint = {
    methods: ['POST'],
    args: REFUND_ARGS,
    permit: onlySignedIn('create'),
    handle: ({ params }) => {
      // No order here was paid by a gateway that could give money back (recording 147).
      if (params.api_refund !== false) throw noGateway();
      const refund = service.create(params.order_id, params);
      return { status: 201, body: presentRefund(refund, Number(params.order_id), homeUrl) };
    },
  };
  const show: Endpoint = {
    methods: ['GET'],
    args: {},
    permit: onlySignedIn('view'),
    handle: ({ params }) => {
      const refund = service.get(params.order_id, params.id);
      return { status: 200, body: presentRefund(refund, Number(params.order_id), homeUrl) };
    },
  };
  const remove: Endpoint = {
    methods: ['DELETE'],
    args: { force: { type: 'boolean', default: false } },
    permit: onlySignedIn('delete'),
    handle: ({ params }) => {
      const refund = service.delete(params.order_id, params.id);
      return { status: 200, body: presentRefund(refund, Number(params.order_id), homeUrl) };
    },
  };
  const path = '/wc/v3/orders/(?<order_id>\\d+)/refunds';
  return [
    { pattern: new RegExp(`^${path}$`), endpoints: [list, create] },
    { pattern: new RegExp(`^${path}/(?<id>\\d+)$`), endpoints: [show, remove] },
  ];
}
