import { INTEGER, TEXT } from '../wordpress/common.args.ts';
import { onlySignedIn } from '../wordpress/crud.routes.ts';
import { pagingHeaders } from '../wordpress/rest.headers.ts';
import type { ArgSpec, Endpoint, Route } from '../wordpress/rest.types.ts';
import type { Category } from './category.store.ts';
import type { Catalogue } from './product.catalogue.ts';

const LIST_ARGS: Readonly<Record<string, ArgSpec>> = {
  page: { type: 'integer', default: 1, minimum: 1 },
  per_page: { type: 'integer', default: 10, minimum: 1, maximum: 100 },
  offset: INTEGER,
  order: { ...TEXT, enum: ['asc', 'desc'], default: 'asc' },
  orderby: { ...TEXT, enum: ['id', 'name', 'slug'], default: 'name' },
};

/** GET and POST of /products/categories: what a client that writes products needs (recordings 330 to 336). */
export function categoryRoutes({ categories }: Catalogue, homeUrl: string): Route[] {
  const url = `${homeUrl}/wp-json/wc/v3/products/categories`;
  const list: Endpoint = {
    methods: ['GET'],
    args: LIST_ARGS,
    permit: onlySignedIn('list'),
    handle: ({ params, query }) => {
      const [perPage, by] = [Number(params.per_page), params.orderby as keyof Category];
      const offset = Number(params.offset ?? 0) || (Number(params.page) - 1) * perPage;
      const sorted = [...categories.all()].sort((a, b) => (a[by] < b[by] ? -1 : 1));
      if (params.order === 'desc') sorted.reverse();
      const headers = pagingHeaders({ url, query, total: sorted.length, perPage, offset });
      return { status: 200, body: sorted.slice(offset, offset + perPage).map(show), headers };
    },
  };
  const create: Endpoint = {
    methods: ['POST'],
    args: { name: { ...TEXT, required: true }, slug: TEXT, parent: INTEGER },
    permit: onlySignedIn('create'),
    handle: ({ params }) => {
      const term = categories.create(String(params.name), Number(params.parent ?? 0), String(params.slug ?? ''));
      return { status: 201, body: show(term), headers: { Location: `${url}/${term.id}` } };
    },
  };
  return [{ pattern: /^\/wc\/v3\/products\/categories$/, endpoints: [list, create] }];
}

const show = (category: Category) => ({
  ...category,
  ...{ description: '', display: 'default', image: null, menu_order: 0, count: 0 },
});
