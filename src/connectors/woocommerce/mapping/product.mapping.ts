import type { CanonicalProduct } from '../../canonical/canonical.types.ts';
import { type Changes, changes } from '../../canonical/changed.paths.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { trashed, unmappable } from './item.mapping.ts';
import { compareText, idOf, listOf, markedWith, recordOf, syncKeyOf } from './raw.reader.ts';
import { decimalOf, encodeTitle, nameOf, textOf } from './shop.values.ts';
import { stockFromShop, stockToShop } from './stock.mapping.ts';
import { variationsFromShop } from './variation.mapping.ts';

/** What a read asks the shop for. Much of the rest (related products, price HTML) costs the shop more than all of this. */
export const PRODUCT_FIELDS =
  'id,name,type,status,description,short_description,sku,global_unique_id,regular_price,sale_price,weight,' +
  'manage_stock,stock_quantity,categories,images,attributes,meta_data,date_modified_gmt';

/** `variations`: those of a variable product, as the shop shows them. */
export function productFromShop(raw: Raw, variations: readonly Raw[]): ExternalItem {
  const id = idOf(raw);
  if (id === null) return unmappable(raw);
  if (raw.status === 'trash') return trashed(raw);
  const sku = textOf(raw.sku);
  const data: CanonicalProduct = {
    // A product created without a SKU carries our key as one, so that it can be found again; to others it has none.
    sku: sku !== null && sku === syncKeyOf(raw) ? null : sku,
    name: nameOf(raw.name),
    description: textOf(raw.description),
    short_description: textOf(raw.short_description),
    ...('global_unique_id' in raw && { barcode: textOf(raw.global_unique_id) }), // from WooCommerce 9.2
    published: raw.status === 'publish',
    price: decimalOf(raw.regular_price),
    sale_price: decimalOf(raw.sale_price),
    weight: decimalOf(raw.weight),
    stock: stockFromShop(raw),
    categories: categoryNames(raw),
    images: listOf(raw.images).flatMap(({ src, alt }) => {
      const url = textOf(src);
      return url === null ? [] : [{ url, alt: textOf(alt) }];
    }),
    attributes: listOf(raw.attributes)
      .filter(({ variation }) => variation === true)
      .map(({ name, options }) => ({ name: nameOf(name) ?? '', options: optionNames(options) }))
      .sort((a, b) => compareText(a.name, b.name)),
    variations: variationsFromShop(variations),
  };
  return { external_id: String(id), data };
}

/** The shop puts a product without categories into one of its own; that says nothing of the product. */
function categoryNames(raw: Raw): string[] {
  const own = listOf(raw.categories).filter(({ slug }) => slug !== 'uncategorized');
  return own.flatMap(({ name }) => nameOf(name) ?? []).sort(compareText);
}

function optionNames(options: unknown): string[] {
  return Array.isArray(options) ? options.flatMap((option) => nameOf(option) ?? []) : [];
}

/** What a product's body needs to know of the shop. */
export interface ProductWriting {
  /** Ids of categories by name, of all those that the product is not in yet. */
  readonly categoryIds: ReadonlyMap<string, number>;
  /** As the shop has it before an update. */
  readonly before: Raw;
}

/** Without its variations, which have an address of their own. */
export function productToShop(data: CanonicalProduct, paths: Changes, { categoryIds, before }: ProductWriting): Raw {
  const body: Record<string, unknown> = {};
  const put = <T>(member: keyof CanonicalProduct, name: string, value: T | undefined, shown: (value: T) => unknown) => {
    if (value !== undefined && changes(paths, member)) body[name] = shown(value);
  };
  const text = (value: string | null) => value ?? '';
  put('sku', 'sku', data.sku, text);
  put('name', 'name', data.name, (name) => encodeTitle(text(name)));
  put('description', 'description', data.description, text);
  put('short_description', 'short_description', data.short_description, text);
  put('barcode', 'global_unique_id', data.barcode, text);
  put('published', 'status', data.published, (published) => (published ? 'publish' : 'draft'));
  put('price', 'regular_price', data.price, text);
  put('sale_price', 'sale_price', data.sale_price, text);
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

/** Names of categories that the product is not in, as the shop has it. */
export function newCategories({ categories = [] }: CanonicalProduct, before: Raw): string[] {
  const present = categoriesOf(before);
  return categories.filter((name) => !present.has(name));
}

/** Several categories may share a name; the one the product is in already is meant. */
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

/** An image the product has already is named by its id; another is fetched by the shop from its address. */
function imagesToShop(images: NonNullable<CanonicalProduct['images']>, before: Raw): Raw[] {
  const known = new Map(listOf(before.images).map((image) => [image.src, image.id]));
  return images.map(({ url, alt }) => ({
    ...(known.has(url) ? { id: known.get(url) } : { src: url }),
    alt: alt ?? '',
  }));
}

/** Replaces what variations differ by and keeps the other attributes; one the whole shop shares keeps its id. */
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

/** Variations make a product variable and their end makes it simple; bundles and the like are left what they are. */
function typeFor(variations: number, before: Raw): string | null {
  if (variations > 0) return before.type === 'variable' ? null : 'variable';
  return before.type === 'variable' ? 'simple' : null;
}
