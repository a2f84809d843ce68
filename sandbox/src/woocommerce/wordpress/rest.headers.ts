import { buildPhpQuery, parsePhpQuery } from './php-query.codec.ts';

interface HeaderFacts {
  homeUrl: string;
  method: string;
  signedIn: boolean;
  /** WordPress 6.1, as WooCommerce 7.9 had it. */
  legacy: boolean;
}

/** The headers of every response. A signed-in response forbids caching, an anonymous GET varies by origin (recordings 04, 12). */
export function commonHeaders({ homeUrl, method, signedIn, legacy }: HeaderFacts): Record<string, string> {
  return {
    'Content-Type': 'application/json; charset=UTF-8',
    'X-Robots-Tag': 'noindex',
    Link: `<${homeUrl}/wp-json/>; rel="https://api.w.org/"`,
    'X-Content-Type-Options': 'nosniff',
    'Access-Control-Expose-Headers': 'X-WP-Total, X-WP-TotalPages, Link',
    'Access-Control-Allow-Headers': 'Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type',
    ...(signedIn && {
      Expires: 'Wed, 11 Jan 1984 05:00:00 GMT',
      'Cache-Control': `no-cache, must-revalidate, max-age=0${legacy ? '' : ', no-store, private'}`,
    }),
    ...(!signedIn && method === 'GET' && { Vary: 'Origin' }),
  };
}

/** The request for a page of a list, and the number of all rows. */
export interface PageFacts {
  /** The collection's own address, without a query. */
  url: string;
  query: Readonly<Record<string, unknown>>;
  total: number;
  perPage: number;
  /** Rows skipped. */
  offset: number;
}

/** X-WP-Total, X-WP-TotalPages and, where there is a previous or next page, Link (recordings 01 to 04, 16, 65, 68). */
export function pagingHeaders({ url, query, total, perPage, offset }: PageFacts): Record<string, string> {
  const pages = Math.ceil(total / perPage);
  const page = Math.ceil(offset / perPage + 1);
  const links: string[] = [];
  if (page > 1) links.push(`<${url}?${pageQuery(query, Math.min(page - 1, pages))}>; rel="prev"`);
  if (pages > page) links.push(`<${url}?${pageQuery(query, page + 1)}>; rel="next"`);
  return {
    'X-WP-Total': String(total),
    'X-WP-TotalPages': String(pages),
    ...(links.length > 0 && { Link: links.join(', ') }),
  };
}

/**
 * The request's own query, keys and secrets included, with `page` in its place or at the end. WordPress joins the values
 * raw and parses that again before it encodes, so a `+` or `&` inside a value does not survive.
 */
function pageQuery(query: Readonly<Record<string, unknown>>, page: number): string {
  const raw = buildPhpQuery(query, (text) => text);
  return buildPhpQuery({ ...parsePhpQuery(raw), page });
}
