import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../common/problem.ts';
import { type AuthenticatedRequest, PUBLIC, REQUIRED_SCOPE, SESSION_COOKIE } from './auth.decorators.ts';
import { KeyStore } from './key.store.ts';
import type { Principal, Scope } from './principal.ts';
import { TokenVerifier } from './token.verifier.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Makes the principal of a request, or refuses it. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyStore,
    private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const principal = await this.authenticate(request);
    const needed = this.reflector.getAllAndOverride<Scope>(REQUIRED_SCOPE, targets) ?? 'sync:admin';
    if (!principal.scopes.includes(needed))
      throw new Problem(
        'missing-scope',
        `This needs the scope ${needed}; yours: ${principal.scopes.join(' ') || 'none'}.`,
      );
    request.principal = principal;
    return true;
  }

  private async authenticate(request: AuthenticatedRequest): Promise<Principal> {
    const key = request.headers['x-api-key'];
    if (typeof key === 'string') return this.byKey(key, 'The key in X-Api-Key is unknown, revoked or expired.');
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (!token) throw new Problem('unauthenticated', 'Authorization must be: Bearer <token>.');
      return this.tokens.verify(token);
    }
    const session = request.cookies?.[SESSION_COOKIE];
    if (session) {
      if (!SAFE_METHODS.has(request.method))
        refuseCrossSite(request, "A session cookie is accepted from this service's own pages only.");
      return this.byKey(session, 'The session has ended; sign in again.');
    }
    throw new Problem('unauthenticated', 'Send a token in Authorization: Bearer …, or a service key in X-Api-Key.');
  }

  private async byKey(secret: string, otherwise: string): Promise<Principal> {
    const principal = await this.keys.find(secret);
    if (!principal) throw new Problem('unauthenticated', otherwise);
    return principal;
  }
}

/**
 * Throws cross-site-request unless the request comes from a page of this service: a browser sends cookies along, and posts for
 * any site that asks. `detail` goes into the problem.
 */
export function refuseCrossSite(request: FastifyRequest, detail: string): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const sameOrigin = site === 'same-origin' || (origin !== undefined && URL.parse(origin)?.host === host);
  if (!sameOrigin) throw new Problem('cross-site-request', detail);
}
