import { runBatch } from '../wordpress/batch.handler.ts';
import { forbidden } from '../wordpress/rest.error.ts';
import { pagingHeaders } from '../wordpress/rest.headers.ts';
import type { Endpoint, RestRequest, RestResponse, Route } from '../wordpress/rest.types.ts';
import { CREATE_ARGS, DELETE_ARGS, ITEM_ARGS, LIST_ARGS, UPDATE_ARGS } from './customer.args.ts';
import type { CustomerInput } from './customer.input.ts';
import { presentCustomer } from './customer.presenter.ts';
import { type CustomerQuery, findCustomers } from './customer.query.ts';
import type { CustomerService } from './customer.service.ts';
import type { CustomerStore } from './customer.store.ts';
import type { CustomerRecord } from './customer.types.ts';

const EDITABLE = ['POST', 'PUT', 'PATCH'] as const;

/** The customers part of wc/v3. `homeUrl` has no slash at its end. */
export function customerRoutes(store: CustomerStore, service: CustomerService, homeUrl: string): Route[] {
  const url = `${homeUrl}/wp-json/wc/v3/customers`;
  const show = (customer: CustomerRecord) => presentCustomer(customer, url);
  const ok = (customer: CustomerRecord): RestResponse => ({ status: 200, body: show(customer) });

  const list: Endpoint = {
    methods: ['GET'],
    args: LIST_ARGS,
    permit: onlySignedIn('list'),
    handle: ({ params, query }) => {
      const wanted = toQuery(params);
      const { total, customers } = findCustomers(store, wanted);
      const headers = pagingHeaders({ url, query, total, perPage: wanted.limit, offset: wanted.offset });
      return { status: 200, body: customers.map(show), headers };
    },
  };
  const create: Endpoint = {
    methods: ['POST'],
    args: CREATE_ARGS,
    permit: notByShopManagers('create', service.legacy),
    handle: ({ params }) => {
      const customer = service.create(params);
      return { status: 201, body: show(customer), headers: { Location: `${url}/${customer.id}` } };
    },
  };
  const batch: Endpoint = {
    methods: EDITABLE,
    args: { ...UPDATE_ARGS }, // items are not validated, only the fields of the batch itself
    permit: notByShopManagers('batch', service.legacy),
    handle: ({ params, batch: rules }) => {
      const actions = {
        create: (item: CustomerInput) => show(service.create(item)),
        update: (item: CustomerInput) => show(service.update(item)),
        delete: (id: number) => show(service.delete(id, true)),
      };
      return { status: 200, body: runBatch(params, actions, rules) };
    },
  };
  /** A missing customer is a 404 for anyone, before permissions are checked (recording 20); 7.9 looks at the permissions alone (618, 676). */
  const permitOn = (action: 'view' | 'edit' | 'delete') => (request: RestRequest) => {
    if (service.legacy) return onlySignedIn(action)(request);
    const customer = service.find(request.params.id);
    onlySignedIn(action)(request);
    if (action === 'delete' && customer.role !== 'customer') throw forbidden('deleteAdministrator', 403);
  };
  const item: Endpoint[] = [
    {
      methods: ['GET'],
      args: ITEM_ARGS,
      permit: permitOn('view'),
      handle: ({ params }) => ok(service.find(params.id)),
    },
    {
      methods: EDITABLE,
      args: UPDATE_ARGS,
      permit: permitOn('edit'),
      handle: ({ params }) => ok(service.update(params)),
    },
    {
      methods: ['DELETE'],
      args: DELETE_ARGS,
      permit: permitOn('delete'),
      handle: ({ params }) => ok(service.delete(params.id, params.force === true)),
    },
  ];

  return [
    { pattern: /^\/wc\/v3\/customers$/, endpoints: [list, create] },
    { pattern: /^\/wc\/v3\/customers\/(?<id>\d+)$/, endpoints: item },
    { pattern: /^\/wc\/v3\/customers\/batch$/, endpoints: [batch] },
  ];
}

function onlySignedIn(action: 'list' | 'view' | 'create' | 'edit' | 'delete' | 'batch') {
  return ({ signedIn }: RestRequest): void => {
    if (!signedIn) throw forbidden(action);
  };
}

/** In 7.9 only an administrator makes customers (recording 614). */
function notByShopManagers(action: 'create' | 'batch', legacy: boolean) {
  return (request: RestRequest): void => {
    onlySignedIn(action)(request);
    if (legacy && request.isShopManager) throw forbidden(action);
  };
}

/** Reads validated parameters. An `offset` other than 0 overrides `page`. */
function toQuery(params: Readonly<Record<string, unknown>>): CustomerQuery {
  const limit = Number(params.per_page);
  return {
    role: String(params.role),
    orderby: params.orderby as CustomerQuery['orderby'],
    order: params.order as CustomerQuery['order'],
    search: String(params.search),
    email: String(params.email ?? ''),
    include: params.include as number[],
    exclude: params.exclude as number[],
    offset: Number(params.offset ?? 0) || (Number(params.page) - 1) * limit,
    limit,
  };
}
