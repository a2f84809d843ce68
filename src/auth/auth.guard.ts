import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { settingsOf } from '../common/route.config.ts';
import type { AuthenticatedRequest } from './auth.decorators.ts';
import { Authenticator } from './authenticator.ts';
import { rightsFor } from './operation.rights.ts';
import { requireRight } from './required.right.ts';
import { RIGHT_NAMES } from './rights.ts';

/**
 * Admits requests by their headers alone. `admit` runs as a hook before the body is read, so that a stranger's body costs nothing; as a
 * guard it runs again before each handler, so that no route is served because the hook did not know it.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    return request.principal ? true : this.admit(request).then(() => true);
  }

  /** Throws a Problem unless the operation is public, or the caller may do what it needs. */
  async admit(request: AuthenticatedRequest): Promise<void> {
    const { access, operation } = settingsOf(request);
    if (access === 'public' || request.principal) return;
    const principal = await this.authenticator.authenticate(request);
    if (access !== 'signed-in')
      for (const right of rightsFor(operation ?? '') ?? RIGHT_NAMES) requireRight(principal, right);
    request.principal = principal;
  }
}
