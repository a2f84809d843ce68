import { listItems, membersOf, plainText, priceOf, quantityOf, readItem, timeOf } from '../../border/exact.value.ts';
import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { type Changes, changes } from '../../canonical/changed.paths.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { htmlFromShop, htmlToShop } from './html.text.ts';
import { compareText, idOf, listOf, markedWith, recordOf, syncKeyOf, trashed, unmappable } from './raw.reader.ts';
import {
  encodeTitle,
  escaped,
  gmtTime,
  isPublished,
  nameOf,
  neededName,
  plainName,
  stockFromShop,
  stockToShop,
  textOf,
} from './shop.values.ts';
import { variationsFromShop } from './variation.mapping.ts';

/** The fields that a read requests. Some others (related products, price HTML) cost the shop more than all of these. */
export const PRODUCT_FIELDS =
  'id,name,type,status,description,short_description,sku,global_unique_id,regular_price,sale_price,' +
  'date_on_sale_from_gmt,date_on_sale_to_gmt,weight,' +
  'manage_stock,stock_quantity,categories,images,attributes,variations,meta_data,date_modified_gmt';

/** `variations`: those of a variable product, as the shop returns them. */
export function productFromShop(raw: Raw, variations: readonly Raw[]): ExternalItem {
  const broken = unmappable(variations.length > 0 ? { ...raw, variations } : raw);
  if (broken) return broken;
  if (raw.status === 'trash') return trashed(raw);
  return readItem(String(idOf(raw)), raw, () => productData(raw, variations));
}

/** Any other type, such as `external` or one of a plugin, is more than its canonical members say. */
const HELD_TYPES: ReadonlySet<string> = new Set(['simple', 'variable', 'undefined']);

function productData(raw: Raw, variations: readonly Raw[]): CanonicalProduct {
  const of = membersOf(raw);
  const sku = of('sku', plainText);
  return {
    type: HELD_TYPES.has(String(raw.type)) ? undefined : of('type', plainText),
    // A product that we created without a SKU has our key as its SKU, so that we find it again. Other systems see no SKU.
    sku: typeof sku === 'string' && sku === syncKeyOf(raw) ? null : sku,
    name: of('name', plainName),
    description: of('description', htmlText),
    short_description: of('short_description', htmlText),
    barcode: of('global_unique_id', plainText), // from WooCommerce 9.2
    published: of('status', isPublished),
    price: of('regular_price', priceOf),
    sale_price: of('sale_price', priceOf),
    sale_from: of('date_on_sale_from_gmt', timeOf),
    sale_to: of('date_on_sale_to_gmt', timeOf),
    weight: of('weight', quantityOf),
    stock: stockFromShop(raw),
    categories: of('categories', categoryNames),
    images: of('images', imagesOf),
    attributes: of('attributes', attributesOf),
    variations: variationsFromShop(variations),
  };
}

function htmlText(value: unknown, field: string): string | null {
  const html = plainText(value, field);
  return html === null ? null : htmlFromShop(html);
}

function imagesOf(value: unknown, field: string) {
  return listItems(value, field).flatMap((image) => {
    const { src, alt } = recordOf(image);
    const url = textOf(src);
    return url === null ? [] : [{ url, alt: textOf(alt) }];
  });
}

function attributesOf(value: unknown, field: string) {
  return listItems(value, field)
    .map(recordOf)
    .filter(({ variation }) => variation === true)
    .map(({ name, options }) => ({
      name: neededName(name, `${field}.name`),
      options: listItems(options, `${field}.options`).flatMap((option) => nameOf(option) ?? []),
    }))
    .sort((a, b) => compareText(a.name, b.name));
}

/** Without `uncategorized`, which the shop assigns to every product without a category. */
function categoryNames(value: unknown, field: string): string[] {
  const own = listItems(value, field)
    .map(recordOf)
    .filter(({ slug }) => slug !== 'uncategorized');
  return own.map(({ name }) => neededName(name, `${field}.name`)).sort(compareText);
}

/** What the shop has, as far as the body of a product depends on it. */
export interface ProductWriting {
  /** Ids by name, of the categories that the product is not in yet. */
  readonly categoryIds: ReadonlyMap<string, number>;
  /** As the shop has it before an update. */
  readonly before: Raw;
}

/** Without the variations, which have an endpoint of their own. */
export function productToShop(data: CanonicalProduct, paths: Changes, { categoryIds, before }: ProductWriting): Raw {
  const body: Record<string, unknown> = {};
  const put = <T>(
    member: keyof CanonicalProduct,
    name: string,
    value: T | undefined,
    format: (value: T) => unknown,
  ) => {
    if (value !== undefined && changes(paths, member)) body[name] = format(value);
  };
  const text = (value: string | null) => value ?? '';
  put('sku', 'sku', data.sku, text);
  put('name', 'name', data.name, (name) => escaped(encodeTitle(text(name))));
  const html = (value: string | null) => escaped(htmlToShop(text(value)));
  put('description', 'description', data.description, html);
  put('short_description', 'short_description', data.short_description, html);
  put('barcode', 'global_unique_id', data.barcode, text);
  put('published', 'status', data.published, (published) => (published ? 'publish' : 'draft'));
  put('price', 'regular_price', data.price, text);
  put('sale_price', 'sale_price', data.sale_price, text);
  put('sale_from', 'date_on_sale_from_gmt', data.sale_from, gmtTime);
  put('sale_to', 'date_on_sale_to_gmt', data.sale_to, gmtTime);
  put('weight', 'weight', data.weight, text);
  if (data.stock !== undefined && changes(paths, 'stock')) Object.assign(body, stockToShop(data.stock));
  put('categories', 'categories', data.categories, (names) => categoriesToShop(names, before, categoryIds));
  put('images', 'images', data.images, (images) => imagesToShop(images, before));
  put('attributes', 'attributes', data.attributes, (attributes) => attributesToShop(attributes, before));
  const type = data.variations && changes(paths, 'variations') ? typeFor(data.variations.length, before) : null;
  return type === null ? body : { ...body, type };
}

export function productToCreate(data: CanonicalProduct, key: string, categoryIds: ReadonlyMap<string, number>): Raw {
  const body = productToShop(data, null, { categoryIds, before: {} });
  return { ...body, sku: body.sku || key, meta_data: markedWith(key) };
}

/** Names of categories that the product is not in yet. */
export function newCategories({ categories = [] }: CanonicalProduct, before: Raw): string[] {
  const present = categoriesOf(before);
  return categories.filter((name) => !present.has(name));
}

/** When several categories share a name, the one that the product is already in counts. */
function categoriesToShop(names: readonly string[], before: Raw, ids: ReadonlyMap<string, number>): Raw[] {
  const present = categoriesOf(before);
  return names.flatMap((name) => {
    const id = present.get(name) ?? ids.get(name);
    return id === undefined ? [] : [{ id }];
  });
}

function categoriesOf(raw: Raw): Map<string | null, number> {
  return new Map(listOf(raw.categories).map((category) => [nameOf(category.name), Number(category.id)]));
}

/** An image that the product already has is sent by its id. The shop fetches a new one from its URL. */
function imagesToShop(images: NonNullable<CanonicalProduct['images']>, before: Raw): Raw[] {
  const known = new Map(listOf(before.images).map((image) => [image.src, image.id]));
  return images.map(({ url, alt }) => ({
    ...(known.has(url) ? { id: known.get(url) } : { src: url }),
    alt: alt ?? '',
  }));
}

/** Replaces the attributes that variations differ by, and keeps the others. A global attribute of the shop keeps its id. */
function attributesToShop(attributes: NonNullable<CanonicalProduct['attributes']>, before: Raw): Raw[] {
  const present = listOf(before.attributes);
  const wanted = attributes.map(({ name, options }) => {
    const same = recordOf(present.find((attribute) => nameOf(attribute.name) === name));
    const named = Number(same.id) > 0 ? { id: same.id } : { name };
    return { ...named, options, variation: true, visible: same.visible ?? true };
  });
  const names = new Set(attributes.map(({ name }) => name));
  return [...wanted, ...present.filter(({ variation, name }) => variation !== true && !names.has(nameOf(name) ?? ''))];
}

/** Adding variations makes a product variable; removing all makes it simple. Other types, such as bundles, stay. */
function typeFor(variations: number, before: Raw): string | null {
  if (variations > 0) return before.type === 'variable' ? null : 'variable';
  return before.type === 'variable' ? 'simple' : null;
}
