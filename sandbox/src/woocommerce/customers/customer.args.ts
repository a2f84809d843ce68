import type { ArgSpec } from '../wordpress/rest.types.ts';

type Args = Readonly<Record<string, ArgSpec>>;

const TEXT: ArgSpec = { type: 'string' };
const EMAIL: ArgSpec = { type: 'string', format: 'email' };
const CONTEXT: ArgSpec = { type: 'string', enum: ['view', 'edit'], default: 'view' };
/** WordPress's own, WooCommerce's, and one of a plugin for wholesale. */
const ROLES = [
  'administrator',
  'editor',
  'author',
  'contributor',
  'subscriber',
  'customer',
  'shop_manager',
  'wholesale_customer',
];

const ADDRESS: Args = {
  first_name: TEXT,
  last_name: TEXT,
  company: TEXT,
  address_1: TEXT,
  address_2: TEXT,
  city: TEXT,
  postcode: TEXT,
  country: TEXT,
  state: TEXT,
  phone: TEXT,
};

const META: ArgSpec = {
  type: 'array',
  items: { type: 'object', properties: { id: { type: 'integer' }, key: TEXT, value: { type: 'any' } } },
};

/** GET /customers. There is no modified_after: WooCommerce ignores it here (recording 72). */
export const LIST_ARGS: Args = {
  context: CONTEXT,
  page: { type: 'integer', default: 1, minimum: 1 },
  per_page: { type: 'integer', default: 10, minimum: 1, maximum: 100 },
  search: { ...TEXT, default: '' },
  exclude: { type: 'array', idList: true, default: [] },
  include: { type: 'array', idList: true, default: [] },
  offset: { type: 'integer' },
  order: { ...TEXT, enum: ['asc', 'desc'], default: 'asc' },
  orderby: { ...TEXT, enum: ['id', 'include', 'name', 'registered_date'], default: 'name' },
  email: EMAIL,
  role: { ...TEXT, enum: ['all', ...ROLES], default: 'customer' },
};

/** GET /customers/{id}. */
export const ITEM_ARGS: Args = { id: { type: 'integer' }, context: CONTEXT };

/** POST and PUT /customers/{id}. An empty billing email is refused here, as real shops do. */
export const UPDATE_ARGS: Args = {
  id: { type: 'integer' },
  email: EMAIL,
  first_name: TEXT,
  last_name: TEXT,
  username: TEXT,
  password: TEXT,
  billing: { type: 'object', properties: { ...ADDRESS, email: EMAIL } },
  shipping: { type: 'object', properties: ADDRESS },
  meta_data: META,
};

/** POST /customers. The email's form is checked later, with another error than an update's (recording 31). */
export const CREATE_ARGS: Args = { ...UPDATE_ARGS, email: { ...TEXT, required: true } };

/** DELETE /customers/{id}. */
export const DELETE_ARGS: Args = {
  id: { type: 'integer' },
  force: { type: 'boolean', default: false },
  reassign: { type: 'integer', default: 0 },
};
