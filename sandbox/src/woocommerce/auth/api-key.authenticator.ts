import { authenticationError } from '../wordpress/rest.error.ts';
import type { RawRequest } from '../wordpress/rest.types.ts';
import type { ApiKey, Authenticate, SignIn } from './api-key.types.ts';
import { createOAuthVerifier } from './oauth1.verifier.ts';

export interface AuthenticatorOptions {
  homeUrl: string;
  keys: readonly ApiKey[];
  /** Does WordPress believe that a request came by TLS? Only then do Basic and query credentials count. */
  isHttps: (request: RawRequest) => boolean;
  /** Milliseconds since 1970. */
  now: () => number;
}

const ANONYMOUS: SignIn = { key: null, error: null };

/** WooCommerce's sign-in: keys in the query, then Basic, then OAuth 1.0a (recordings 10 to 19). */
export function createAuthenticator({ homeUrl, keys, isHttps, now }: AuthenticatorOptions): Authenticate {
  const findKey = (consumerKey: string) => keys.find((key) => key.consumerKey === consumerKey) ?? null;
  const verifyOAuth = createOAuthVerifier({ homeUrl, findKey, now });

  return (request) => {
    // Keys are read only below /wp-json/wc: `?rest_route=` is anonymous whatever it carries (recording 77).
    if (!request.path.startsWith('/wp-json/wc/')) return ANONYMOUS;
    const credentials = isHttps(request) ? (queryCredentials(request) ?? basicCredentials(request)) : null;
    const key = credentials && findKey(credentials.consumerKey);
    if (!credentials || !key) return verifyOAuth(request); // an unknown key counts as anonymous, not as an error (recording 10)
    if (key.consumerSecret === credentials.consumerSecret) return { key, error: null };
    return { key: null, error: authenticationError('Consumer secret is invalid.') };
  };
}

/** Recordings 13 and 14: a key without the permission gets 401, too. */
export function requirePermission(key: ApiKey, method: string): void {
  const needed = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  if (method === 'OPTIONS' || key.permissions.split('_').includes(needed)) return;
  throw authenticationError(`The API key provided does not have ${needed} permissions.`);
}

interface Credentials {
  consumerKey: string;
  consumerSecret: string;
}

function queryCredentials({ query }: RawRequest): Credentials | null {
  const { consumer_key: consumerKey, consumer_secret: consumerSecret } = query;
  if (typeof consumerKey !== 'string' || typeof consumerSecret !== 'string') return null;
  return complete({ consumerKey, consumerSecret });
}

function basicCredentials({ headers }: RawRequest): Credentials | null {
  const [, encoded] = /^basic\s+(.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined) return null;
  const [consumerKey = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return complete({ consumerKey, consumerSecret: rest.join(':') });
}

function complete(credentials: Credentials): Credentials | null {
  return credentials.consumerKey !== '' && credentials.consumerSecret !== '' ? credentials : null;
}
