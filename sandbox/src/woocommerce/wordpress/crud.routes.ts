import { runBatch } from './batch.handler.ts';
import { type Action, forbidden } from './rest.error.ts';
import { pagingHeaders } from './rest.headers.ts';
import type { ArgSpec, Endpoint, RestRequest, RestResponse, Route } from './rest.types.ts';

type Args = Readonly<Record<string, ArgSpec>>;
export type Params = Readonly<Record<string, unknown>>;

/** `edit` is the context of a write's response: raw texts and a few more fields. */
export type Context = 'view' | 'edit';

/** What WooCommerce's post-like resources (products, variations, orders) have in common. */
export interface CrudResource<T extends { readonly id: number }> {
  /** Below /wc/v3, part of a regular expression; its named groups become parameters, in batches too. */
  path: string;
  args: { list: Args; create: Args; update: Args };
  /** Absolute address of the collection. */
  url(params: Params): string;
  /** `_fields` also sets the order of the fields in lists. */
  fieldsInRequestedOrder?: boolean;
  /** Kept as posts of WordPress, whose total is lost behind the end of a list (recording 508). */
  isPosts: boolean;
  /** Parameters that Link omits. */
  unlinked?: readonly string[];
  list(params: Params): { total: number; records: readonly T[] };
  /** Null when it does not exist: permissions are checked only for what exists (recordings 21, 22). */
  find(params: Params): T | null;
  get(params: Params): T;
  create(params: Params): T;
  update(params: Params): T;
  /** Returns the record as it was. */
  delete(params: Params, force: boolean): T;
  show(record: T, context: Context): object;
}

const EDITABLE = ['POST', 'PUT', 'PATCH'] as const;
const CONTEXT: ArgSpec = { type: 'string', enum: ['view', 'edit'], default: 'view' };
const ID: ArgSpec = { type: 'integer' };

/** GET and POST on the collection, GET, PUT, PATCH, POST and DELETE on an item, and the batch. */
export function crudRoutes<T extends { readonly id: number }>(resource: CrudResource<T>): Route[] {
  const { path, args } = resource;
  const pattern = (end: string) => new RegExp(`^/wc/v3/${path}${end}$`);
  return [
    { pattern: pattern(''), endpoints: [listEndpoint(resource), createEndpoint(resource)] },
    {
      pattern: pattern('/(?<id>\\d+)'),
      endpoints: [
        {
          methods: ['GET'],
          args: { id: ID, context: CONTEXT },
          permit: onExisting(resource, 'view'),
          handle: ({ params }) => ({
            ...ok(resource.show(resource.get(params), params.context as Context)),
            fieldsInRequestedOrder: resource.fieldsInRequestedOrder,
          }),
        },
        {
          methods: EDITABLE,
          args: args.update,
          permit: onExisting(resource, 'edit'),
          handle: ({ params }) => ok(resource.show(resource.update(params), 'edit')),
        },
        {
          methods: ['DELETE'],
          args: { id: ID, force: { type: 'boolean', default: false } },
          permit: onExisting(resource, 'delete'),
          handle: ({ params }) => ok(resource.show(resource.delete(params, params.force === true), 'edit')),
        },
      ],
    },
    { pattern: pattern('/batch'), endpoints: [batchEndpoint(resource)] },
  ];
}

export function onlySignedIn(action: Action) {
  return ({ signedIn }: RestRequest): void => {
    if (!signedIn) throw forbidden(action);
  };
}

function listEndpoint<T extends { readonly id: number }>(resource: CrudResource<T>): Endpoint {
  return {
    methods: ['GET'],
    args: resource.args.list,
    permit: onlySignedIn('list'),
    handle: ({ params, query }) => {
      const { total: all, records } = resource.list(params);
      const isPast = resource.isPosts && records.length === 0 && Number(params.offset ?? 0) > 0;
      const total = isPast ? 0 : all;
      const perPage = Number(params.per_page);
      const linked = Object.fromEntries(Object.entries(query).filter(([name]) => !resource.unlinked?.includes(name)));
      const offset = (Number(params.page) - 1) * perPage; // Link counts pages even with an `offset`
      return {
        status: 200,
        body: records.map((record) => resource.show(record, params.context as Context)),
        headers: pagingHeaders({ url: resource.url(params), query: linked, total, perPage, offset }),
        fieldsInRequestedOrder: resource.fieldsInRequestedOrder,
      };
    },
  };
}

function createEndpoint<T extends { readonly id: number }>(resource: CrudResource<T>): Endpoint {
  return {
    methods: ['POST'],
    args: resource.args.create,
    permit: onlySignedIn('create'),
    handle: ({ params }) => {
      const record = resource.create(params);
      const headers = { Location: `${resource.url(params)}/${record.id}` };
      return { status: 201, body: resource.show(record, 'edit'), headers };
    },
  };
}

function batchEndpoint<T extends { readonly id: number }>(resource: CrudResource<T>): Endpoint {
  const groups = [...resource.path.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name ?? '');
  return {
    methods: EDITABLE,
    args: { ...resource.args.update }, // items are not validated, only the fields of the batch itself
    permit: onlySignedIn('batch'),
    handle: ({ params, batch }) => {
      const path = Object.fromEntries(groups.map((name) => [name, params[name]]));
      const actions = {
        create: (item: Params) => resource.show(resource.create({ ...item, ...path }), 'edit'),
        update: (item: Params) => resource.show(resource.update({ ...item, ...path }), 'edit'),
        delete: (id: number) => resource.show(resource.delete({ id, ...path }, true), 'edit'),
      };
      // The id of one that is missing below another thing is the whole request, in 11 (recordings 241).
      const below = Object.fromEntries(groups.map((name) => [name, Number(params[name])]));
      const isWhole = groups.length > 0 && !batch.legacy;
      const missing = (id: number) => (isWhole ? { id, ...below, force: true } : id);
      return ok(runBatch(params, actions, { ...batch, missing }));
    },
  };
}

function onExisting<T extends { readonly id: number }>(resource: CrudResource<T>, action: Action) {
  return (request: RestRequest): void => {
    if (resource.find(request.params)) onlySignedIn(action)(request);
  };
}

function ok(body: object): RestResponse {
  return { status: 200, body };
}
