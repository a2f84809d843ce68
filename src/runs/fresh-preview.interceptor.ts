import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor.ts';
import { RunPreviews } from './run.previews.ts';

/**
 * Asks both systems about the preview a request wants to apply, before the request's transaction begins. A repeated request is
 * answered as it was the first time, so nobody is asked then.
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
    // Whatever else it is, validation says so.
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
