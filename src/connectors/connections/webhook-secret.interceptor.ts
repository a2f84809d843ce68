import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { ConnectionSecrets } from './connection.secrets.ts';
import type { CreatedConnectionDto } from './dto/connection.dto.ts';

/**
 * Decrypts the webhook secret of a response as the last step. Before this step the response is stored for its Idempotency-Key, and a
 * stored response must not contain a secret in plain text. A repeated request still gets the same response.
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
