import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { ConnectionSecrets } from './connection.secrets.ts';
import type { CreatedConnectionDto } from './dto/connection.dto.ts';

/**
 * Opens the webhook secret of an answer at the very edge. Inside it the answer is kept for its Idempotency-Key, and what is kept
 * must hold no secret in clear; repeated, the request still answers the same.
 */
@Injectable()
export class WebhookSecretInterceptor implements NestInterceptor {
  constructor(private readonly secrets: ConnectionSecrets) {}

  intercept(_context: ExecutionContext, next: CallHandler<CreatedConnectionDto>): Observable<CreatedConnectionDto> {
    const { orgId } = currentTenant();
    return next.handle().pipe(
      map((body) => ({
        ...body,
        webhook_secret:
          body.webhook_secret &&
          this.secrets.webhookSecretFromText(body.webhook_secret, { orgId, connectionId: body.id }),
      })),
    );
  }
}
