import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { currentTenant } from '../tenancy/tenant.context.ts';
import type { CreatedWebhookEndpointDto } from './dto/endpoint.dto.ts';
import { EndpointSecrets } from './endpoint.secrets.ts';

/** Decrypts the secret of a response as the last step, when it has been stored for its Idempotency-Key. */
@Injectable()
export class EndpointSecretInterceptor implements NestInterceptor {
  constructor(private readonly secrets: EndpointSecrets) {}

  intercept(
    _context: ExecutionContext,
    next: CallHandler<CreatedWebhookEndpointDto>,
  ): Observable<CreatedWebhookEndpointDto> {
    const { orgId } = currentTenant();
    return next.handle().pipe(map((body) => ({ ...body, secret: this.secrets.openText(body.secret, orgId, body.id) })));
  }
}
