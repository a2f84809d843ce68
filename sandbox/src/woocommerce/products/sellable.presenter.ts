import { timePair } from '../store/shop.clock.ts';
import type { ProductImage, Sellable } from './product.types.ts';

/** The address of the API and of one resource in it, as `_links` and targetHints name them. */
export function selfLinks(href: string) {
  return [{ href, targetHints: { allow: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] } }];
}

export function datesOf({ createdAt, modifiedAt }: Sellable) {
  const [created, modified] = [timePair(createdAt), timePair(modifiedAt)];
  return {
    date_created: created.local,
    date_created_gmt: created.gmt,
    date_modified: modified.local,
    date_modified_gmt: modified.gmt,
  };
}

export function saleDatesOf({ saleFrom, saleTo }: Sellable) {
  const [from, to] = [timePair(saleFrom), timePair(saleTo)];
  return {
    date_on_sale_from: from.local,
    date_on_sale_from_gmt: from.gmt,
    date_on_sale_to: to.local,
    date_on_sale_to_gmt: to.gmt,
  };
}

export function downloadsOf({ virtual, downloadable }: Sellable) {
  return { virtual, downloadable, downloads: [], download_limit: -1, download_expiry: -1 };
}

export function backordersOf({ backorders, stock_status, low_stock_amount }: Sellable) {
  return {
    backorders,
    backorders_allowed: backorders !== 'no',
    backordered: stock_status === 'onbackorder',
    low_stock_amount,
  };
}

export function presentImage({ id, createdAt, src, name, alt }: ProductImage) {
  const { local, gmt } = timePair(createdAt);
  return {
    id,
    date_created: local,
    date_created_gmt: gmt,
    date_modified: local,
    date_modified_gmt: gmt,
    src,
    name,
    alt,
  };
}
