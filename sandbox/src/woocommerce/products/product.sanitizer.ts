import type { Params } from '../wordpress/crud.routes.ts';
import { plainText, postText, titleText, unslashed } from '../wordpress/text.sanitizer.ts';
import type { Catalogue } from './product.catalogue.ts';
import type { ProductAttribute } from './product.types.ts';
import { fields } from './sellable.input.ts';

/** WooCommerce joins the options of an attribute with it. */
const DELIMITER = '|';

type Clean = (text: string) => string;

/** The texts of a product as the REST API stores them. An administrator may write anything. */
export function sanitizedProduct(input: Params): Params {
  return {
    ...texts(input, { name: titleText, description: postText, short_description: postText, ...CODES }),
    ...(Array.isArray(input.attributes) && { attributes: input.attributes.map(fields).map(sanitizedAttribute) }),
  };
}

/**
 * Options of attributes that its product does not have vanish (recording 231). One of the shop is named by its id: WooCommerce looks for a
 * name among the product's own.
 */
export function sanitizedVariation(input: Params, { products }: Catalogue): Params {
  const own = texts(input, { description: postText, ...CODES });
  if (!Array.isArray(input.attributes)) return own;
  const offered = products.get(Number(input.product_id))?.attributes ?? [];
  const attributes = input.attributes.map(fields).flatMap(({ id, name, option }) => {
    const isNamed = (attribute: ProductAttribute) =>
      Number(id) > 0 ? attribute.id === Number(id) : attribute.id === 0 && lower(attribute.name) === lower(name);
    const same = offered.find((attribute) => attribute.variation && isNamed(attribute));
    return same ? [{ id: same.id, name: same.name, option: plainText(unslashed(String(option ?? ''))) }] : [];
  });
  return { ...own, attributes };
}

const CODES: Readonly<Record<string, Clean>> = {
  sku: plainText,
  global_unique_id: (text) => plainText(text).replace(/[^0-9-]/g, ''),
};

function sanitizedAttribute(attribute: Params): Params {
  const { name, options } = attribute;
  const given = Array.isArray(options) ? options.map(String) : [String(options ?? '')];
  const split = given.flatMap((option) => option.split(DELIMITER)).map((option) => option.trim());
  return { ...attribute, name: plainText(String(name ?? '')), options: split.filter((option) => option !== '') };
}

function texts(input: Params, cleaners: Readonly<Record<string, Clean>>): Params {
  const given = Object.entries(cleaners).filter(([name]) => typeof input[name] === 'string');
  return { ...input, ...Object.fromEntries(given.map(([name, clean]) => [name, clean(String(input[name]))])) };
}

function lower(value: unknown): string {
  return plainText(String(value ?? '')).toLowerCase();
}
