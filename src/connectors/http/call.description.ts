import type { HttpRequest } from './http.types.ts';

/** A call as messages name it: method, host and path. Never the query or user information, where keys may be. */
export function describeCall({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
  const parsed = URL.parse(url);
  return parsed ? `${method} ${parsed.host}${parsed.pathname.slice(0, 200)}` : method;
}
