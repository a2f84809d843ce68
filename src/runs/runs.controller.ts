import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Page } from '../common/cursor.ts';
import { Operation } from '../common/operation.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { OneItemDto, RETRY_EXAMPLES, RunIdParam, RunsQuery, StartRunDto } from './dto/requests.dto.ts';
import { RunDto, RunPageDto } from './dto/run.dto.ts';
import { FreshPreviewInterceptor } from './fresh-preview.interceptor.ts';
import { RunsService } from './runs.service.ts';

export const LOCATION = { Location: 'The address of its progress' };

const FROM_SHOP = { source_connection_id: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d', entity_type: 'customer' };
const START_EXAMPLES = {
  'a shop to the records': { value: { ...FROM_SHOP, mode: 'full', destination: 'records' } },
  'a shop to an ERP': {
    value: { ...FROM_SHOP, mode: 'full', destination: { connection_id: '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10' } },
  },
};

@ApiTags('runs')
@Controller('api/sync')
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  @Post('runs')
  @HttpCode(202)
  @Idempotent()
  // Runs before the idempotency interceptor opens a transaction: it calls other systems, and must not see this request's own key.
  @UseInterceptors(FreshPreviewInterceptor)
  @ApiBody({ type: StartRunDto, examples: START_EXAMPLES })
  @Operation({
    id: 'startRun',
    summary: 'Start a sync that the service runs itself',
    description:
      'Syncs from a connection to the records or to another connection. Only one sync at a time runs for a connection and entity type; others wait. With preview, the sync applies exactly the changes that the preview showed.',
    ok: [{ status: 202, description: 'Queued', type: RunDto, headers: LOCATION }],
    problems: ['not-found', 'stale-preview', 'delete-guard', 'conflict'],
  })
  async start(@Body() body: StartRunDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<RunDto> {
    return located(await this.runs.start(body), reply);
  }

  @Post('progress/:sync_id/retry-failed')
  @HttpCode(202)
  @Idempotent()
  @ApiBody({ type: OneItemDto, required: false, examples: RETRY_EXAMPLES })
  @Operation({
    id: 'retryFailedItems',
    summary: 'Retry the items of a sync that failed or were skipped',
    description: 'Starts a new sync that reads only these items again, or the one that is named.',
    ok: [{ status: 202, description: 'Queued', type: RunDto, headers: LOCATION }],
    problems: ['not-found', 'conflict'],
  })
  async retryFailed(
    @Param() { sync_id }: RunIdParam,
    @Body() body: OneItemDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
    return located(await this.runs.retryFailed(sync_id, body), reply);
  }

  @Get('runs')
  @Operation({
    id: 'listRuns',
    summary: 'List the syncs that the service runs itself, newest first',
    ok: [{ status: 200, description: 'A page of runs', type: RunPageDto }],
  })
  list(@Query() query: RunsQuery): Promise<Page<RunDto>> {
    return this.runs.page(query);
  }

  @Get('runs/:sync_id')
  @Operation({
    id: 'getRun',
    summary: 'Read a sync that the service runs itself, with its progress',
    ok: [{ status: 200, description: 'The run', type: RunDto }],
    problems: ['not-found'],
  })
  get(@Param() { sync_id }: RunIdParam): Promise<RunDto> {
    return this.runs.get(sync_id);
  }
}

/** Sets the Location header to the progress of a started run. */
export function located<T extends { sync_id: string }>(run: T, reply: FastifyReply): T {
  reply.header('location', `/api/sync/progress/${run.sync_id}`);
  return run;
}
