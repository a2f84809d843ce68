import { OverlayStore } from '../store/overlay.store.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import { AttributeStore } from './attribute.store.ts';
import { CategoryStore } from './category.store.ts';
import {
  generateProduct,
  generateVariation,
  productName,
  productSku,
  variationOption,
  variationSku,
} from './product.generator.ts';
import {
  isVariable,
  parentIndexOf,
  productIdAt,
  productIndexOf,
  variationCount,
  variationIdAt,
  variationIndexOf,
  variationIndicesOf,
} from './product.ids.ts';
import type { CatalogueSeed, ProductRecord, VariationRecord } from './product.types.ts';

/** Products and variations with their lookups: children, SKUs, slugs. A product in the trash holds no SKU. */
export class Catalogue {
  readonly products: OverlayStore<ProductRecord>;
  readonly variations: OverlayStore<VariationRecord>;
  readonly shop: CatalogueSeed;
  readonly categories = new CategoryStore();
  readonly attributes = new AttributeStore();
  readonly #created = new Map<number, Set<number>>(); // product → variations created since
  readonly #idBySku = new Map<string, number>();
  readonly #trashedBySku = new Map<string, number>();
  readonly #idByCode = new Map<string, number>(); // generated products have none
  readonly #idBySlug = new Map<string, number>();

  constructor(shop: CatalogueSeed) {
    this.shop = shop;
    this.products = new OverlayStore({
      count: shop.products,
      idAt: productIdAt,
      indexOf: (id) => productIndexOf(id, shop.products),
      make: (index) => generateProduct(index, shop),
    });
    this.variations = new OverlayStore({
      count: variationCount(shop.products),
      idAt: variationIdAt,
      indexOf: (id) => variationIndexOf(id, shop.products),
      make: (index) => generateVariation(index, shop),
    });
  }

  putProduct(product: ProductRecord): void {
    this.#forget(this.products.get(product.id));
    this.products.put(product);
    this.#remember(product);
    this.#idBySlug.set(product.slug, product.id);
  }

  putVariation(variation: VariationRecord): void {
    this.#forget(this.variations.get(variation.id));
    this.variations.put(variation);
    this.#remember(variation);
    if (this.variations.generated.indexOf(variation.id) !== null) return;
    const siblings = this.#created.get(variation.parent_id) ?? new Set();
    this.#created.set(variation.parent_id, siblings.add(variation.id));
  }

  deleteProduct(product: ProductRecord): void {
    this.#forget(product);
    this.#idBySlug.delete(product.slug);
    this.products.delete(product.id);
    for (const variation of this.childrenOf(product.id)) this.deleteVariation(variation);
  }

  deleteVariation(variation: VariationRecord): void {
    this.#forget(variation);
    this.variations.delete(variation.id);
    this.#created.get(variation.parent_id)?.delete(variation.id);
  }

  /** All variations of a product, including the trash, in the order of the shop page. */
  childrenOf(productId: number): VariationRecord[] {
    const index = productIndexOf(productId, this.shop.products);
    const generated = index !== null && isVariable(index) ? variationIndicesOf(index).map(variationIdAt) : [];
    const ids = [...generated, ...(this.#created.get(productId) ?? [])];
    const children = ids.flatMap((id) => this.variations.get(id) ?? []);
    return children.sort((a, b) => a.menu_order - b.menu_order || a.id - b.id);
  }

  /** The product or variation with a SKU, compared without case. */
  idOfSku(sku: string): number | null {
    const kept = this.#idBySku.get(sku.toLowerCase());
    if (kept !== undefined) return kept;
    const [, number, option] = /^SKU-(\d+)(?:-(\d))?$/i.exec(sku) ?? [];
    const index = Number(number) - 1;
    if (number === undefined || index < 0 || index >= this.shop.products) return null;
    if (option === undefined) return this.#same(sku, productSku(index)) ? this.#untouchedProduct(index) : null;
    const variation = isVariable(index) ? variationIndicesOf(index)[Number(option) - 1] : undefined;
    if (variation === undefined || !this.#same(sku, variationSku(variation))) return null;
    const id = variationIdAt(variation);
    return this.variations.isUntouched(id) ? id : null;
  }

  /** The product or variation in the trash that had a SKU. */
  idOfTrashedSku(sku: string): number | null {
    return this.#trashedBySku.get(sku.toLowerCase()) ?? null;
  }

  /** The product or variation with a GTIN, outside of the trash. */
  idOfCode(code: string): number | null {
    return this.#idByCode.get(code) ?? null;
  }

  /** `wanted`, or `wanted` with -2, -3… appended when another product has it. */
  freeSlug(wanted: string, ownId: number): string {
    const base = wanted === '' ? String(ownId) : wanted;
    let slug = base;
    for (let n = 2; (this.#idOfSlug(slug) ?? ownId) !== ownId; n += 1) slug = `${base}-${n}`;
    return slug;
  }

  /** The current name and SKU for an order line, without generating the whole product. */
  labelOf(productId: number, variationId: number): { name: string; sku: string; parentName: string | null } | null {
    const name = this.#nameOf(productId);
    if (name === null) return null;
    if (variationId === 0) return { name, sku: this.#skuOf(productId), parentName: null };
    const index = variationIndexOf(variationId, this.shop.products);
    if (index !== null && this.variations.isUntouched(variationId)) {
      const sku = variationSku(index);
      return {
        name: `${name} - ${variationOption(index)}`,
        sku,
        parentName: this.#nameOf(productIdAt(parentIndexOf(index))),
      };
    }
    const variation = this.variations.get(variationId);
    return (
      variation && {
        name: variationName(name, variation),
        sku: variation.sku || this.#skuOf(productId),
        parentName: name,
      }
    );
  }

  #nameOf(id: number): string | null {
    const index = productIndexOf(id, this.shop.products);
    if (index !== null && this.products.isUntouched(id)) return productName(index);
    return this.products.get(id)?.name ?? null;
  }

  #skuOf(id: number): string {
    const index = productIndexOf(id, this.shop.products);
    if (index !== null && this.products.isUntouched(id)) return productSku(index);
    return this.products.get(id)?.sku ?? '';
  }

  #idOfSlug(slug: string): number | null {
    const kept = this.#idBySlug.get(slug);
    if (kept !== undefined) return kept;
    const index = Number(/-(\d+)$/.exec(slug)?.[1] ?? 0) - 1;
    if (index < 0 || index >= this.shop.products || slugOf(productName(index)) !== slug) return null;
    return this.#untouchedProduct(index);
  }

  #untouchedProduct(index: number): number | null {
    const id = productIdAt(index);
    return this.products.isUntouched(id) ? id : null;
  }

  #same(a: string, b: string): boolean {
    return a.toLowerCase() === b.toLowerCase();
  }

  #remember({ id, sku, global_unique_id: code, status }: Coded & { status: string }): void {
    const ids = status === 'trash' ? this.#trashedBySku : this.#idBySku;
    if (sku !== '') ids.set(sku.toLowerCase(), id);
    if (code !== '' && status !== 'trash') this.#idByCode.set(code, id);
  }

  #forget(before: Coded | null): void {
    if (!before) return;
    const sku = before.sku.toLowerCase();
    for (const ids of [this.#idBySku, this.#trashedBySku]) if (ids.get(sku) === before.id) ids.delete(sku);
    if (this.#idByCode.get(before.global_unique_id) === before.id) this.#idByCode.delete(before.global_unique_id);
  }
}

type Coded = Pick<ProductRecord, 'id' | 'sku' | 'global_unique_id'>;

/** `Product 9 - S, red` */
export function variationName(productName: string, { attributes }: VariationRecord): string {
  const options = attributes.map(({ option }) => option).join(', ');
  return options === '' ? productName : `${productName} - ${options}`;
}
