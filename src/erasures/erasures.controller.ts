import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Page } from '../common/cursor.ts';
import { PageQuery } from '../common/list-query.dto.ts';
import { Operation } from '../common/operation.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { ERASE_EXAMPLES, EraseDto, ErasureDto, ErasureIdParam, ErasurePageDto } from './dto/erasures.dto.ts';
import { ErasuresService } from './erasures.service.ts';

@ApiTags('erasures')
@Controller('api/sync/erasures')
export class ErasuresController {
  constructor(private readonly erasures: ErasuresService) {}

  @Post()
  @HttpCode(202)
  @Idempotent()
  @ApiBody({ type: EraseDto, examples: ERASE_EXAMPLES })
  @Operation({
    id: 'erasePerson',
    summary: 'Erase a person',
    description:
      'Everything that your organization keeps here of the person: records, what bindings held, items, changes, previews, stored responses, messages, and what the audit trail knows them by. The trail itself stays and can still be verified. It takes seconds to minutes; read the erasure until it is completed. Nothing is erased in your shops and ERPs.',
    ok: [{ status: 202, description: 'Begun', type: ErasureDto }],
    problems: ['not-found', 'quota-exceeded'],
  })
  request(@Body() body: EraseDto): Promise<ErasureDto> {
    return this.erasures.request(body);
  }

  @Get()
  @Operation({
    id: 'listErasures',
    summary: 'List erasures, newest first',
    description: 'Kept for three years. They name nobody.',
    ok: [{ status: 200, description: 'A page', type: ErasurePageDto }],
  })
  list(@Query() query: PageQuery): Promise<Page<ErasureDto>> {
    return this.erasures.list(query);
  }

  @Get(':erasure_id')
  @Operation({
    id: 'getErasure',
    summary: 'Read what came of an erasure',
    ok: [{ status: 200, description: 'The erasure', type: ErasureDto }],
    problems: ['not-found'],
  })
  get(@Param() { erasure_id }: ErasureIdParam): Promise<ErasureDto> {
    return this.erasures.get(erasure_id);
  }
}
