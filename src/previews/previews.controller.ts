import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { toNdjson } from '../common/export.stream.ts';
import { Operation } from '../common/operation.ts';
import { TakesNoPlace } from '../common/route.config.ts';
import { ConnectionIdParam } from '../connectors/connections/dto/requests.dto.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { CacheKeyParam } from '../preview-cache/dto/preview.dto.ts';
import { OneItemDto, RunIdParam, UNDO_EXAMPLES } from '../runs/dto/requests.dto.ts';
import { LOCATION, located } from '../runs/runs.controller.ts';
import { changesToCsv } from './changes.export.ts';
import { PreviewChangePageDto, PreviewChangesQuery, PreviewRunDto, StartPreviewDto } from './dto/preview.dto.ts';
import { ChangeGroupsDto, ChangesExportQuery } from './dto/preview-groups.dto.ts';
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
  @Idempotent()
  @ApiBody({ type: StartPreviewDto })
  @Operation({
    id: 'startPreview',
    summary: 'Compute what a sync from this connection would change',
    description:
      'Runs as a separate sync and writes to neither the source nor the destination. When it has ended, read its result at /previews/{cache_key} and all of its changes at /previews/{cache_key}/changes.',
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

  @Post('runs/:sync_id/undo')
  @HttpCode(202)
  @Idempotent()
  @ApiBody({ type: OneItemDto, required: false, examples: UNDO_EXAMPLES })
  @Operation({
    id: 'undoRun',
    summary: 'Compute how to take back what a sync changed',
    description:
      'Makes a preview of the inverse, item by item: what was created is deleted as the destination deletes, what was updated gets its old values, what was archived comes back. What somebody has changed since is a conflict that names both values. Apply it like any preview, with the source, destination and entity type of the sync. What an undo changes is kept, so it can be undone, too. Name an item to take back that one alone.',
    ok: [{ status: 202, description: 'Queued', type: PreviewRunDto, headers: LOCATION }],
    problems: ['not-found', 'conflict'],
  })
  async undo(
    @Param() { sync_id }: RunIdParam,
    @Body() body: OneItemDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreviewRunDto> {
    return located(await this.previews.undo(sync_id, body), reply);
  }

  @Get('previews/:cache_key/changes')
  @Operation({
    id: 'listPreviewChanges',
    summary: 'List all changes of a computed preview',
    description:
      'Ordered by kind, then by id. The preview itself contains only the first changes of each kind. Unchanged items are counted in its summary and not listed.',
    ok: [{ status: 200, description: 'A page of changes', type: PreviewChangePageDto }],
    problems: ['not-found', 'stale-preview'],
  })
  changesOfPreview(
    @Param() { cache_key }: CacheKeyParam,
    @Query() query: PreviewChangesQuery,
  ): Promise<PreviewChangePageDto> {
    return this.changes.page(cache_key, query);
  }

  @Get('previews/:cache_key/groups')
  @Operation({
    id: 'listChangeGroups',
    summary: 'How many items of a computed preview change, by kind and field',
    description: 'The largest group first, with the first three items of each.',
    ok: [{ status: 200, description: 'The groups', type: ChangeGroupsDto }],
    problems: ['not-found'],
  })
  groups(@Param() { cache_key }: CacheKeyParam): Promise<ChangeGroupsDto> {
    return this.changes.groups(cache_key);
  }

  @Get('previews/:cache_key/changes/export')
  @TakesNoPlace()
  @Operation({
    id: 'exportPreviewChanges',
    summary: 'All changes of a computed preview as NDJSON or CSV, streamed',
    description:
      'In CSV, each field that changes is a row. A connection that ends before its last chunk means: not complete.',
    ok: [],
    problems: ['not-found'],
  })
  @ApiOkResponse({
    description: 'One change a line',
    content: { 'application/x-ndjson': { schema: { type: 'string' } }, 'text/csv': { schema: { type: 'string' } } },
  })
  async export(@Param() { cache_key }: CacheKeyParam, @Query() query: ChangesExportQuery): Promise<StreamableFile> {
    const changes = await this.changes.export(cache_key);
    return query.format === 'csv'
      ? new StreamableFile(changesToCsv(changes, query.bom ?? true), {
          type: 'text/csv; charset=utf-8',
          disposition: 'attachment; filename="preview.csv"',
        })
      : new StreamableFile(toNdjson(changes), {
          type: 'application/x-ndjson',
          disposition: 'attachment; filename="preview.ndjson"',
        });
  }

  @Get('progress/:sync_id/changes')
  @Operation({
    id: 'listSyncChanges',
    summary: 'List the changes that a sync made, or that its preview would make',
    description:
      'Ordered by kind, then by id. Conflicts, which the sync does not write, are included. What a sync changed is kept for 30 days, or as long as the service is set to, the changes of a preview for 48 hours. Of records that a sync created or deleted the values are at /records. The list is empty for a sync that an internal service reports.',
    ok: [{ status: 200, description: 'A page of changes', type: PreviewChangePageDto }],
    problems: ['not-found'],
  })
  changesOfSync(@Param() { sync_id }: RunIdParam, @Query() query: PreviewChangesQuery): Promise<PreviewChangePageDto> {
    return this.changes.ofSync(sync_id, query);
  }
}
