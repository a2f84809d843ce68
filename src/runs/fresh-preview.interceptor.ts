import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor.ts';
import { RunPreviews } from './run.previews.ts';

/**
 * Asks both systems whether the preview to apply is still up to date, before the request's transaction begins. A repeated request
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
    const { preview } = (request.body ?? {}) as { preview?: unknown };
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
