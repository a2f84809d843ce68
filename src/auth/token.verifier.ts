import { Inject, Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { idFault } from '../common/identity.ts';
import { Problem } from '../common/problem.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { expandScopes, type Principal } from './principal.ts';

/** How long a verified token is not verified again; its own end is still checked at each use. */
const REMEMBER_MS = 60_000;
/** Errors of jose about the issuer's response, not about the token; the generic one means that it was not 200 or not JSON. */
const NO_KEYS = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

/** Verifies Bearer tokens: HS256 with the shared secret, or any asymmetric algorithm with the issuer's published keys. */
@Injectable()
export class TokenVerifier {
  private readonly verified = new LRUCache<string, Principal>({ max: 10_000, ttl: REMEMBER_MS });
  private readonly options: JWTVerifyOptions;
  private readonly key: Uint8Array | JWTVerifyGetKey | undefined;

  constructor(@Inject(ENVIRONMENT) env: Environment) {
    if (env.SYNC_JWKS_URL) this.key = createRemoteJWKSet(new URL(env.SYNC_JWKS_URL));
    else if (env.SYNC_JWT_SECRET) this.key = new TextEncoder().encode(env.SYNC_JWT_SECRET);
    this.options = {
      // Named, so that a token cannot choose how it is verified.
      algorithms: env.SYNC_JWKS_URL ? ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'] : ['HS256'],
      issuer: env.SYNC_JWT_ISSUER,
      audience: env.SYNC_JWT_AUDIENCE,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: 5,
    };
  }

  /** The principal of a token that was verified a moment ago. */
  known(token: string): Principal | undefined {
    const principal = this.verified.get(token);
    return principal?.expiresAt && principal.expiresAt > Date.now() ? principal : undefined;
  }

  /** Throws Problem unauthenticated, saying what is wrong with the token, or unavailable when the issuer's keys cannot be had. */
  async verify(token: string): Promise<Principal> {
    if (!this.key)
      throw new Problem('unauthenticated', 'This deployment accepts no tokens; use a service key in X-Api-Key.');
    const principal = toPrincipal(await this.claims(token, this.key));
    this.verified.set(token, principal);
    return principal;
  }

  private async claims(token: string, key: Uint8Array | JWTVerifyGetKey): Promise<JWTPayload> {
    try {
      const { payload } =
        typeof key === 'function'
          ? await jwtVerify(token, key, this.options)
          : await jwtVerify(token, key, this.options);
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new Problem('unauthenticated', 'The token has expired.', { cause: error });
      if (error instanceof errors.JWTClaimValidationFailed)
        throw new Problem('unauthenticated', `The token's claim "${error.claim}" is missing or wrong.`, {
          cause: error,
        });
      if (error instanceof errors.JOSEError && !NO_KEYS.has(error.code))
        throw new Problem('unauthenticated', 'The token cannot be verified.', { cause: error });
      throw new Problem('unavailable', 'The keys of the token issuer cannot be fetched at the moment.', {
        retryAfter: 5,
        cause: error,
      });
    }
  }
}

function toPrincipal(claims: JWTPayload): Principal {
  const { sub, org_id: orgId, scope, exp } = claims as JWTPayload & { org_id?: unknown; scope?: unknown };
  const organization = claimed('org_id', orgId);
  // jose asks that it is there, not that it is text.
  const user = claimed('sub', sub);
  const granted = Array.isArray(scope) ? scope.map(String) : String(scope ?? '').split(' ');
  return {
    kind: 'token',
    name: user,
    userId: user,
    orgId: organization,
    scopes: expandScopes(granted),
    expiresAt: (exp ?? 0) * 1000,
  };
}

function claimed(claim: string, value: unknown): string {
  if (value === undefined) throw new Problem('unauthenticated', `The token's claim "${claim}" is missing or wrong.`);
  const fault = idFault(value);
  if (fault) throw new Problem('unauthenticated', `The token's claim "${claim}" ${fault}.`);
  return value as string;
}
