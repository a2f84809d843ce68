import type { ProductRecord, Sellable, Term } from './product.types.ts';

/** The shop's product categories; the first is WooCommerce's default (recording 61). */
export const CATEGORIES: readonly Term[] = [
  { id: 15, name: 'Uncategorized', slug: 'uncategorized' },
  { id: 16, name: 'Kleidung', slug: 'kleidung' },
  { id: 17, name: 'Music', slug: 'music' },
];

/** A product or variation before any input. */
export const BLANK_SELLABLE: Readonly<Sellable> = {
  id: 0,
  createdAt: 0,
  modifiedAt: 0,
  status: 'publish',
  description: '',
  sku: '',
  global_unique_id: '',
  regular_price: '',
  sale_price: '',
  saleFrom: null,
  saleTo: null,
  virtual: false,
  downloadable: false,
  tax_status: 'taxable',
  tax_class: '',
  manage_stock: false,
  stock_quantity: null,
  stock_status: 'instock',
  backorders: 'no',
  low_stock_amount: null,
  weight: '',
  dimensions: { length: '', width: '', height: '' },
  menu_order: 0,
  meta_data: [],
};

export const BLANK_PRODUCT: Readonly<ProductRecord> = {
  ...BLANK_SELLABLE,
  name: '',
  slug: '',
  type: 'simple',
  featured: false,
  catalog_visibility: 'visible',
  short_description: '',
  total_sales: 0,
  sold_individually: false,
  reviews_allowed: true,
  upsell_ids: [],
  cross_sell_ids: [],
  parent_id: 0,
  purchase_note: '',
  external_url: '',
  button_text: '',
  categories: CATEGORIES.slice(0, 1),
  tags: [],
  images: [],
  attributes: [],
  default_attributes: [],
  grouped_products: [],
};
