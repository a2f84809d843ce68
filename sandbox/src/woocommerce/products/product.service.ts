import type { ChangeEvent } from '../store/change.feed.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import type { CatalogueWriter } from './catalogue.writer.ts';
import { BLANK_PRODUCT } from './product.defaults.ts';
import { alreadyTrashed, notHere, productExists, unknownProduct } from './product.errors.ts';
import { mergeProduct } from './product.input.ts';
import type { ProductRecord } from './product.types.ts';

/** Operations on products. Every failure is the RestError that WooCommerce would return. */
export class ProductService {
  readonly #writer: CatalogueWriter;

  constructor(writer: CatalogueWriter) {
    this.#writer = writer;
  }

  /** Also finds variations; null when there is neither. */
  find(id: unknown): ProductRecord | null {
    return this.#writer.find(id);
  }

  get(id: unknown): ProductRecord {
    const product = this.find(id);
    if (!product) throw unknownProduct();
    return product;
  }

  create(input: Params): ProductRecord {
    if (input.id) throw productExists('product');
    this.#writer.checkSku(input.sku, 0);
    this.#writer.checkTrashedSku(input.sku);
    const source = this.#writer.source();
    const createdAt = createdOf(input) ?? source.now;
    const blank = { ...BLANK_PRODUCT, id: source.nextId(), createdAt };
    const made = mergeProduct(blank, this.#writer.taken(input, 0), source);
    // One without a name has this one (recordings 631, 634).
    return this.#save({ ...made, name: made.name || 'Product' }, input, 'created');
  }

  /** The API tells an update also of what it takes out of the trash (recording 187). */
  update(input: Params, event: ChangeEvent = 'updated'): ProductRecord {
    const { products, variations } = this.#writer.catalogue;
    const before = products.get(Number(input.id));
    if (!before && variations.get(Number(input.id))) throw notHere();
    if (!before) throw unknownProduct(400);
    this.#writer.checkSku(input.sku, before.id);
    const after = mergeProduct(before, this.#writer.taken(input, before.id), this.#writer.source());
    return this.#save(after, input, event);
  }

  /** Moves the product into the trash, or with `force` deletes it. Returns the product as it was. */
  delete(id: unknown, force: boolean): ProductRecord {
    const product = this.get(id);
    if (product.type === 'variation') throw notHere();
    if (!force && product.status === 'trash') throw alreadyTrashed('product');
    const { catalogue } = this.#writer;
    if (force) catalogue.deleteProduct(product);
    else this.#trash(product);
    this.#writer.emitChange('deleted', product.id, force);
    return product;
  }

  /** As in the back office, with the variations that went into the trash with it. An update leaves those there (recordings 940 to 943). */
  restore(id: unknown): ProductRecord {
    const restored = this.update({ id, status: 'publish' }, 'restored');
    const { catalogue } = this.#writer;
    for (const { statusBefore, ...variation } of catalogue.childrenOf(restored.id))
      if (variation.status === 'trash') catalogue.putVariation({ ...variation, status: statusBefore ?? 'publish' });
    return restored;
  }

  /** Its variations go with it (recording 257). */
  #trash(product: ProductRecord): void {
    const { catalogue } = this.#writer;
    const { now } = this.#writer.source();
    catalogue.putProduct({ ...product, status: 'trash', modifiedAt: now });
    for (const variation of catalogue.childrenOf(product.id))
      if (variation.status !== 'trash') {
        catalogue.putVariation({ ...variation, status: 'trash', statusBefore: variation.status, modifiedAt: now });
        this.#writer.emitChange('deleted', variation.id);
      }
  }

  #save(product: ProductRecord, input: Params, event: ChangeEvent): ProductRecord {
    const wanted = input.slug ? slugOf(String(input.slug)) : product.slug || slugOf(product.name);
    const saved: ProductRecord = {
      ...product,
      sku: input.sku == null ? product.sku : String(input.sku),
      slug: this.#writer.catalogue.freeSlug(wanted, product.id),
      // A product that is made with an old date was changed then, too (recording 951). Any update is a change, also without one.
      modifiedAt: event === 'created' ? product.createdAt : this.#writer.source().now,
    };
    this.#writer.catalogue.putProduct(saved);
    this.#writer.emitChange(event, saved.id);
    return saved;
  }
}

/** Naive dates are UTC (recordings 950, 951). */
function createdOf({ date_created, date_created_gmt }: Params): number | null {
  const time = Date.parse(`${String(date_created_gmt ?? date_created ?? '').replace(/Z$/, '')}Z`);
  return Number.isNaN(time) ? null : time;
}
