import { createHmac, timingSafeEqual } from 'node:crypto';
import { type PhpParams, rawurlencode } from '../wordpress/php-query.codec.ts';

/** What is signed: `url` is the shop's home URL and the path, without query; `params` are all but `oauth_signature`. */
export interface SignedParts {
  method: string;
  url: string;
  params: PhpParams;
}

/** The HMAC names WooCommerce takes, with Node's names for them. */
export const SIGNATURE_METHODS: Readonly<Record<string, string>> = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' };

/**
 * The base64 signature that WooCommerce expects. One-legged: the key is `secret&`, there is no token, and a JSON body is
 * not signed. PHP has already turned `include[]=5` into `include[0]=5`, so that is what a client must sign.
 */
export function oauthSignature(
  { method, url, params }: SignedParts,
  consumerSecret: string,
  algorithm: string,
): string {
  const pairs = Object.keys(params)
    .sort()
    .flatMap((name) => encodedPairs(rawurlencode(name), params[name] ?? ''));
  const base = [method, rawurlencode(url), pairs.map(rawurlencode).join('%26')].join('&');
  return createHmac(algorithm, `${consumerSecret}&`).update(base).digest('base64');
}

/** Compares in constant time. */
export function sameSignature(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function encodedPairs(name: string, value: PhpParams[string]): string[] {
  if (typeof value === 'string') return [`${name}=${rawurlencode(value)}`];
  return Object.entries(value).flatMap(([key, part]) => encodedPairs(`${name}%5B${key}%5D`, part));
}
