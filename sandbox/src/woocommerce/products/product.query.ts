import { type DateFilter, judgeSpan, passesDates, readDateFilter } from '../store/date.filter.ts';
import { type Filter, listKnown, listRecords, type RecordPage, type SortOrder } from '../store/record.listing.ts';
import type { Params } from '../wordpress/crud.routes.ts';
import { slugOf } from '../wordpress/text.formatting.ts';
import type { Catalogue } from './product.catalogue.ts';
import { PRODUCT_SPAN, productFacts, productName, productSku } from './product.generator.ts';
import type { ProductService } from './product.service.ts';
import type { CatalogueSeed, ProductRecord, VariationRecord } from './product.types.ts';

interface Wanted {
  dates: DateFilter;
  status: string;
  type: string;
  search: string;
  slug: string;
  stock_status: string;
}

/** Runs the validated parameters of GET /products. `sku` also finds variations, several by commas. */
export function findProducts(
  { catalogue, service }: { catalogue: Catalogue; service: ProductService },
  params: Params,
): RecordPage<ProductRecord> {
  const request = readRequest(params, catalogue.shop);
  const filter = productFilter(params, catalogue.shop);
  const include = params.include as number[];
  if (params.sku) {
    const ids = String(params.sku)
      .split(',')
      .flatMap((sku) => [catalogue.idOfSku(sku.trim()), catalogue.idOfTrashedSku(sku.trim())]);
    const found = [...new Set(ids)].flatMap((id) => (id === null ? [] : (service.find(id) ?? [])));
    return listKnown(found.filter(filter.matches), request);
  }
  if (include.length > 0) {
    // `exclude` counts for nothing beside it (recording 520).
    const found = include.flatMap((id) => catalogue.products.get(id) ?? []);
    return listKnown(
      found.filter(filter.matches),
      request.orderby === 'include' ? { ...request, order: null } : request,
    );
  }
  return listRecords(catalogue.products, { ...request, filter });
}

/** The variations of one product: so few that each one is checked. */
export function findVariations(catalogue: Catalogue, params: Params): RecordPage<VariationRecord> {
  const wanted = readWanted(params);
  const include = params.include as number[];
  const exclude = params.exclude as number[];
  const found = catalogue
    .childrenOf(Number(params.product_id))
    .filter((variation) => passesDates(variation, wanted.dates))
    .filter(({ status }) => (wanted.status === 'any' ? status !== 'trash' : status === wanted.status))
    .filter(({ sku }) => !params.sku || sku.toLowerCase() === String(params.sku).toLowerCase())
    .filter(({ id }) => (include.length === 0 || include.includes(id)) && !exclude.includes(id));
  const order: SortOrder<VariationRecord> = {
    name: 'variation',
    key: ({ id, createdAt, modifiedAt }) =>
      params.orderby === 'modified' ? modifiedAt : params.orderby === 'date' ? createdAt : id,
  };
  return listKnown(found, { ...readPage(params), order });
}

export function readPage(params: Params): { offset: number; limit: number; descending: boolean } {
  const limit = Number(params.per_page);
  const offset = Number(params.offset ?? 0) || (Number(params.page) - 1) * limit;
  return { offset, limit, descending: params.order === 'desc' };
}

function readRequest(params: Params, shop: CatalogueSeed) {
  const orderby = String(params.orderby);
  return { ...readPage(params), exclude: params.exclude as number[], orderby, order: productOrder(orderby, shop) };
}

/** Sort orders that are not imitated fall back to the id. */
function productOrder(orderby: string, shop: CatalogueSeed): SortOrder<ProductRecord> {
  switch (orderby) {
    case 'date': // generated products were created in the order of their ids
      return { name: 'date', key: ({ createdAt }) => createdAt };
    case 'modified':
      return {
        name: 'modified',
        key: ({ modifiedAt }) => modifiedAt,
        generatedKey: (index) => productFacts(index, shop).modifiedAt,
      };
    case 'title':
      return {
        name: 'title',
        key: ({ name }) => name.toLowerCase(),
        generatedKey: (i) => productName(i).toLowerCase(),
      };
    case 'slug':
      return { name: 'slug', key: ({ slug }) => slug, generatedKey: (index) => slugOf(productName(index)) };
    default:
      return { name: 'id', key: ({ id }) => id };
  }
}

function productFilter(params: Params, shop: CatalogueSeed): Filter<ProductRecord> {
  const wanted = readWanted(params);
  const plain = !wanted.type && !wanted.search && !wanted.slug && !wanted.stock_status && wanted.status === 'any';
  const span = judgeSpan(PRODUCT_SPAN, wanted.dates);
  const matches = (product: ProductRecord) => {
    const { name, sku, slug, stock_status } = product;
    return passesFacts(product, wanted) && passesTexts({ name, sku, slug }, wanted) && hasStock(stock_status, wanted);
  };
  // Whether a variable product is sold out shows only in its variations, which the filter does not check.
  const generated = (index: number) =>
    passesFacts(productFacts(index, shop), wanted) &&
    (wanted.search === '' && wanted.slug === '' ? true : passesTexts(textsOf(index), wanted)) &&
    (wanted.stock_status === '' || hasStock(stockOf(index), wanted));
  const known = span === 'none' ? 'none' : plain && span === 'all' ? 'all' : generated;
  return { name: JSON.stringify(Object.values(wanted)), matches, generated: known };
}

function readWanted(params: Params): Wanted {
  const text = (name: string) => String(params[name] ?? '');
  return {
    dates: readDateFilter(params),
    status: text('status') || 'any',
    type: text('type'),
    search: text('search').toLowerCase(),
    slug: text('slug'),
    stock_status: text('stock_status'),
  };
}

function passesFacts(
  facts: { createdAt: number; modifiedAt: number; status: string; type: string },
  { dates, status, type }: Wanted,
): boolean {
  const visible =
    status === 'any' ? facts.status !== 'trash' && facts.status !== 'auto-draft' : facts.status === status;
  return visible && (type === '' || facts.type === type) && passesDates(facts, dates);
}

function passesTexts(texts: { name: string; sku: string; slug: string }, { search, slug }: Wanted): boolean {
  const text = `${texts.name}\n${texts.sku}`.toLowerCase();
  const found = search.split(/[\s",+]+/).every((word) => text.includes(word));
  return found && (slug === '' || texts.slug === slug);
}

function hasStock(stockStatus: string, { stock_status }: Wanted): boolean {
  return stock_status === '' || stockStatus === stock_status;
}

function textsOf(index: number) {
  return { name: productName(index), sku: productSku(index), slug: slugOf(productName(index)) };
}

/** As generateProduct() has it. */
function stockOf(index: number): string {
  const number = index + 1;
  return index % 8 !== 0 && number % 4 === 1 && number % 7 === 0 ? 'outofstock' : 'instock';
}
