import { collectionArgs, FLAG, INTEGER, META_ARG, TEXT } from '../wordpress/common.args.ts';
import type { ArgSpec } from '../wordpress/rest.types.ts';

type Args = Readonly<Record<string, ArgSpec>>;

const TYPES = ['simple', 'grouped', 'external', 'variable'];
const STATUSES = ['draft', 'pending', 'private', 'publish', 'future', 'auto-draft', 'trash'];
/** In the order of recording 528. */
const LISTED = ['any', 'future', 'trash', 'draft', 'pending', 'private', 'publish'];
const STOCK_STATUSES = ['instock', 'outofstock', 'onbackorder'];
/** Not checked, and null is no empty text. */
const DATE: ArgSpec = { type: 'any' };
const IDS: ArgSpec = { type: 'array', items: INTEGER };

/** In the order of recording 73, with its repetitions. */
const ORDERS = [
  ...['date', 'id', 'include', 'title', 'slug', 'modified', 'popularity', 'rating', 'post__in', 'price', 'sales'],
  ...['menu_order', 'random', 'popularity', 'rating', 'menu_order', 'price', 'popularity', 'rating'],
];

/** WooCommerce 7.9, in the order of recording 575. */
const OLDER_ORDERS = [
  ...['date', 'id', 'include', 'title', 'slug', 'modified', 'popularity', 'rating'],
  ...['menu_order', 'price', 'popularity', 'rating'],
];

/** GET /products. Those of variations differ in nothing that is used here. */
const LIST_ARGS: Args = {
  ...collectionArgs(ORDERS),
  slug: TEXT,
  status: { ...TEXT, enum: LISTED, default: 'any' },
  type: { ...TEXT, enum: TYPES },
  sku: TEXT,
  featured: FLAG,
  category: TEXT,
  parent: { type: 'array', idList: true, default: [] },
  stock_status: { ...TEXT, enum: STOCK_STATUSES },
};

const SELLABLE: Args = {
  id: INTEGER,
  description: TEXT,
  sku: TEXT,
  global_unique_id: TEXT,
  regular_price: TEXT,
  sale_price: TEXT,
  date_on_sale_from: DATE,
  date_on_sale_from_gmt: DATE,
  date_on_sale_to: DATE,
  date_on_sale_to_gmt: DATE,
  virtual: FLAG,
  downloadable: FLAG,
  tax_status: { ...TEXT, enum: ['taxable', 'shipping', 'none'] },
  tax_class: TEXT,
  stock_quantity: { ...INTEGER, signed: true },
  stock_status: { ...TEXT, enum: STOCK_STATUSES },
  backorders: { ...TEXT, enum: ['no', 'notify', 'yes'] },
  low_stock_amount: INTEGER,
  weight: TEXT,
  dimensions: { type: 'object', properties: { length: TEXT, width: TEXT, height: TEXT } },
  menu_order: INTEGER,
  meta_data: META_ARG,
};

/** POST and PUT of a product; prices are text, a number is refused (recordings 35, 36). */
const WRITE_ARGS: Args = {
  name: TEXT,
  slug: TEXT,
  type: { ...TEXT, enum: TYPES },
  status: { ...TEXT, enum: STATUSES },
  featured: FLAG,
  catalog_visibility: { ...TEXT, enum: ['visible', 'catalog', 'search', 'hidden'] },
  short_description: TEXT,
  ...SELLABLE,
  manage_stock: FLAG,
  sold_individually: FLAG,
  reviews_allowed: FLAG,
  upsell_ids: IDS,
  cross_sell_ids: IDS,
  parent_id: INTEGER,
  purchase_note: TEXT,
  categories: { type: 'array', items: { type: 'object', properties: { id: INTEGER } } },
  tags: { type: 'array', items: { type: 'object', properties: { id: INTEGER } } },
  images: { type: 'array', items: { type: 'object', properties: { src: TEXT, name: TEXT, alt: TEXT } } },
  attributes: { type: 'array', items: { type: 'object' } },
  default_attributes: { type: 'array', items: { type: 'object' } },
  grouped_products: IDS,
};

/** POST and PUT of a variation, whose stock may be its product's. */
const VARIATION_WRITE_ARGS: Args = {
  ...SELLABLE,
  status: { ...TEXT, enum: STATUSES },
  manage_stock: { type: 'any' },
  image: { type: 'object', properties: { src: TEXT, name: TEXT, alt: TEXT } },
  attributes: { type: 'array', items: { type: 'object', properties: { name: TEXT, option: TEXT } } },
};

/** What the endpoints of products take; in WooCommerce 7.9 fewer orders, and for a variation no stock of its product's (recordings 253, 575). */
export function productArgs(legacy: boolean): { list: Args; write: Args; writeVariation: Args } {
  if (!legacy) return { list: LIST_ARGS, write: WRITE_ARGS, writeVariation: VARIATION_WRITE_ARGS };
  const orderby: ArgSpec = { ...TEXT, enum: OLDER_ORDERS, default: 'date' };
  const list = Object.fromEntries(
    Object.entries(LIST_ARGS).map(([name, spec]) => [name, name === 'orderby' ? orderby : spec]),
  );
  return { list, write: WRITE_ARGS, writeVariation: { ...VARIATION_WRITE_ARGS, manage_stock: FLAG } };
}
