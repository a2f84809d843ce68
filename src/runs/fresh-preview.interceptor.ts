import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { requireRight } from '../auth/required.right.ts';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { RunPreviews } from './run.previews.ts';

/**
 * Asks whether the caller may apply a preview, and both systems whether it is still up to date, before the request's transaction begins. A repeated request
 * returns the first response again, so it is not checked.
 */
@Injectable()
export class FreshPreviewInterceptor implements NestInterceptor {
  constructor(
    private readonly previews: RunPreviews,
    private readonly idempotency: IdempotencyInterceptor,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { preview, override_guard } = (request.body ?? {}) as { preview?: unknown; override_guard?: unknown };
    if ((preview ?? override_guard ?? null) !== null)
      requireRight(currentTenant().principal, 'apply', 'Applying a preview or overriding the delete guard');
    // Validation rejects any other value.
    if (
      typeof preview === 'string' &&
      preview !== '' &&
      preview.length <= 200 &&
      !(await this.idempotency.isRepeated(request))
    )
      await this.previews.assertFresh(preview);
    return next.handle();
  }
}
