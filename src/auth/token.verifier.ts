import { Inject, Injectable } from '@nestjs/common';
import {
  type CryptoKey,
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
import { claimAt, wordsOf } from './claim.path.ts';
import type { Principal } from './principal.ts';
import { expandScopes } from './rights.ts';

/** How long a verified token is not verified again; its own end is still checked at each use. */
const REMEMBER_MS = 60_000;
/** Errors of jose about the issuer's response, not about the token; the generic one means that it was not 200 or not JSON. */
const NO_KEYS = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

/** Every one of JWA that proves who signed, and is not known to be weak. `EdDSA` and `Ed25519` name the same one. */
const ASYMMETRIC = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Verifies Bearer tokens: HS256 with the shared secret, or any asymmetric algorithm with the issuer's published keys. */
@Injectable()
export class TokenVerifier {
  private readonly verified = new LRUCache<string, Principal>({ max: 10_000, ttl: REMEMBER_MS });
  private readonly options: JWTVerifyOptions;
  private readonly scopeClaims: readonly string[];
  private readonly key: Uint8Array | JWTVerifyGetKey | undefined;

  constructor(@Inject(ENVIRONMENT) env: Environment) {
    if (env.SYNC_JWKS_URL) this.key = createRemoteJWKSet(new URL(env.SYNC_JWKS_URL));
    else if (env.SYNC_JWT_SECRET) this.key = new TextEncoder().encode(env.SYNC_JWT_SECRET);
    this.scopeClaims = env.SYNC_JWT_SCOPE_CLAIM ?? ['scope'];
    this.options = {
      // Named, so that a token cannot choose how it is verified.
      algorithms: env.SYNC_JWKS_URL ? ASYMMETRIC : ['HS256'],
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
    const principal = toPrincipal(await this.claims(token, this.key), this.scopeClaims);
    this.verified.set(token, principal);
    return principal;
  }

  private async claims(token: string, key: Uint8Array | JWTVerifyGetKey): Promise<JWTPayload> {
    try {
      return await (typeof key === 'function' ? this.byPublished(token, key) : this.by(token, key));
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

  private async by(token: string, key: Uint8Array | CryptoKey): Promise<JWTPayload> {
    return (await jwtVerify(token, key, this.options)).payload;
  }

  /** Several keys may fit a token that names none: the one that signed it is found by trying. */
  private async byPublished(token: string, keys: JWTVerifyGetKey): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, keys, this.options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        const payload = await this.by(token, key).catch(otherKey);
        if (payload) return payload;
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }
}

/** Undefined for a signature of another key; throws what is wrong with the token itself. */
function otherKey(error: unknown): undefined {
  if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
}

function toPrincipal(claims: JWTPayload, scopeClaims: readonly string[]): Principal {
  const { sub, org_id: orgId, exp } = claims as JWTPayload & { org_id?: unknown };
  const organization = claimed('org_id', orgId);
  // jose asks that it is there, not that it is text.
  const user = claimed('sub', sub);
  const granted = scopeClaims.flatMap((name) => wordsOf(claimAt(claims, name)));
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
