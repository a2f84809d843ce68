import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../auth/auth.decorators.ts';
import { runAsTenant } from './tenant.context.ts';

/** A request that was admitted; `orgId` is the organization it is for, which its log line names. */
export type TenantRequest = AuthenticatedRequest & { orgId?: string };

/** Binds the principal's organization to the request; it opens no transaction. */
@Injectable()
export class TenancyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<TenantRequest>();
    const { principal, orgId } = request;
    if (!principal || orgId === undefined) return next.handle();
    // The handler starts when it is subscribed to, so that must happen inside.
    return new Observable((subscriber) => runAsTenant({ orgId, principal }, () => next.handle().subscribe(subscriber)));
  }
}
