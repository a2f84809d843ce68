import { RestError } from '../wordpress/rest.error.ts';

/** Recordings 21, 22 and 25 with 404, recording 42 with 400 for an update. */
export function unknownProduct(status: 404 | 400 = 404): RestError {
  return new RestError('woocommerce_rest_product_invalid_id', 'Invalid ID.', status);
}

export function unknownVariation(status: 404 | 400 = 404): RestError {
  return new RestError('woocommerce_rest_product_variation_invalid_id', 'Invalid ID.', status);
}

/** Recording 34: names the product with the SKU, and a free SKU. */
export function skuTaken(resourceId: number, uniqueSku: string): RestError {
  const details = { resource_id: resourceId, unique_sku: uniqueSku };
  return new RestError('product_invalid_sku', 'Invalid or duplicated SKU.', 400, details);
}

/** Recording 654. */
export function codeTaken(resourceId: number): RestError {
  const message = 'Invalid or duplicated GTIN, UPC, EAN or ISBN.';
  return new RestError('product_invalid_global_unique_id', message, 400, { resource_id: resourceId });
}

/** Recording 947. */
export function skuInTrash(sku: string): RestError {
  const message = `The product with SKU (${sku}) you are trying to insert is already present in the lookup table`;
  return new RestError('woocommerce_rest_product_not_created', message, 400);
}

export function productExists(postType: string): RestError {
  return new RestError(`woocommerce_rest_${postType}_exists`, `Cannot create existing ${postType}.`, 400);
}

/** A second delete without force. */
export function alreadyTrashed(postType: string): RestError {
  return new RestError('woocommerce_rest_already_trashed', `The ${postType} has already been deleted.`, 410);
}

export function notHere(): RestError {
  const message =
    'To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.';
  return new RestError('woocommerce_rest_invalid_product_id', message, 404);
}

/** Recordings 309 to 318. */
export function imageRefused(src: string): RestError {
  const message = `Error getting remote image ${src}. Error: A valid URL was not provided.`;
  return new RestError('woocommerce_product_image_upload_error', message, 400);
}

/** Recording 307. */
export function unknownImage(id: number): RestError {
  return new RestError('woocommerce_product_invalid_image_id', `#${id} is an invalid image ID.`, 400);
}
