import type { PhpParams } from '../wordpress/php-query.codec.ts';
import { readForm } from '../wordpress/request-body.reader.ts';
import { authenticationError, RestError } from '../wordpress/rest.error.ts';
import type { RawRequest } from '../wordpress/rest.types.ts';
import type { ApiKey, Authenticate, SignIn } from './api-key.types.ts';
import { oauthSignature, SIGNATURE_METHODS, sameSignature } from './oauth1.signature.ts';

const REQUIRED = [
  'oauth_consumer_key',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_signature',
  'oauth_signature_method',
] as const;
const WINDOW_SECONDS = 15 * 60;

export interface OAuthVerifierOptions {
  homeUrl: string;
  findKey: (consumerKey: string) => ApiKey | null;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Checks OAuth 1.0a in WooCommerce's order: the signature before the timestamp (recording 19), the nonce last. */
export function createOAuthVerifier({ homeUrl, findKey, now }: OAuthVerifierOptions): Authenticate {
  const usedNonces = new Map<string, number>(); // key and nonce → its timestamp in seconds

  return (request) => {
    const params = oauthParams(request);
    const missing = REQUIRED.filter((name) => !params[name]);
    if (missing.length === REQUIRED.length) return { key: null, error: null };
    if (missing.length > 0) return refuse(missingParameters(missing));

    const field = (name: (typeof REQUIRED)[number]) => String(params[name]);
    const key = findKey(field('oauth_consumer_key'));
    if (!key) return refuse(authenticationError('Consumer key is invalid.'));

    const algorithm = SIGNATURE_METHODS[field('oauth_signature_method')];
    if (!algorithm) return refuse(authenticationError('Invalid signature - signature method is invalid.'));
    const { oauth_signature: _given, ...signed } = params;
    const parts = { method: request.method, url: homeUrl + request.path, params: signed };
    const given = field('oauth_signature').replaceAll(' ', '+'); // an unescaped + arrives as a space
    if (!sameSignature(oauthSignature(parts, key.consumerSecret, algorithm), given)) {
      return refuse(authenticationError('Invalid signature - provided signature does not match.'));
    }

    const seconds = now() / 1000;
    const timestamp = Number(field('oauth_timestamp'));
    if (!(Math.abs(seconds - timestamp) <= WINDOW_SECONDS)) return refuse(authenticationError('Invalid timestamp.'));
    const nonce = `${key.consumerKey} ${field('oauth_nonce')}`;
    if (usedNonces.has(nonce)) return refuse(authenticationError('Invalid nonce - nonce has already been used.'));
    usedNonces.set(nonce, timestamp);
    forgetBefore(usedNonces, seconds - WINDOW_SECONDS);
    return { key, error: null };
  };
}

/** Query and form fields; an `Authorization: OAuth` header wins over both. */
function oauthParams(request: RawRequest): PhpParams {
  const params: PhpParams = { ...request.query, ...readForm(request) };
  const header = request.headers.authorization?.trim() ?? '';
  if (!header.startsWith('OAuth ')) return params;
  for (const [, name = '', value = ''] of header.matchAll(/(oauth_[a-z_-]*)="?([^",]*)"?/g)) {
    params[name] = decodeURIComponent(value);
  }
  return params;
}

function forgetBefore(nonces: Map<string, number>, seconds: number): void {
  for (const [nonce, timestamp] of nonces) if (timestamp < seconds) nonces.delete(nonce);
}

function missingParameters(names: readonly string[]): RestError {
  const message = `Missing OAuth parameter${names.length > 1 ? 's' : ''} ${names.join(', ')}`;
  return new RestError('woocommerce_rest_authentication_missing_parameter', message, 401);
}

function refuse(error: RestError): SignIn {
  return { key: null, error };
}
