import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { OrgQuery } from '../common/list-query.dto.ts';
import { Operation } from '../common/operation.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { CreatedWebhookEndpointDto, WebhookEndpointDto, WebhookEndpointListDto } from './dto/endpoint.dto.ts';
import {
  ChangeWebhookEndpointDto,
  CreateWebhookEndpointDto,
  RotateSecretDto,
  WebhookEndpointIdParam,
} from './dto/requests.dto.ts';
import { EndpointSecretInterceptor } from './endpoint-secret.interceptor.ts';
import { WebhookEndpointsService } from './webhook-endpoints.service.ts';

@ApiTags('webhook-endpoints')
@Controller('api/sync/webhook-endpoints')
export class WebhookEndpointsController {
  constructor(private readonly endpoints: WebhookEndpointsService) {}

  @Post()
  @Idempotent()
  // Decorators apply from bottom to top, so this one runs outside of Idempotent.
  @UseInterceptors(EndpointSecretInterceptor)
  @Operation({
    id: 'createWebhookEndpoint',
    summary: 'Add a receiver of events',
    description:
      'Events are sent as Standard Webhooks has them, at least once, for a day until the receiver answers with 2xx within 10 seconds. Only this response contains the secret.',
    ok: [
      {
        status: 201,
        description: 'Added',
        type: CreatedWebhookEndpointDto,
        headers: { Location: 'The path of the endpoint' },
      },
    ],
    problems: ['quota-exceeded', 'encryption-not-configured'],
  })
  async create(
    @Body() body: CreateWebhookEndpointDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedWebhookEndpointDto> {
    const created = await this.endpoints.create(body);
    reply.header('location', `/api/sync/webhook-endpoints/${created.id}`);
    return created;
  }

  @Get()
  @Operation({
    id: 'listWebhookEndpoints',
    summary: 'List the receivers of events, oldest first',
    ok: [{ status: 200, description: 'All receivers', type: WebhookEndpointListDto }],
  })
  list(@Query() _query: OrgQuery): Promise<WebhookEndpointListDto> {
    return this.endpoints.list();
  }

  @Get(':endpoint_id')
  @Operation({
    id: 'getWebhookEndpoint',
    summary: 'Read a receiver of events',
    ok: [{ status: 200, description: 'The endpoint', type: WebhookEndpointDto }],
    problems: ['not-found'],
  })
  get(@Param() { endpoint_id }: WebhookEndpointIdParam): Promise<WebhookEndpointDto> {
    return this.endpoints.get(endpoint_id);
  }

  @Patch(':endpoint_id')
  @Operation({
    id: 'changeWebhookEndpoint',
    summary: 'Change, disable or enable a receiver of events',
    description:
      'Fields that are omitted keep their values. What waits for an endpoint that is disabled fails; replay it when the endpoint is enabled again.',
    ok: [{ status: 200, description: 'The changed endpoint', type: WebhookEndpointDto }],
    problems: ['not-found'],
  })
  change(
    @Param() { endpoint_id }: WebhookEndpointIdParam,
    @Body() body: ChangeWebhookEndpointDto,
  ): Promise<WebhookEndpointDto> {
    return this.endpoints.change(endpoint_id, body);
  }

  @Delete(':endpoint_id')
  @HttpCode(204)
  @Operation({
    id: 'removeWebhookEndpoint',
    summary: 'Remove a receiver of events and its log',
    ok: [{ status: 204, description: 'Removed' }],
    problems: ['not-found'],
  })
  remove(@Param() { endpoint_id }: WebhookEndpointIdParam): Promise<void> {
    return this.endpoints.remove(endpoint_id);
  }

  @Post(':endpoint_id/rotate-secret')
  @HttpCode(200)
  @Idempotent()
  @UseInterceptors(EndpointSecretInterceptor)
  @Operation({
    id: 'rotateWebhookSecret',
    summary: 'Replace the secret of a receiver',
    description:
      'While the two overlap, messages carry a signature of each. Only this response contains the new secret.',
    ok: [{ status: 200, description: 'The endpoint with its new secret', type: CreatedWebhookEndpointDto }],
    problems: ['not-found', 'encryption-not-configured'],
  })
  rotate(
    @Param() { endpoint_id }: WebhookEndpointIdParam,
    @Body() body: RotateSecretDto,
  ): Promise<CreatedWebhookEndpointDto> {
    return this.endpoints.rotate(endpoint_id, body);
  }
}
