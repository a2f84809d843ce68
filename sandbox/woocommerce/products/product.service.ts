import type { ChangeEvent, ChangeFeed } from '../store/change.feed.ts';
import type { IdRow } from '../store/id.row.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { BLANK_PRODUCT, BLANK_SELLABLE } from './blank.product.ts';
import { type Catalogue, variationName } from './product.catalogue.ts';
import { alreadyTrashed, notHere, productExists, skuTaken, unknownProduct, unknownVariation } from './product.errors.ts';
import { type InputSource, mergeProduct, readOptions } from './product.input.ts';
import type { ProductRecord, VariationRecord } from './product.types.ts';
import { mergeImages, mergeSellable } from './sellable.input.ts';
import { slugOf } from './slug.rule.ts';

export interface ProductServiceParts {
  catalogue: Catalogue;
  changes: ChangeFeed;
  ids: IdRow;
  metaIds: IdRow;
  /** Milliseconds since 1970. */
  now: () => number;
  /** What the API shows of a product, for webhooks. */
  show: (product: ProductRecord) => object;
}

/** What may be done to products and variations. Every failure is the RestError that WooCommerce would answer. */
export class ProductService {
  readonly #parts: ProductServiceParts;

  constructor(parts: ProductServiceParts) {
    this.#parts = parts;
  }

  /** A product; a variation too, as /products shows it. Null when there is neither. */
  find(id: unknown): ProductRecord | null {
    const { products, variations } = this.#parts.catalogue;
    const product = products.get(Number(id));
    if (product) return product;
    const variation = variations.get(Number(id));
    return variation && this.asProduct(variation);
  }

  get(id: unknown): ProductRecord {
    const product = this.find(id);
    if (!product) throw unknownProduct();
    return product;
  }

  create(input: Params): ProductRecord {
    if (input.id) throw productExists('product');
    this.#checkSku(input.sku, 0);
    const source = this.#source();
    const blank = { ...BLANK_PRODUCT, id: source.nextId(), createdAt: source.now };
    return this.#saveProduct(mergeProduct(blank, input, source), input, 'created');
  }

  update(input: Params): ProductRecord {
    const before = this.#parts.catalogue.products.get(Number(input.id));
    if (!before && this.#parts.catalogue.variations.get(Number(input.id))) throw notHere();
    if (!before) throw unknownProduct(400);
    this.#checkSku(input.sku, before.id);
    const after = mergeProduct(before, input, this.#source());
    return this.#saveProduct(after, input, before.status === 'trash' && after.status !== 'trash' ? 'restored' : 'updated');
  }

  /** Into the trash, or with `force` for good; answers with what was there. */
  delete(id: unknown, force: boolean): ProductRecord {
    const product = this.get(id);
    if (product.type === 'variation') throw notHere();
    if (!force && product.status === 'trash') throw alreadyTrashed('product');
    if (force) this.#parts.catalogue.deleteProduct(product);
    else this.#parts.catalogue.putProduct({ ...product, status: 'trash', modifiedAt: this.#source().now });
    this.#tell('deleted', product.id);
    return product;
  }

  findVariation(productId: unknown, id: unknown): VariationRecord | null {
    const variation = this.#parts.catalogue.variations.get(Number(id));
    return variation?.parent_id === Number(productId) ? variation : null;
  }

  getVariation(productId: unknown, id: unknown): VariationRecord {
    const variation = this.findVariation(productId, id);
    if (!variation) throw unknownVariation();
    return variation;
  }

  createVariation(input: Params): VariationRecord {
    if (input.id) throw productExists('product_variation');
    const parent = this.#parts.catalogue.products.get(Number(input.product_id));
    if (!parent) throw unknownProduct();
    this.#checkSku(input.sku, 0);
    const source = this.#source();
    const blank = { ...BLANK_SELLABLE, id: source.nextId(), createdAt: source.now, parent_id: parent.id };
    return this.#saveVariation({ ...blank, image: null, attributes: [] }, input, 'created');
  }

  updateVariation(input: Params): VariationRecord {
    const before = this.findVariation(input.product_id, input.id);
    if (!before) throw unknownVariation(400);
    this.#checkSku(input.sku, before.id);
    return this.#saveVariation(before, input, 'updated');
  }

  deleteVariation(productId: unknown, id: unknown, force: boolean): VariationRecord {
    const variation = this.getVariation(productId, id);
    if (!force && variation.status === 'trash') throw alreadyTrashed('product_variation');
    if (force) this.#parts.catalogue.deleteVariation(variation);
    else this.#parts.catalogue.putVariation({ ...variation, status: 'trash', modifiedAt: this.#source().now });
    this.#tell('deleted', variation.id);
    this.#touchParent(variation);
    return variation;
  }

  /** A variation in the shape of a product: what `/products?sku=` and `/products/{id}` show of it. */
  asProduct(variation: VariationRecord): ProductRecord {
    const parent = this.#parts.catalogue.products.get(variation.parent_id);
    const name = variationName(parent?.name ?? '', variation);
    const images = variation.image ? [variation.image] : [];
    return { ...BLANK_PRODUCT, ...variation, type: 'variation', name, slug: slugOf(name), images, attributes: [] };
  }

  #saveProduct(product: ProductRecord, input: Params, event: ChangeEvent): ProductRecord {
    const { catalogue } = this.#parts;
    const wanted = input.slug ? slugOf(String(input.slug)) : product.slug || slugOf(product.name);
    const saved: ProductRecord = {
      ...product,
      sku: input.sku == null ? product.sku : String(input.sku),
      slug: catalogue.freeSlug(wanted, product.id),
      modifiedAt: this.#source().now, // also when nothing differs, as WordPress does
    };
    catalogue.putProduct(saved);
    this.#tell(event, saved.id);
    return saved;
  }

  #saveVariation(before: VariationRecord, input: Params, event: ChangeEvent): VariationRecord {
    const source = this.#source();
    const make = () => ({ id: source.nextId(), createdAt: source.now });
    const [image = before.image] = mergeImages(before.image ? [before.image] : [], input.image ? [input.image] : null, make);
    const saved: VariationRecord = {
      ...mergeSellable(before, input, source.nextMetaId),
      sku: input.sku == null ? before.sku : String(input.sku),
      image: input.image === null ? null : image,
      attributes: readOptions(before.attributes, input.attributes),
      modifiedAt: source.now,
    };
    this.#parts.catalogue.putVariation(saved);
    this.#tell(event, saved.id);
    this.#touchParent(saved);
    return saved;
  }

  /** WooCommerce saves the product after its variations, to sync prices and stock, and so notes the time there too. */
  #touchParent({ parent_id }: VariationRecord): void {
    const parent = this.#parts.catalogue.products.get(parent_id);
    if (!parent) return;
    this.#parts.catalogue.putProduct({ ...parent, modifiedAt: this.#source().now });
    this.#tell('updated', parent_id);
  }

  #checkSku(sku: unknown, ownId: number): void {
    const wanted = String(sku ?? '');
    const owner = wanted === '' ? null : this.#parts.catalogue.idOfSku(wanted);
    if (owner === null || owner === ownId) return;
    let n = 1;
    while (this.#parts.catalogue.idOfSku(`${wanted}-${n}`) !== null) n += 1;
    throw skuTaken(owner, `${wanted}-${n}`);
  }

  #tell(event: ChangeEvent, id: number): void {
    const product = event === 'deleted' ? null : this.find(id);
    this.#parts.changes.emit({
      resource: 'product',
      event,
      id,
      body: () => (product ? this.#parts.show(product) : { id }),
    });
  }

  #source(): InputSource {
    const { ids, metaIds, now } = this.#parts;
    return {
      nextId: () => ids.next(),
      nextMetaId: () => metaIds.next(),
      now: Math.floor(now() / 1000) * 1000,
    };
  }
}
