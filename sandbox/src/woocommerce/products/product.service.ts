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
    const source = this.#writer.source();
    const blank = { ...BLANK_PRODUCT, id: source.nextId(), createdAt: source.now };
    return this.#save(mergeProduct(blank, input, source), input, 'created');
  }

  update(input: Params): ProductRecord {
    const { products, variations } = this.#writer.catalogue;
    const before = products.get(Number(input.id));
    if (!before && variations.get(Number(input.id))) throw notHere();
    if (!before) throw unknownProduct(400);
    this.#writer.checkSku(input.sku, before.id);
    const after = mergeProduct(before, input, this.#writer.source());
    return this.#save(after, input, before.status === 'trash' && after.status !== 'trash' ? 'restored' : 'updated');
  }

  /** Moves the product into the trash, or with `force` deletes it. Returns the product as it was. */
  delete(id: unknown, force: boolean): ProductRecord {
    const product = this.get(id);
    if (product.type === 'variation') throw notHere();
    if (!force && product.status === 'trash') throw alreadyTrashed('product');
    const { catalogue } = this.#writer;
    if (force) catalogue.deleteProduct(product);
    else catalogue.putProduct({ ...product, status: 'trash', modifiedAt: this.#writer.source().now });
    this.#writer.emitChange('deleted', product.id);
    return product;
  }

  #save(product: ProductRecord, input: Params, event: ChangeEvent): ProductRecord {
    const wanted = input.slug ? slugOf(String(input.slug)) : product.slug || slugOf(product.name);
    const saved: ProductRecord = {
      ...product,
      sku: input.sku == null ? product.sku : String(input.sku),
      slug: this.#writer.catalogue.freeSlug(wanted, product.id),
      modifiedAt: this.#writer.source().now, // even when nothing changed, as WordPress does
    };
    this.#writer.catalogue.putProduct(saved);
    this.#writer.emitChange(event, saved.id);
    return saved;
  }
}
