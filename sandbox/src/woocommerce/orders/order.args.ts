import { collectionArgs, FLAG, INTEGER, META_ARG, TEXT } from '../wordpress/common.args.ts';
import type { ArgSpec } from '../wordpress/rest.types.ts';
import { CURRENCY_CODES } from './currency.codes.ts';

type Args = Readonly<Record<string, ArgSpec>>;

/** In the order of recording 38. */
const STATUSES = [
  ...['auto-draft', 'pending', 'processing', 'on-hold', 'completed'],
  ...['cancelled', 'refunded', 'failed', 'checkout-draft'],
];

/** GET /orders. */
export const LIST_ARGS: Args = {
  ...collectionArgs(['date', 'id', 'include', 'title', 'slug', 'modified']),
  status: { type: 'array', items: { ...TEXT, enum: ['any', 'trash', ...STATUSES] }, default: ['any'] },
  customer: INTEGER,
  product: INTEGER,
  dp: INTEGER,
};

const ADDRESS_PARTS: Args = {
  ...{ first_name: TEXT, last_name: TEXT, company: TEXT, address_1: TEXT, address_2: TEXT, city: TEXT },
  ...{ state: TEXT, postcode: TEXT, country: TEXT, phone: TEXT },
};
const ADDRESS: ArgSpec = { type: 'object', properties: ADDRESS_PARTS, refusesNull: true };
const BILLING: ArgSpec = { ...ADDRESS, properties: { ...ADDRESS_PARTS, email: { ...TEXT, format: 'email' } } };
const LINE = {
  id: INTEGER,
  name: TEXT,
  product_id: { type: 'any' },
  variation_id: INTEGER,
  quantity: INTEGER,
} as const;

/** POST and PUT of an order. */
export const WRITE_ARGS: Args = {
  id: INTEGER,
  status: { ...TEXT, enum: STATUSES },
  currency: { ...TEXT, enum: CURRENCY_CODES },
  customer_id: INTEGER,
  customer_note: TEXT,
  billing: BILLING,
  shipping: ADDRESS,
  payment_method: TEXT,
  payment_method_title: TEXT,
  transaction_id: TEXT,
  created_via: TEXT,
  set_paid: FLAG,
  meta_data: META_ARG,
  line_items: { type: 'array', items: { type: 'object', properties: { ...LINE, subtotal: TEXT, total: TEXT } } },
  shipping_lines: { type: 'array', items: { type: 'object', properties: { id: INTEGER, total: TEXT } } },
  fee_lines: { type: 'array', items: { type: 'object', properties: { id: INTEGER, total: TEXT } } },
  coupon_lines: { type: 'array', items: { type: 'object' } },
};

/** POST of a refund. */
export const REFUND_ARGS: Args = { id: INTEGER, amount: TEXT, reason: TEXT, api_refund: FLAG, meta_data: META_ARG };
