import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../auth/auth.decorators.ts';
import { organizationOf } from './organization.ts';
import { runAsTenant } from './tenant.context.ts';

/** Binds the principal's organization to the request; it opens no transaction. */
@Injectable()
export class TenancyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const { principal } = request;
    if (!principal) return next.handle();
    const orgId = organizationOf(principal, {
      header: request.headers['x-org-id'],
      query: (request.query as Record<string, unknown>).orgId,
    });
    if (orgId === undefined) return next.handle();
    // The log line of the request names them.
    Object.assign(request.raw, { orgId, syncId: (request.params as { sync_id?: string }).sync_id });
    // The handler starts when it is subscribed to, so that must happen inside.
    return from(runAsTenant({ orgId, principal }, () => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }
}
