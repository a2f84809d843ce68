import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Page } from '../common/cursor.ts';
import { Operation } from '../common/operation.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { ReplayedDto, WebhookDeliveryDto, WebhookDeliveryPageDto } from './dto/delivery.dto.ts';
import {
  ReplayDeliveriesDto,
  WebhookDeliveriesQuery,
  WebhookDeliveryIdParam,
  WebhookEndpointIdParam,
} from './dto/requests.dto.ts';
import { WebhookDeliveriesService } from './webhook-deliveries.service.ts';

@ApiTags('webhook-endpoints')
@Controller('api/sync/webhook-endpoints/:endpoint_id')
export class WebhookDeliveriesController {
  constructor(private readonly deliveries: WebhookDeliveriesService) {}

  @Get('deliveries')
  @Operation({
    id: 'listWebhookDeliveries',
    summary: 'The log of deliveries to a receiver, newest first',
    description: 'Kept for 7 days; of those that are done, the newest 5,000.',
    ok: [{ status: 200, description: 'A page', type: WebhookDeliveryPageDto }],
    problems: ['not-found'],
  })
  list(
    @Param() { endpoint_id }: WebhookEndpointIdParam,
    @Query() query: WebhookDeliveriesQuery,
  ): Promise<Page<WebhookDeliveryDto>> {
    return this.deliveries.list(endpoint_id, query);
  }

  @Post('test')
  @HttpCode(202)
  @Idempotent()
  @Operation({
    id: 'testWebhookEndpoint',
    summary: 'Send a message of the type endpoint.test',
    ok: [{ status: 202, description: 'The delivery, which waits', type: WebhookDeliveryDto }],
    problems: ['not-found', 'conflict'],
  })
  test(@Param() { endpoint_id }: WebhookEndpointIdParam): Promise<WebhookDeliveryDto> {
    return this.deliveries.test(endpoint_id);
  }

  @Post('deliveries/:delivery_id/replay')
  @HttpCode(202)
  @Idempotent()
  @Operation({
    id: 'replayWebhookDelivery',
    summary: 'Send a delivery again',
    description: 'With the same webhook-id, so that a receiver can tell that it has had it.',
    ok: [{ status: 202, description: 'The delivery, which waits', type: WebhookDeliveryDto }],
    problems: ['not-found', 'conflict'],
  })
  replay(@Param() { endpoint_id, delivery_id }: WebhookDeliveryIdParam): Promise<WebhookDeliveryDto> {
    return this.deliveries.replay(endpoint_id, delivery_id);
  }

  @Post('replay')
  @HttpCode(202)
  @Idempotent()
  @Operation({
    id: 'replayWebhookDeliveries',
    summary: 'Send all deliveries since a time again',
    ok: [{ status: 202, description: 'How many', type: ReplayedDto }],
    problems: ['not-found', 'conflict'],
  })
  replaySince(
    @Param() { endpoint_id }: WebhookEndpointIdParam,
    @Body() body: ReplayDeliveriesDto,
  ): Promise<ReplayedDto> {
    return this.deliveries.replaySince(endpoint_id, body);
  }
}
