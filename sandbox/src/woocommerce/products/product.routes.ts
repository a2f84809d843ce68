import { crudRoutes } from '../wordpress/crud.routes.ts';
import type { Route } from '../wordpress/rest.types.ts';
import { categoryRoutes } from './category.routes.ts';
import { productArgs } from './product.args.ts';
import { type PresenterParts, presentProduct, presentVariation } from './product.presenter.ts';
import { findProducts, findVariations } from './product.query.ts';
import { sanitizedProduct, sanitizedVariation } from './product.sanitizer.ts';
import type { ProductService } from './product.service.ts';
import type { ProductRecord, VariationRecord } from './product.types.ts';
import type { VariationService } from './variation.service.ts';

/** The products part of wc/v3 with variations. */
export function productRoutes(
  { service, variations, legacy }: { service: ProductService; variations: VariationService; legacy: boolean },
  parts: PresenterParts,
): Route[] {
  const { catalogue, homeUrl } = parts;
  const args = productArgs(legacy);
  const url = `${homeUrl}/wp-json/wc/v3/products`;
  const products = crudRoutes<ProductRecord>({
    path: 'products',
    args: { list: args.list, create: args.write, update: args.write },
    url: () => url,
    isPosts: true,
    fieldsInRequestedOrder: true,
    list: (params) => findProducts({ catalogue, service }, params),
    find: ({ id }) => service.find(id),
    get: ({ id }) => service.get(id),
    create: (params) => service.create(sanitizedProduct(params)),
    update: (params) => service.update(sanitizedProduct(params)),
    delete: ({ id }, force) => service.delete(id, force),
    show: (product, context) => presentProduct(product, parts, context),
  });
  const below = crudRoutes<VariationRecord>({
    path: 'products/(?<product_id>\\d+)/variations',
    args: { list: args.list, create: args.writeVariation, update: args.writeVariation },
    isPosts: true,
    url: ({ product_id }) => `${url}/${product_id}/variations`,
    list: (params) => findVariations(catalogue, params),
    find: (params) => variations.find(params),
    get: (params) => variations.get(params),
    create: (params) => variations.create(sanitizedVariation(params, catalogue)),
    update: (params) => variations.update(sanitizedVariation(params, catalogue)),
    delete: (params, force) => variations.delete(params, force),
    show: (variation) => presentVariation(variation, parts),
  });
  return [...products, ...categoryRoutes(catalogue, homeUrl), ...below];
}
