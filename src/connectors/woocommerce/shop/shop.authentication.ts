import type { ShopSettings } from '../woocommerce.settings.ts';
import { oauth1Signer, type Signer, withQuery } from './oauth1.signature.ts';

export type AuthMethod = 'basic' | 'query' | 'oauth1';

/**
 * The methods to try, best first. WordPress accepts a key in a header or in the URL only when it sees that the request came over
 * TLS. A host may strip the header, and a proxy may hide the TLS, which leaves OAuth. Over plain http only OAuth is used: the other
 * methods would show the secret to everybody between us and the shop.
 */
export function authMethods({ auth, baseUrl }: Pick<ShopSettings, 'auth' | 'baseUrl'>): readonly AuthMethod[] {
  if (auth !== 'auto') return [auth];
  return baseUrl.startsWith('https:') ? ['basic', 'query', 'oauth1'] : ['oauth1'];
}

export function createSigner(method: AuthMethod, settings: ShopSettings): Signer {
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
      return oauth1Signer(settings);
  }
}
