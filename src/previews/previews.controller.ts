import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../auth/auth.decorators.ts';
import { Operation } from '../common/operation.ts';
import { ConnectionIdParam } from '../connectors/connections/dto/requests.dto.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { CacheKeyParam } from '../preview-cache/dto/preview.dto.ts';
import { SyncIdParam } from '../progress/dto/requests.dto.ts';
import { LOCATION, located } from '../runs/runs.controller.ts';
import { PreviewChangePageDto, PreviewChangesQuery, PreviewRunDto, StartPreviewDto } from './dto/preview.dto.ts';
import { PreviewChangesService } from './preview-changes.service.ts';
import { PreviewsService } from './previews.service.ts';

@ApiTags('previews')
@Controller('api/sync')
export class PreviewsController {
  constructor(
    private readonly previews: PreviewsService,
    private readonly changes: PreviewChangesService,
  ) {}

  @Post('connections/:connection_id/preview')
  @HttpCode(202)
  @RequireScope('sync:write')
  @Idempotent()
  @ApiBody({ type: StartPreviewDto })
  @Operation({
    id: 'startPreview',
    summary: 'Compute what a sync from this connection would change',
    description:
      'Runs as a sync of its own and writes nothing to either end. Its result is at /previews/{cache_key} when it has ended, all of its changes at /previews/{cache_key}/changes.',
    ok: [{ status: 202, description: 'Queued', type: PreviewRunDto, headers: LOCATION }],
    problems: ['not-found'],
  })
  async start(
    @Param() { connection_id }: ConnectionIdParam,
    @Body() body: StartPreviewDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreviewRunDto> {
    return located(await this.previews.start(connection_id, body), reply);
  }

  @Get('previews/:cache_key/changes')
  @RequireScope('sync:read')
  @Operation({
    id: 'listPreviewChanges',
    summary: 'Every change of a computed preview',
    description:
      'By kind, then by id; the preview itself holds only the first of each kind. What is unchanged is counted in its summary and not listed.',
    ok: [{ status: 200, description: 'A page of them', type: PreviewChangePageDto }],
    problems: ['not-found', 'stale-preview'],
  })
  changesOfPreview(
    @Param() { cache_key }: CacheKeyParam,
    @Query() query: PreviewChangesQuery,
  ): Promise<PreviewChangePageDto> {
    return this.changes.page(cache_key, query);
  }

  @Get('progress/:sync_id/changes')
  @RequireScope('sync:read')
  @Operation({
    id: 'listSyncChanges',
    summary: 'What a sync to another connection changed there, or its preview would change',
    description:
      'By kind, then by id, with what was a conflict and so left alone; kept until 48 hours after the sync was asked for. Empty for a sync into the records, whose changes are at /records, and for one that an internal service reports.',
    ok: [{ status: 200, description: 'A page of them', type: PreviewChangePageDto }],
    problems: ['not-found'],
  })
  changesOfSync(@Param() { sync_id }: SyncIdParam, @Query() query: PreviewChangesQuery): Promise<PreviewChangePageDto> {
    return this.changes.ofSync(sync_id, query);
  }
}
