import type { Context } from '../wordpress/crud.routes.ts';
import { paragraphsOf, slugOf } from '../wordpress/text.formatting.ts';
import type { Catalogue } from './product.catalogue.ts';
import { isOnSale, priceHtml, priceOf, priceRange } from './product.price.ts';
import type { ProductRecord, VariationAttribute, VariationRecord } from './product.types.ts';
import { backordersOf, datesOf, downloadsOf, presentImage, saleDatesOf, selfLinks } from './sellable.presenter.ts';

export interface PresenterParts {
  catalogue: Catalogue;
  homeUrl: string;
  /** Milliseconds since 1970: a sale may have ended. */
  now: () => number;
}

/** A product as the API shows it, fields in recorded order (recordings 61, 62; 42 for `edit`). */
export function presentProduct(product: ProductRecord, { catalogue, homeUrl, now }: PresenterParts, context: Context) {
  const edit = context === 'edit';
  const collection = `${homeUrl}/wp-json/wc/v3/products`;
  const variable = product.type === 'variable';
  const children = variable ? catalogue.childrenOf(product.id).filter(({ status }) => status !== 'trash') : [];
  const range = variable ? priceRange(children, now()) : null;
  const price = variable ? (range?.low ?? '') : priceOf(product, now());
  const stocked = children.length === 0 || children.some(({ stock_status }) => stock_status !== 'outofstock');
  return {
    id: product.id,
    name: product.name,
    slug: product.slug,
    permalink: `${homeUrl}/product/${product.slug}/`,
    ...datesOf(product),
    type: product.type,
    status: product.status,
    featured: product.featured,
    catalog_visibility: product.catalog_visibility,
    description: edit ? product.description : paragraphsOf(product.description),
    short_description: edit ? product.short_description : paragraphsOf(product.short_description),
    sku: product.sku,
    price,
    regular_price: variable ? '' : product.regular_price,
    sale_price: variable ? '' : product.sale_price,
    ...saleDatesOf(product),
    on_sale: variable ? children.some((child) => isOnSale(child, now())) : isOnSale(product, now()),
    purchasable: price !== '' && product.status === 'publish',
    total_sales: product.total_sales,
    ...downloadsOf(product),
    external_url: product.external_url,
    button_text: product.button_text,
    tax_status: product.tax_status,
    tax_class: product.tax_class,
    manage_stock: product.manage_stock,
    stock_quantity: product.stock_quantity,
    ...backordersOf(product),
    sold_individually: product.sold_individually,
    weight: product.weight,
    dimensions: product.dimensions,
    shipping_required: !product.virtual,
    shipping_taxable: product.tax_status !== 'none',
    shipping_class: '',
    shipping_class_id: 0,
    reviews_allowed: product.reviews_allowed,
    average_rating: edit ? '0' : '0.00',
    rating_count: 0,
    upsell_ids: product.upsell_ids,
    cross_sell_ids: product.cross_sell_ids,
    parent_id: product.parent_id,
    purchase_note: product.purchase_note,
    categories: product.categories,
    brands: [],
    tags: product.tags,
    images: product.images.map(presentImage),
    attributes: presentAttributes(product, catalogue),
    default_attributes: product.default_attributes,
    variations: children.map(({ id }) => id),
    grouped_products: product.grouped_products,
    menu_order: product.menu_order,
    price_html: priceHtml(product, range, now()),
    related_ids: relatedIds(product.id, catalogue),
    meta_data: product.meta_data,
    stock_status: product.manage_stock || stocked ? product.stock_status : 'outofstock',
    has_options: variable,
    post_password: '',
    global_unique_id: product.global_unique_id,
    ...(edit && { permalink_template: `${homeUrl}/product/%pagename%/`, generated_slug: slugOf(product.name) }),
    _links: { self: selfLinks(`${collection}/${product.id}`), collection: [{ href: collection }] },
  };
}

/** A variation below its product (recording 63). */
export function presentVariation(variation: VariationRecord, { catalogue, homeUrl, now }: PresenterParts) {
  const product = `${homeUrl}/wp-json/wc/v3/products/${variation.parent_id}`;
  const parent = catalogue.products.get(variation.parent_id);
  const byParent = !variation.manage_stock && parent?.manage_stock === true;
  const price = priceOf(variation, now());
  const query = variation.attributes.map(({ name, option }) => `attribute_${slugOf(name)}=${phpEncoded(option)}`);
  return {
    id: variation.id,
    type: 'variation',
    ...datesOf(variation),
    description: paragraphsOf(variation.description),
    permalink: `${homeUrl}/product/${parent?.slug ?? ''}/?${query.join('&')}`,
    sku: variation.sku || (parent?.sku ?? ''), // inherited (recordings 221, 234)
    global_unique_id: variation.global_unique_id,
    price,
    regular_price: variation.regular_price,
    sale_price: variation.sale_price,
    ...saleDatesOf(variation),
    on_sale: isOnSale(variation, now()),
    status: variation.status,
    purchasable: price !== '' && variation.status === 'publish',
    ...downloadsOf(variation),
    tax_status: variation.tax_status,
    tax_class: variation.tax_class,
    manage_stock: byParent ? 'parent' : variation.manage_stock,
    stock_quantity: byParent ? parent.stock_quantity : variation.stock_quantity,
    stock_status: byParent ? parent.stock_status : variation.stock_status,
    ...backordersOf(variation),
    weight: variation.weight,
    dimensions: variation.dimensions,
    shipping_class: '',
    shipping_class_id: 0,
    image: variation.image && presentImage(variation.image),
    gallery_image_ids: [],
    attributes: presentOptions(variation.attributes, catalogue),
    menu_order: variation.menu_order,
    meta_data: variation.meta_data,
    name: variation.attributes.map(({ option }) => option).join(', '),
    parent_id: variation.parent_id,
    _links: {
      self: selfLinks(`${product}/variations/${variation.id}`),
      collection: [{ href: `${product}/variations` }],
      up: [{ href: product }],
    },
  };
}

function presentAttributes(product: ProductRecord, catalogue: Catalogue): object[] {
  if (product.type !== 'variation') {
    return product.attributes.map(({ id, name, ...rest }) => ({
      ...{ id, name, slug: catalogue.attributes.slugOf({ id, name }) },
      ...rest,
    }));
  }
  const options = catalogue.variations.get(product.id)?.attributes ?? [];
  return presentOptions(options, catalogue);
}

function presentOptions(options: readonly VariationAttribute[], { attributes }: Catalogue): object[] {
  return options.map(({ id, name, option }) => ({
    ...{ id, name, slug: id > 0 ? attributes.slugOf({ id, name }) : slugOf(name) },
    option,
  }));
}

/** Up to five neighbours. A real shop picks random ones for each response. */
function relatedIds(id: number, { products, shop }: Catalogue): number[] {
  const index = products.generated.indexOf(id) ?? 0;
  const near = [1, 2, 3, 4, 5].map((step) => (index + step) % Math.max(1, shop.products));
  return [...new Set(near)].filter((other) => other < shop.products).map(products.generated.idAt);
}

function phpEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+');
}
