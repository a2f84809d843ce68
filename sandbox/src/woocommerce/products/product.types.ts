import type { MetaItem } from '../customers/customer.types.ts';

interface Dimensions {
  length: string;
  width: string;
  height: string;
}

export interface ProductImage {
  id: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  src: string;
  name: string;
  alt: string;
}

/** What products and variations share; money and weights are text as typed, empty for none. */
export interface Sellable {
  id: number;
  /** Milliseconds since 1970, whole seconds. */
  createdAt: number;
  modifiedAt: number;
  status: string;
  /** While it is in the trash: its status before. */
  statusBefore?: string;
  /** As typed, before WordPress makes paragraphs of it. */
  description: string;
  sku: string;
  global_unique_id: string;
  regular_price: string;
  sale_price: string;
  /** Milliseconds, null for no bound. */
  saleFrom: number | null;
  saleTo: number | null;
  virtual: boolean;
  downloadable: boolean;
  tax_status: string;
  tax_class: string;
  manage_stock: boolean;
  /** Null while stock is not managed. */
  stock_quantity: number | null;
  stock_status: string;
  backorders: string;
  low_stock_amount: number | null;
  weight: string;
  dimensions: Dimensions;
  menu_order: number;
  meta_data: readonly MetaItem[];
}

export interface ProductAttribute {
  id: number;
  name: string;
  position: number;
  visible: boolean;
  variation: boolean;
  options: readonly string[];
}

export interface Term {
  id: number;
  name: string;
  slug: string;
}

/** A simple or variable product; a variable one has prices only through its variations. */
export interface ProductRecord extends Sellable {
  name: string;
  slug: string;
  type: string;
  featured: boolean;
  catalog_visibility: string;
  short_description: string;
  total_sales: number;
  sold_individually: boolean;
  reviews_allowed: boolean;
  upsell_ids: readonly number[];
  cross_sell_ids: readonly number[];
  parent_id: number;
  purchase_note: string;
  external_url: string;
  button_text: string;
  categories: readonly Term[];
  tags: readonly Term[];
  images: readonly ProductImage[];
  attributes: readonly ProductAttribute[];
  default_attributes: readonly VariationAttribute[];
  grouped_products: readonly number[];
}

export interface VariationAttribute {
  id: number;
  name: string;
  option: string;
}

export interface VariationRecord extends Sellable {
  parent_id: number;
  image: ProductImage | null;
  attributes: readonly VariationAttribute[];
}

/** What the generated products depend on. */
export interface CatalogueSeed {
  seed: number;
  products: number;
}
