import { Body, Controller, Get, Header, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Operation } from '../common/operation.ts';
import { prefersMinimal } from '../common/preference.ts';
import { LargeBody, TakesNoPlace } from '../common/route.config.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { BulkReportResultsDto, ProgressDto, SlowSyncDto } from './dto/progress.dto.ts';
import {
  ActiveSyncsQuery,
  BulkReportDto,
  CancelledSyncParam,
  CompleteDto,
  FailDto,
  FailedSyncParam,
  ReportDto,
  SlowSyncsQuery,
  START_EXAMPLES,
  StartSyncDto,
  SyncIdParam,
} from './dto/requests.dto.ts';
import { ProgressService } from './progress.service.ts';

const JSON_TEXT = ['content-type', 'application/json; charset=utf-8'] as const;
const REPORTED = [{ status: 200, description: 'The sync after the report', type: ProgressDto }];

@ApiTags('progress')
@Controller('api/sync/progress')
export class ProgressController {
  constructor(private readonly progress: ProgressService) {}

  @Post()
  @Idempotent()
  @ApiBody({ type: StartSyncDto, examples: START_EXAMPLES })
  @Operation({
    id: 'startSync',
    summary: 'Start a sync',
    description:
      'Starting the same sync again returns 200 with its current state. The same sync_id with different content returns 409.',
    ok: [
      { status: 201, description: 'Started', type: ProgressDto, headers: { Location: 'The address of the sync' } },
      { status: 200, description: 'The sync was started before', type: ProgressDto },
    ],
    problems: ['sync-exists'],
  })
  async start(@Body() body: StartSyncDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<ProgressDto> {
    const { created, sync } = await this.progress.start(body);
    reply.status(created ? 201 : 200).header('location', `/api/sync/progress/${encodeURIComponent(sync.sync_id)}`);
    return sync;
  }

  @Get()
  @Operation({
    id: 'listActiveSyncs',
    summary: 'List active syncs, newest first',
    description:
      'Returns a plain array, as the live component of the guide expects, with at most the newest 1,000 syncs.',
    ok: [{ status: 200, description: 'The active syncs', type: ProgressDto, isArray: true }],
  })
  active(@Query() query: ActiveSyncsQuery): Promise<ProgressDto[]> {
    return this.progress.active(query);
  }

  @Get('slow')
  @Operation({
    id: 'listSlowSyncs',
    summary: 'List active syncs below a speed, slowest first',
    description: 'Each sync has its seconds per item.',
    ok: [{ status: 200, description: 'The slow syncs', type: SlowSyncDto, isArray: true }],
  })
  slow(@Query() query: SlowSyncsQuery): Promise<SlowSyncDto[]> {
    return this.progress.slow(query.below ?? 10);
  }

  @Patch()
  @TakesNoPlace()
  @LargeBody()
  @Header(...JSON_TEXT)
  @ApiBody({ type: BulkReportDto })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description:
      'With return=minimal each result has only what a reporter acts upon, in state: the status, and whether a cancel or pause was requested. The response is a fifth as long.',
  })
  @Operation({
    id: 'reportMany',
    summary: 'Report the progress of up to 1,000 syncs',
    description:
      'Each result has its own status and either the sync or a problem. An invalid report does not affect the others.',
    ok: [
      {
        status: 200,
        description: 'One result per report, in the same order',
        type: BulkReportResultsDto,
        headers: { 'Preference-Applied': 'return=minimal, when you asked for it' },
      },
    ],
  })
  reportMany(
    @Body() body: BulkReportDto,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const brief = prefersMinimal(prefer);
    if (brief) reply.header('preference-applied', 'return=minimal');
    return this.progress.reportMany(body.items, brief);
  }

  @Get(':sync_id')
  @Operation({
    id: 'getSync',
    summary: 'Read one sync',
    ok: [{ status: 200, description: 'The sync', type: ProgressDto }],
    problems: ['not-found'],
  })
  get(@Param() { sync_id }: SyncIdParam): Promise<ProgressDto> {
    return this.progress.get(sync_id);
  }

  @Patch(':sync_id')
  @TakesNoPlace()
  @Header(...JSON_TEXT)
  @Operation({
    id: 'reportProgress',
    summary: 'Report the progress of a sync',
    description:
      'Counts are totals, not increments. Where several workers share a sync, each names itself in worker and reports the totals of its own part; the service adds them up. The response shows whether a cancel or pause was requested; confirm it with status. When the counts reach the total, the sync ends and its audit entry is written.',
    ok: REPORTED,
    problems: ['not-found', 'sync-ended', 'counts-backwards', 'counts-above-total', 'too-many-workers'],
  })
  report(@Param() { sync_id }: SyncIdParam, @Body() body: ReportDto): Promise<string> {
    return this.progress.report(sync_id, body);
  }

  @Post(':sync_id/complete')
  @ApiBody({ type: CompleteDto, required: false })
  @HttpCode(200)
  @Header(...JSON_TEXT)
  @Idempotent()
  @Operation({
    id: 'completeSync',
    summary: 'End a sync as completed',
    description:
      'Required only when the total is not known or was not reached. A sync with failed items ends as completed_with_errors.',
    ok: REPORTED,
    problems: ['not-found', 'sync-ended', 'counts-backwards', 'counts-above-total'],
  })
  complete(@Param() { sync_id }: SyncIdParam, @Body() body: CompleteDto): Promise<string> {
    return this.progress.complete(sync_id, body);
  }

  @Post(':sync_id/fail')
  @HttpCode(200)
  @Header(...JSON_TEXT)
  @Idempotent()
  @Operation({
    id: 'failSync',
    summary: 'End a sync as failed',
    ok: REPORTED,
    problems: ['not-found', 'sync-ended', 'counts-backwards', 'counts-above-total'],
  })
  fail(@Param() { sync_id }: FailedSyncParam, @Body() body: FailDto): Promise<string> {
    return this.progress.fail(sync_id, body);
  }

  @Post(':sync_id/cancel')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'cancelSync',
    summary: 'Ask the reporter to cancel',
    description:
      'The sync ends as cancelled when the reporter confirms with status "cancelled" or sends no more reports. A queued sync ends at once.',
    ok: [{ status: 200, description: 'The sync, with cancel_requested', type: ProgressDto }],
    problems: ['not-found', 'sync-ended'],
  })
  cancel(@Param() { sync_id }: CancelledSyncParam): Promise<ProgressDto> {
    return this.progress.control(sync_id, 'cancel');
  }

  @Post(':sync_id/pause')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'pauseSync',
    summary: 'Ask the reporter to pause',
    ok: [{ status: 200, description: 'The sync, with pause_requested', type: ProgressDto }],
    problems: ['not-found', 'sync-ended'],
  })
  pause(@Param() { sync_id }: SyncIdParam): Promise<ProgressDto> {
    return this.progress.control(sync_id, 'pause');
  }

  @Post(':sync_id/resume')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'resumeSync',
    summary: 'Resume a paused sync',
    ok: [{ status: 200, description: 'The sync, running again', type: ProgressDto }],
    problems: ['not-found', 'sync-ended'],
  })
  resume(@Param() { sync_id }: SyncIdParam): Promise<ProgressDto> {
    return this.progress.control(sync_id, 'resume');
  }
}
