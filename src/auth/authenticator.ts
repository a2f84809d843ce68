import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../common/problem.ts';
import { AddressBuckets } from '../rates/address.buckets.ts';
import type { AuthenticatedRequest } from './auth.decorators.ts';
import { KeyStore } from './key.store.ts';
import type { Principal } from './principal.ts';
import { isHttps, sessionOf } from './session.cookie.ts';
import { TokenVerifier } from './token.verifier.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Makes the principal of a request, or refuses it. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly keys: KeyStore,
    private readonly tokens: TokenVerifier,
    private readonly addresses: AddressBuckets,
  ) {}

  /**
   * Throws Problem unauthenticated or cross-site-request. Credentials that turn out to be invalid take a token of the address; when it has
   * none left they are refused with too-many-requests, keys before they are looked up. A token is verified in any case, since that asks
   * nobody, and so is a key that was valid lately: an attacker behind the same proxy stops nobody.
   */
  async authenticate(request: AuthenticatedRequest): Promise<Principal> {
    const { ip } = request;
    const credentials = credentialsOf(request);
    const { kind, secret } = credentials;
    const known = kind === 'token' ? this.tokens.known(secret) : this.keys.known(secret);
    if (known) return known;
    if (kind !== 'token' && !this.keys.wasValid(secret)) await this.addresses.refuseWhenEmpty(ip);
    return this.principalOf(credentials).catch(async (error: unknown) => {
      if (error instanceof Problem && error.problem === 'unauthenticated') {
        await this.addresses.refuseWhenEmpty(ip);
        await this.addresses.take(ip);
      }
      throw error;
    });
  }

  private async principalOf({ kind, secret }: Credentials): Promise<Principal> {
    if (kind === 'token') return this.tokens.verify(secret);
    const principal = await this.keys.find(secret);
    if (principal) return principal;
    throw new Problem('unauthenticated', UNKNOWN[kind]);
  }
}

interface Credentials {
  readonly kind: 'key' | 'token' | 'session';
  readonly secret: string;
}

const UNKNOWN = {
  key: 'The key in X-Api-Key is unknown, revoked or expired.',
  session: 'The session has ended; sign in again.',
};

/** Throws Problem when there are none, or a page of another site sends the session's cookie along. */
function credentialsOf(request: AuthenticatedRequest): Credentials {
  const key = request.headers['x-api-key'];
  if (typeof key === 'string') return { kind: 'key', secret: key };
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (!token) throw new Problem('unauthenticated', 'Authorization must be: Bearer <token>.');
    return { kind: 'token', secret: token };
  }
  const session = sessionOf(request);
  if (!session)
    throw new Problem('unauthenticated', 'Send a token in Authorization: Bearer …, or a service key in X-Api-Key.');
  if (!SAFE_METHODS.has(request.method))
    refuseCrossSite(request, "A session cookie is accepted from this service's own pages only.");
  return { kind: 'session', secret: session };
}

/**
 * Throws cross-site-request unless the request comes from a page of this service: a browser sends cookies along, and posts for
 * any site that asks. `detail` goes into the problem.
 */
export function refuseCrossSite(request: FastifyRequest, detail: string): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const originHost = origin === undefined ? undefined : URL.parse(origin)?.host;
  // Where a browser says whether the page is of the same origin, it says so truly, also behind a proxy that hides the scheme.
  const sameOrigin =
    site === undefined
      ? origin === `${isHttps(request) ? 'https' : 'http'}://${host}`
      : site === 'same-origin' && (originHost === undefined || originHost === host);
  if (sameOrigin) return;
  throw new Problem('cross-site-request', detail);
}
