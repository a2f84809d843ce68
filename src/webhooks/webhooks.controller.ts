import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '../auth/auth.decorators.ts';
import { Operation } from '../common/operation.ts';
import { WebhookParam, WebhookResponseDto } from './dto/webhook.dto.ts';
import { WebhookService } from './webhook.service.ts';

/** The handler gets the body as it came, as a Buffer: what is signed are its bytes. See src/http/raw.body.ts. */
const RawBody = () => RouteConfig({ rawBody: true });

@ApiTags('hooks')
@Controller('api/sync/hooks')
export class WebhooksController {
  constructor(private readonly hooks: WebhookService) {}

  @Post(':connection')
  @HttpCode(200)
  @Public()
  @RawBody()
  @Operation({
    id: 'receiveWebhook',
    summary: 'Where a connected system sends its webhooks',
    description:
      'Signed with the webhook secret of the connection, as its system signs. The changed item is read by a sync that starts at once, together with those of the webhooks that follow before it begins.',
    isPublic: true,
    ok: [{ status: 200, description: 'Taken', type: WebhookResponseDto }],
    problems: [
      'malformed-request',
      'unauthenticated',
      'not-found',
      'body-too-large',
      'unsupported-media-type',
      'invalid-request',
    ],
  })
  receive(
    @Param() { connection }: WebhookParam,
    @Req() { headers, body }: FastifyRequest,
  ): Promise<WebhookResponseDto> {
    return this.hooks.receive(connection, { headers: single(headers), body: Buffer.isBuffer(body) ? body : NO_BODY });
  }
}

const NO_BODY = Buffer.alloc(0);

/** A header that came more than once is none that a connector reads. */
const single = (headers: FastifyRequest['headers']): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
