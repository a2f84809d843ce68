import type { ArgSpec } from './rest.types.ts';

type Args = Readonly<Record<string, ArgSpec>>;

export const TEXT: ArgSpec = { type: 'string' };
export const INTEGER: ArgSpec = { type: 'integer' };
export const FLAG: ArgSpec = { type: 'boolean' };

export const META_ARG: ArgSpec = {
  type: 'array',
  items: { type: 'object', properties: { id: INTEGER, key: TEXT, value: { type: 'any' } } },
};

/** The parameters of every list of posts; by default the newest come first. */
export function collectionArgs(orders: readonly string[]): Args {
  const date: ArgSpec = { type: 'string', format: 'date-time' };
  return {
    context: { ...TEXT, enum: ['view', 'edit'], default: 'view' },
    page: { type: 'integer', default: 1, minimum: 1 },
    per_page: { type: 'integer', default: 10, minimum: 1, maximum: 100 },
    search: TEXT,
    after: date,
    before: date,
    modified_after: date,
    modified_before: date,
    dates_are_gmt: { type: 'boolean', default: false },
    exclude: { type: 'array', idList: true, default: [] },
    include: { type: 'array', idList: true, default: [] },
    offset: INTEGER,
    order: { ...TEXT, enum: ['asc', 'desc'], default: 'desc' },
    orderby: { ...TEXT, enum: orders, default: 'date' },
  };
}
