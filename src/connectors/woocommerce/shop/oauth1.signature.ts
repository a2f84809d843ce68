import { createHmac, randomBytes } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import type { ShopSettings } from '../woocommerce.settings.ts';

/** Adds the key to the headers or to the URL of a request; each attempt gets a new one. */
interface Signature {
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
}

interface Unsigned {
  readonly method: string;
  readonly url: string;
}

/** `now` in milliseconds. */
export type Signer = (request: Unsigned, now: number) => Signature;

/**
 * OAuth 1.0a, one-legged, HMAC-SHA256, in the query, where no host strips it. It signs the shop's home URL, which differs from the
 * address that we call when the shop is behind a proxy. It does not sign a JSON body.
 */
export function oauth1Signer({ baseUrl, homeUrl, consumerKey, consumerSecret }: ShopSettings): Signer {
  const oauth = new OAuth({
    consumer: { key: consumerKey, secret: consumerSecret },
    signature_method: 'HMAC-SHA256',
    hash_function: (base, key) => createHmac('sha256', key).update(base).digest('base64'),
  });
  // The library takes its nonce from Math.random, which may repeat, and the shop rejects a nonce that it has seen.
  oauth.getNonce = () => randomBytes(16).toString('hex');
  return ({ method, url }, now) => {
    oauth.getTimeStamp = () => Math.floor(now / 1000);
    const signed = oauth.authorize({ method, url: homeUrl + url.slice(baseUrl.length) });
    return { url: withQuery(url, { ...signed }) };
  };
}

/** Writes a space as `%20`, never as `+`: OAuth signs the text as it is sent, and PHP reads both. */
export function withQuery(url: string, params: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(params).map(([name, value]) => `${encode(name)}=${encode(String(value))}`);
  if (pairs.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/** RFC 3986, as PHP's rawurlencode. Replaces a lone surrogate, which cannot be encoded. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
