/**
 * What one item may be. Postgres and RFC 8785 set the first limits (no NUL, no lone surrogate, no endless depth); the others are far
 * above what people enter, and keep one item from being the trouble of a whole sync.
 */

/** Of an id, in bytes of UTF-8. It is part of keys, and Postgres refuses a key of more than 2,700 bytes. */
export const MAX_ID_BYTES = 512;

/** Of a value that is searched for. 25 of them stand in one address, and hosts refuse addresses of more than 8 KiB. */
export const MAX_KEY_BYTES = 320;
export const KEYS: ReadonlySet<string> = new Set([
  ...['email', 'vat', 'reference', 'sku', 'barcode', 'number', 'external_id', 'product_external_id'],
]);

/** Of any other text, in bytes: a name, a street, the address of an image. */
export const MAX_TEXT_BYTES = 16 * 1024;
/** Only the limit of the whole item applies to these. They are HTML, sometimes with pictures inside. */
export const LONG_TEXTS: ReadonlySet<string> = new Set(['description', 'short_description', 'note']);

/** Of the name of a member, such as the attribute of a variation. */
export const MAX_NAME_BYTES = 1024;

/** Of an item: names and texts, and 8 bytes for each value. 100 items are committed in one statement. */
export const MAX_ITEM_BYTES = 1024 * 1024;

/** Of one list or object: the lines of an order, the variations of a product. */
export const MAX_MEMBERS = 5_000;

/** Of objects and lists inside each other. An order has five. */
export const MAX_ITEM_DEPTH = 32;

/** Of a position, a watermark or a change token, which connectors make of what a system says. */
export const MAX_STATE_BYTES = 16 * 1024;

/** Of what is kept to show with a problem. */
export const MAX_SHOWN_BYTES = 16 * 1024;
export const MAX_SHOWN_DEPTH = 8;
