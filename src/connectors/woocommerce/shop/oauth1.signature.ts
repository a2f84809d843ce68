import { createHmac, randomBytes } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import type { ShopSettings } from '../woocommerce.settings.ts';

export type SignMethod = 'basic' | 'query' | 'oauth1';

/** Adds a key to a request, in its headers or in its URL; made anew for each attempt. */
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
 * The ways to try, best first. Keys in a header or in the URL count only where WordPress believes it is on TLS; a host may strip
 * the header, and a proxy may hide the TLS, which leaves OAuth. Over plain http nothing but OAuth is sent: the others would show
 * the secret to everybody on the way.
 */
export function signMethods({ auth, baseUrl }: Pick<ShopSettings, 'auth' | 'baseUrl'>): readonly SignMethod[] {
  if (auth !== 'auto') return [auth];
  return baseUrl.startsWith('https:') ? ['basic', 'query', 'oauth1'] : ['oauth1'];
}

export function createSigner(method: SignMethod, settings: ShopSettings): Signer {
  const { consumerKey, consumerSecret } = settings;
  switch (method) {
    case 'basic': {
      const authorization = `Basic ${Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')}`;
      return () => ({ headers: { authorization } });
    }
    case 'query': {
      const keys = { consumer_key: consumerKey, consumer_secret: consumerSecret };
      return ({ url }) => ({ url: withQuery(url, keys) });
    }
    case 'oauth1':
      return oauthSigner(settings);
  }
}

/**
 * OAuth 1.0a, one-legged, HMAC-SHA256, in the query, where no host strips it. Signed over the shop's home URL, which behind a proxy
 * is another than the one we call. A JSON body is not signed.
 */
function oauthSigner({ baseUrl, homeUrl, consumerKey, consumerSecret }: ShopSettings): Signer {
  const oauth = new OAuth({
    consumer: { key: consumerKey, secret: consumerSecret },
    signature_method: 'HMAC-SHA256',
    hash_function: (base, key) => createHmac('sha256', key).update(base).digest('base64'),
  });
  // The library's nonce comes from Math.random, which may repeat; the shop refuses a nonce it has seen.
  oauth.getNonce = () => randomBytes(16).toString('hex');
  return ({ method, url }, now) => {
    oauth.getTimeStamp = () => Math.floor(now / 1000);
    const signed = oauth.authorize({ method, url: homeUrl + url.slice(baseUrl.length) });
    return { url: withQuery(url, { ...signed }) };
  };
}

/** `%20` for a blank, never `+`: OAuth signs what is written, and PHP reads both. */
export function withQuery(url: string, params: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(params).map(([name, value]) => `${encode(name)}=${encode(String(value))}`);
  if (pairs.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/** RFC 3986, as PHP's rawurlencode. A lone surrogate cannot be encoded and is replaced. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
