import type { ChangeEvent, ChangeFeed } from '../store/change.feed.ts';
import type { IdSequence } from '../store/overlay.store.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import { type Catalogue, variationName } from './product.catalogue.ts';
import { BLANK_PRODUCT } from './product.defaults.ts';
import { codeTaken, skuInTrash, skuTaken, unknownProduct } from './product.errors.ts';
import type { InputSource } from './product.input.ts';
import type { ProductImage, ProductRecord, VariationRecord } from './product.types.ts';

export interface CatalogueWriterParts {
  homeUrl: string;
  catalogue: Catalogue;
  changes: ChangeFeed;
  ids: IdSequence;
  metaIds: IdSequence;
  /** WooCommerce 7.9. */
  legacy: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
  /** What the API shows of a product, for webhooks. */
  show: (product: ProductRecord) => object;
}

/** What writing products and writing variations share. */
export class CatalogueWriter {
  readonly catalogue: Catalogue;
  readonly #parts: CatalogueWriterParts;
  readonly #files = new Set<string>();

  /** WooCommerce 7.9. */
  get legacy(): boolean {
    return this.#parts.legacy;
  }

  constructor(parts: CatalogueWriterParts) {
    this.catalogue = parts.catalogue;
    this.#parts = parts;
  }

  /** A product, or a variation in the shape in which `/products?sku=` and `/products/{id}` show it. */
  find(id: unknown): ProductRecord | null {
    const product = this.catalogue.products.get(Number(id));
    if (product) return product;
    const variation = this.catalogue.variations.get(Number(id));
    return variation && this.#asProduct(variation);
  }

  /** Throws when another product or variation has the SKU. */
  checkSku(sku: unknown, ownId: number): void {
    const wanted = String(sku ?? '');
    const owner = wanted === '' ? null : this.catalogue.idOfSku(wanted);
    if (owner === null || owner === ownId) return;
    let n = 1;
    while (this.catalogue.idOfSku(`${wanted}-${n}`) !== null) n += 1;
    throw skuTaken(owner, `${wanted}-${n}`);
  }

  /** A product in the trash still holds its SKU in the lookup table of WooCommerce 11 (recording 947); 7.9 has no such check. */
  checkTrashedSku(sku: unknown): void {
    const wanted = String(sku ?? '');
    if (wanted !== '' && !this.legacy && this.catalogue.idOfTrashedSku(wanted) !== null) throw skuInTrash(wanted);
  }

  /** The input as this version takes it: 7.9 knows no GTIN and drops it without a word (recordings 653, 654). Throws when another has it. */
  taken(input: Params, ownId: number): Params {
    const { global_unique_id: code, ...rest } = input;
    if (this.legacy) return rest;
    const owner = code ? this.catalogue.idOfCode(String(code)) : null;
    if (owner !== null && owner !== ownId) throw codeTaken(owner);
    return input;
  }

  emitChange(event: ChangeEvent, id: number, silent = false): void {
    const body = () => (event === 'deleted' ? { id } : this.#shown(id));
    this.#parts.changes.emit({ resource: 'product', event, id, body, silent });
  }

  /** As the API shows it now, or the error that it answers. */
  #shown(id: number): object {
    const product = this.find(id);
    return product ? this.#parts.show(product) : unknownProduct().body();
  }

  /** Adds to the stock of a product or variation that counts it, and tells. False when nothing was counted. It may fall below zero. */
  moveStock(id: number, by: number): boolean {
    const { products, variations } = this.catalogue;
    const { now: modifiedAt } = this.source();
    const [product, variation] = [products.get(id), variations.get(id)];
    const counted = product ?? variation;
    if (!counted?.manage_stock) return false;
    const stock_quantity = (counted.stock_quantity ?? 0) + by;
    const empty = counted.backorders === 'no' ? 'outofstock' : 'onbackorder';
    const stock = { stock_quantity, stock_status: stock_quantity > 0 ? 'instock' : empty, modifiedAt };
    if (product) this.catalogue.putProduct({ ...product, ...stock });
    else if (variation) this.catalogue.putVariation({ ...variation, ...stock });
    this.touchParent(variation);
    this.emitChange('updated', id);
    return true;
  }

  /** WooCommerce saves the product after its variations, to sync prices and stock, and so updates its date, too. No webhook tells it (recordings 189, 190). */
  touchParent(variation: VariationRecord | null): void {
    const parent = variation && this.catalogue.products.get(variation.parent_id);
    if (parent) this.catalogue.putProduct({ ...parent, modifiedAt: this.source().now });
  }

  source(): InputSource {
    const { ids, metaIds, now } = this.#parts;
    return {
      upload: (src) => this.#upload(src),
      nextId: () => ids.next(),
      nextMetaId: () => metaIds.next(),
      now: Math.floor(now() / 1000) * 1000,
      categories: this.catalogue.categories.all(),
      attributes: this.catalogue.attributes,
    };
  }

  /** Fetched anew whenever it is named by its address: a file of its own each time (recordings 301, 303). */
  #upload(src: string): ProductImage {
    const { ids, now, homeUrl } = this.#parts;
    const createdAt = Math.floor(now() / 1000) * 1000;
    const [, base = '', ending = ''] = /([^/]*?)(\.\w+)$/.exec(new URL(src).pathname) ?? [];
    let name = `${base}${ending}`;
    for (let n = 1; this.#files.has(name); n += 1) name = `${base}-${n}${ending}`;
    this.#files.add(name);
    const folder = new Date(createdAt).toISOString().slice(0, 7).replace('-', '/');
    return { id: ids.next(), createdAt, src: `${homeUrl}/wp-content/uploads/${folder}/${name}`, name, alt: '' };
  }

  #asProduct(variation: VariationRecord): ProductRecord {
    const parent = this.catalogue.products.get(variation.parent_id);
    const name = variationName(parent?.name ?? '', variation);
    const images = variation.image ? [variation.image] : [];
    const sku = variation.sku || (parent?.sku ?? '');
    return { ...BLANK_PRODUCT, ...variation, sku, type: 'variation', name, slug: slugOf(name), images, attributes: [] };
  }
}
