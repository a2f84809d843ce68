import type { ChangeEvent } from '../store/change.feed.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import type { CatalogueWriter } from './catalogue.writer.ts';
import { BLANK_SELLABLE } from './product.defaults.ts';
import { alreadyTrashed, productExists, unknownProduct, unknownVariation } from './product.errors.ts';
import { readOptions } from './product.input.ts';
import type { VariationRecord } from './product.types.ts';
import { mergeImages, mergeSellable } from './sellable.input.ts';

/** Operations on variations; `product_id` names the product they must belong to. */
export class VariationService {
  readonly #writer: CatalogueWriter;

  constructor(writer: CatalogueWriter) {
    this.#writer = writer;
  }

  find({ product_id, id }: Params): VariationRecord | null {
    const variation = this.#writer.catalogue.variations.get(Number(id));
    // 7.9 does not look at the product (recordings 241, 245).
    return this.#writer.legacy || variation?.parent_id === Number(product_id) ? variation : null;
  }

  get(params: Params): VariationRecord {
    const variation = this.find(params);
    if (!variation) throw unknownVariation();
    return variation;
  }

  create(input: Params): VariationRecord {
    if (input.id) throw productExists('product_variation');
    const parent = this.#writer.catalogue.products.get(Number(input.product_id));
    if (!parent) throw unknownProduct();
    this.#writer.checkSku(input.sku, 0);
    const source = this.#writer.source();
    const blank = { ...BLANK_SELLABLE, id: source.nextId(), createdAt: source.now, parent_id: parent.id };
    return this.#save({ ...blank, image: null, attributes: [] }, input, 'created');
  }

  update(input: Params): VariationRecord {
    const before = this.find(input) ?? this.#hungBelow(input);
    // With 400 only in 7.9 (recording 241).
    if (!before) throw unknownVariation(this.#writer.legacy ? 400 : 404);
    this.#writer.checkSku(input.sku, before.id);
    return this.#save({ ...before, parent_id: Number(input.product_id) }, input, 'updated');
  }

  delete(params: Params, force: boolean): VariationRecord {
    const { catalogue } = this.#writer;
    const product = this.#writer.legacy && force ? catalogue.products.get(Number(params.id)) : null;
    if (product) {
      catalogue.deleteProduct(product);
      return { ...BLANK_SELLABLE, ...product, image: null, attributes: [] };
    }
    const variation = this.get(params);
    if (!force && variation.status === 'trash') throw alreadyTrashed('product_variation');
    if (force) catalogue.deleteVariation(variation);
    else catalogue.putVariation({ ...variation, status: 'trash', modifiedAt: this.#writer.source().now });
    this.#writer.emitChange('deleted', variation.id, force);
    this.#writer.touchParent(variation);
    return variation;
  }

  /** An update in 7.9 makes a variation even of a product (recording 241). */
  #hungBelow({ id }: Params): VariationRecord | null {
    const { catalogue } = this.#writer;
    const product = this.#writer.legacy ? catalogue.products.get(Number(id)) : null;
    if (!product) return null;
    catalogue.deleteProduct(product);
    return { ...BLANK_SELLABLE, ...product, image: null, attributes: [] };
  }

  #save(before: VariationRecord, input: Params, event: ChangeEvent): VariationRecord {
    const source = this.#writer.source();
    const taken = this.#writer.taken(input, before.id);
    const known = before.image ? [before.image] : [];
    const [image = before.image] = mergeImages(known, input.image ? [input.image] : null, source.upload);
    const saved: VariationRecord = {
      ...mergeSellable(before, taken, source.nextMetaId),
      sku: input.sku == null ? before.sku : String(input.sku),
      image: input.image === null ? null : image,
      attributes: readOptions(before.attributes, input.attributes, source.attributes),
      modifiedAt: source.now,
    };
    this.#writer.catalogue.putVariation(saved);
    this.#writer.emitChange(event, saved.id);
    this.#writer.touchParent(saved);
    return saved;
  }
}
