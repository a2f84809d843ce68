import { selfLinks } from '../products/sellable.presenter.ts';
import { timePair } from '../store/shop.clock.ts';
import { INTEGER, TEXT } from '../wordpress/common.args.ts';
import { onlySignedIn } from '../wordpress/crud.routes.ts';
import { pagingHeaders } from '../wordpress/rest.headers.ts';
import type { ArgSpec, RestResponse, Route } from '../wordpress/rest.types.ts';
import type { WebhookDispatcher } from './webhook.dispatcher.ts';
import type { WebhookStore } from './webhook.store.ts';
import type { WebhookRecord } from './webhook.types.ts';

type Args = Readonly<Record<string, ArgSpec>>;

/** Recording 205. */
const STATUS: ArgSpec = { ...TEXT, enum: ['active', 'paused', 'disabled'] };
const WRITE_ARGS: Args = { id: INTEGER, name: TEXT, status: STATUS, topic: TEXT, delivery_url: TEXT, secret: TEXT };
const CREATE_ARGS: Args = {
  ...WRITE_ARGS,
  topic: { ...TEXT, required: true },
  delivery_url: { ...TEXT, required: true },
};
const LIST_ARGS: Args = {
  page: { type: 'integer', default: 1, minimum: 1 },
  per_page: { type: 'integer', default: 10, minimum: 1, maximum: 100 },
  offset: { type: 'integer', minimum: 0 },
  order: { ...TEXT, enum: ['asc', 'desc'], default: 'desc' },
  orderby: { ...TEXT, enum: ['date', 'id', 'title'], default: 'date' },
  status: { ...TEXT, enum: ['all', 'active', 'paused', 'disabled'], default: 'all' },
};

/** The webhooks part of wc/v3. */
export function webhookRoutes(store: WebhookStore, dispatcher: WebhookDispatcher, homeUrl: string): Route[] {
  const url = `${homeUrl}/wp-json/wc/v3/webhooks`;
  const ok = (webhook: WebhookRecord): RestResponse => ({ status: 200, body: present(webhook, url) });
  return [
    {
      pattern: /^\/wc\/v3\/webhooks$/,
      endpoints: [
        {
          methods: ['GET'],
          args: LIST_ARGS,
          permit: onlySignedIn('list'),
          handle: ({ params, query }) => {
            const found = store.all().filter(({ status }) => params.status === 'all' || params.status === status);
            const perPage = Number(params.per_page);
            const offset = Number(params.offset ?? (Number(params.page) - 1) * perPage);
            const key = ({ id, createdAt, name }: WebhookRecord) =>
              params.orderby === 'title' ? name : params.orderby === 'id' ? id : createdAt;
            const ascending = found.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
            const page = (params.order === 'asc' ? ascending : ascending.reverse()).slice(offset, offset + perPage);
            return {
              status: 200,
              body: page.map((webhook) => present(webhook, url)),
              headers: pagingHeaders({ url, query, total: found.length, perPage, offset }),
            };
          },
        },
        {
          methods: ['POST'],
          args: CREATE_ARGS,
          permit: onlySignedIn('create'),
          handle: ({ params }) => {
            const webhook = store.create(params);
            dispatcher.ping(webhook);
            return { status: 201, body: present(webhook, url), headers: { Location: `${url}/${webhook.id}` } };
          },
        },
      ],
    },
    {
      pattern: /^\/wc\/v3\/webhooks\/(?<id>\d+)$/,
      endpoints: [
        { methods: ['GET'], args: {}, permit: onlySignedIn('view'), handle: ({ params }) => ok(store.get(params.id)) },
        {
          methods: ['POST', 'PUT', 'PATCH'],
          args: WRITE_ARGS,
          permit: onlySignedIn('edit'),
          // One that is switched on again keeps the count of its failures (recording 207).
          handle: ({ params }) => ok(store.update(params)),
        },
        {
          methods: ['DELETE'],
          args: { force: { type: 'boolean', default: false } },
          permit: onlySignedIn('delete'),
          handle: ({ params }) => ok(store.delete(params.id, params.force === true)),
        },
      ],
    },
  ];
}

/** The secret is never shown (from WooCommerce's documentation, not recorded). */
function present(webhook: WebhookRecord, url: string): object {
  const [created, modified] = [timePair(webhook.createdAt), timePair(webhook.modifiedAt)];
  const { id, name, status, resource, event, deliveryUrl } = webhook;
  return {
    id,
    name,
    status,
    topic: `${resource}.${event}`,
    resource,
    event,
    hooks: [],
    delivery_url: deliveryUrl,
    date_created: created.local,
    date_created_gmt: created.gmt,
    date_modified: modified.local,
    date_modified_gmt: modified.gmt,
    _links: { self: selfLinks(`${url}/${id}`), collection: [{ href: url }] },
  };
}
