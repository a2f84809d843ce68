import type { WooCommerceSandbox } from '@sync-operations/sandbox';

/** For tests: calls a sandbox below /wp-json/wc/v3 with its own key. */
export function shopClient({ url, consumerKey, consumerSecret }: WooCommerceSandbox) {
  const authorization = `Basic ${Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')}`;
  return async function call(method: string, path: string, body?: unknown) {
    const response = await fetch(path.startsWith('http') ? path : `${url}/wp-json/wc/v3${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}
