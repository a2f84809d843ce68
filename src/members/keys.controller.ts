import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PageQuery } from '../common/list-query.dto.ts';
import { Operation } from '../common/operation.ts';
import { ApiKeyPageDto, CreateApiKeyDto, CreatedApiKeyDto, KeyIdParam } from './dto/keys.dto.ts';
import { KeysService } from './keys.service.ts';

@ApiTags('members')
@Controller('api/sync/keys')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  // Accepts no Idempotency-Key, which would keep the secret. What a lost answer leaves is in the list, and can be revoked.
  @Post()
  @Operation({
    id: 'createKey',
    summary: 'Make a key of your organization',
    description:
      'Only this response contains the secret. The key gives no more than you may do yourself. Accepts no Idempotency-Key: when the answer is lost, revoke the key and make another. Written to the audit trail.',
    ok: [{ status: 201, description: 'Made', type: CreatedApiKeyDto }],
    problems: ['quota-exceeded'],
  })
  async create(
    @Body() body: CreateApiKeyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedApiKeyDto> {
    reply.header('cache-control', 'no-store');
    return this.keys.create(body);
  }

  @Get()
  @Operation({
    id: 'listKeys',
    summary: 'List the keys of your organization',
    description: 'Ordered by id. Those that were revoked or ended stay for 90 days. Never the secrets.',
    ok: [{ status: 200, description: 'A page of keys', type: ApiKeyPageDto }],
  })
  list(@Query() query: PageQuery): Promise<ApiKeyPageDto> {
    return this.keys.page(query);
  }

  @Delete(':key_id')
  @HttpCode(204)
  @Operation({
    id: 'revokeKey',
    summary: 'Revoke a key',
    description:
      'Within five seconds everywhere, and the sessions that were opened with it at once. Written to the audit trail.',
    ok: [{ status: 204, description: 'Revoked' }],
    problems: ['not-found'],
  })
  revoke(@Param() { key_id }: KeyIdParam): Promise<void> {
    return this.keys.revoke(key_id);
  }
}
