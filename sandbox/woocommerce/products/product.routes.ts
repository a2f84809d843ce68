import { crudRoutes } from '../wordpress/crud.routes.ts';
import type { Route } from '../wordpress/rest.types.ts';
import { LIST_ARGS, VARIATION_WRITE_ARGS, WRITE_ARGS } from './product.args.ts';
import { type PresenterParts, presentProduct, presentVariation } from './product.presenter.ts';
import { findProducts, findVariations } from './product.query.ts';
import type { ProductService } from './product.service.ts';
import type { ProductRecord, VariationRecord } from './product.types.ts';

/** The products part of wc/v3 with variations. */
export function productRoutes(service: ProductService, parts: PresenterParts): Route[] {
  const { catalogue, homeUrl } = parts;
  const url = `${homeUrl}/wp-json/wc/v3/products`;
  const products = crudRoutes<ProductRecord>({
    path: 'products',
    args: { list: LIST_ARGS, create: WRITE_ARGS, update: WRITE_ARGS },
    url: () => url,
    list: (params) => findProducts({ catalogue, service }, params),
    find: ({ id }) => service.find(id),
    get: ({ id }) => service.get(id),
    create: (params) => service.create(params),
    update: (params) => service.update(params),
    delete: ({ id }, force) => service.delete(id, force),
    show: (product, context) => presentProduct(product, parts, context),
  });
  const variations = crudRoutes<VariationRecord>({
    path: 'products/(?<product_id>\\d+)/variations',
    args: { list: LIST_ARGS, create: VARIATION_WRITE_ARGS, update: VARIATION_WRITE_ARGS },
    url: ({ product_id }) => `${url}/${product_id}/variations`,
    list: (params) => findVariations(catalogue, params),
    find: ({ product_id, id }) => service.findVariation(product_id, id),
    get: ({ product_id, id }) => service.getVariation(product_id, id),
    create: (params) => service.createVariation(params),
    update: (params) => service.updateVariation(params),
    delete: ({ product_id, id }, force) => service.deleteVariation(product_id, id, force),
    show: (variation) => presentVariation(variation, parts),
  });
  return [...products, ...variations];
}
