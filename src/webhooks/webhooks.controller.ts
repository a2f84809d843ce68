import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiHeaders, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '../auth/auth.decorators.ts';
import { Operation } from '../common/operation.ts';
import { routeSettings } from '../common/route.config.ts';
import { WEBHOOK_BODY, WEBHOOK_HEADERS, WebhookParam, WebhookResponseDto } from './dto/webhook.dto.ts';
import { WebhookService } from './webhook.service.ts';

/** The handler receives the raw body as a Buffer, because the signature covers its bytes. An order of many lines has some 100 KiB. */
const SignedBody = () => routeSettings({ rawBody: true, bodyLimit: 1024 * 1024 });

const PREFIX = 'api/sync/hooks';
export const WEBHOOK_ROUTE = `/${PREFIX}/:connection`;

@ApiTags('hooks')
@Controller(PREFIX)
export class WebhooksController {
  constructor(private readonly hooks: WebhookService) {}

  @Post(':connection')
  @HttpCode(200)
  @Public()
  @SignedBody()
  @ApiHeaders(WEBHOOK_HEADERS.map(({ example, ...header }) => ({ ...header, schema: { type: 'string', example } })))
  @ApiBody(WEBHOOK_BODY)
  @Operation({
    id: 'receiveWebhook',
    summary: 'Receive a webhook of a connected system',
    description:
      'The system signs the request with the webhook secret of the connection. A sync that is queued at once reads the changed item. Webhooks that arrive before this sync begins are processed by the same sync.',
    isPublic: true,
    ok: [{ status: 200, description: 'Received', type: WebhookResponseDto }],
    problems: ['unauthenticated', 'not-found', 'body-too-large', 'unsupported-media-type', 'invalid-request'],
  })
  receive(
    @Param() { connection }: WebhookParam,
    @Req() { headers, body }: FastifyRequest,
  ): Promise<WebhookResponseDto> {
    return this.hooks.receive(connection, { headers: single(headers), body: Buffer.isBuffer(body) ? body : NO_BODY });
  }
}

const NO_BODY = Buffer.alloc(0);

/** Headers that occur more than once are dropped, because no connector reads one. */
const single = (headers: FastifyRequest['headers']): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
