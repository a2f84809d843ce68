import type { Params } from '../wordpress/crud.routes.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import type { AttributeStore } from './attribute.store.ts';
import type { ProductAttribute, ProductImage, ProductRecord, Term, VariationAttribute } from './product.types.ts';
import { fields, mergeImages, mergeSellable, pick } from './sellable.input.ts';

const TEXTS = [
  'name',
  'type',
  'catalog_visibility',
  'short_description',
  'purchase_note',
  'external_url',
  'button_text',
];
const FLAGS = ['featured', 'sold_individually', 'reviews_allowed'];
const ID_LISTS = ['upsell_ids', 'cross_sell_ids', 'grouped_products'];

/** What a merge needs from the rest of the shop. */
export interface InputSource {
  nextId(): number;
  nextMetaId(): number;
  /** Makes a file of the shop's own of a picture. */
  upload(src: string): ProductImage;
  /** Milliseconds, whole seconds. */
  now: number;
  attributes: AttributeStore;
  /** The shop's categories. Products without one get the first. */
  categories: readonly Term[];
}

/** The product with every given field replaced. SKU and slug are set by the service, which knows the other products. */
export function mergeProduct(product: ProductRecord, input: Params, source: InputSource): ProductRecord {
  return {
    ...mergeSellable(product, input, source.nextMetaId),
    ...pick(input, TEXTS, String),
    ...pick(input, FLAGS, (value) => value === true || value === 'true'),
    ...pick(input, ID_LISTS, (value) => (Array.isArray(value) ? value.map(Number) : [])),
    ...pick(input, ['parent_id'], Number),
    categories: mergeCategories(product.categories, input.categories, source.categories),
    tags: mergeTerms(product.tags, input.tags),
    images: mergeImages(product.images, input.images, source.upload),
    attributes: mergeAttributes(product.attributes, input.attributes, source.attributes),
    default_attributes: readOptions(product.default_attributes, input.default_attributes, source.attributes),
  };
}

/** Categories are given by id. Unknown ones are dropped; without any the product is Uncategorized. */
function mergeCategories(before: readonly Term[], given: unknown, all: readonly Term[]): readonly Term[] {
  if (!Array.isArray(given)) return before;
  const known = given.flatMap((term) => all.filter(({ id }) => id === Number(fields(term).id)));
  return (known.length > 0 ? known : all.slice(0, 1)).map(({ id, name, slug }) => ({ id, name, slug }));
}

function mergeTerms(before: readonly Term[], given: unknown): readonly Term[] {
  if (!Array.isArray(given)) return before;
  return given.map(fields).map(({ id, name }) => {
    const known = before.find((term) => term.id === Number(id));
    return known ?? { id: Number(id ?? 0), name: String(name ?? ''), slug: slugOf(String(name ?? '')) };
  });
}

/** One that names an attribute of the shop by an unknown id vanishes (recording 360). */
function mergeAttributes(
  before: readonly ProductAttribute[],
  given: unknown,
  known: AttributeStore,
): readonly ProductAttribute[] {
  if (!Array.isArray(given)) return before;
  return given.map(fields).flatMap(({ id, name, position, visible, variation, options }) => {
    const shared = known.find(id);
    if (Number(id) > 0 && !shared) return [];
    const named = Array.isArray(options) ? options.map(String) : String(options ?? '').split(/\s*\|\s*/);
    return {
      id: shared?.id ?? 0,
      name: shared?.name ?? String(name ?? ''),
      position: Number(position ?? 0),
      visible: visible === true,
      variation: variation === true,
      options: shared ? known.termsOf(shared, named) : named,
    };
  });
}

/** `[{name, option}]`, or with the id of an attribute of the shop: the form of variations and default attributes. */
export function readOptions(
  before: readonly VariationAttribute[],
  given: unknown,
  known: AttributeStore,
): readonly VariationAttribute[] {
  if (!Array.isArray(given)) return before;
  return given.map(fields).map(({ id, name, option }) => {
    const shared = known.find(id);
    if (!shared) return { id: 0, name: String(name ?? ''), option: String(option ?? '') };
    return { id: shared.id, name: shared.name, option: known.optionOf(shared, String(option ?? '')) };
  });
}
