import { Body, Controller, Get, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Page } from '../common/cursor.ts';
import { toNdjson } from '../common/export.stream.ts';
import { Operation } from '../common/operation.ts';
import { LargeBody, TakesNoPlace } from '../common/route.config.ts';
import { validateItem } from '../common/validation.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { activityToCsv } from './activity.export.ts';
import { ActivityService } from './activity.service.ts';
import {
  ActivityDto,
  ActivityErrorsDto,
  ActivityPageDto,
  ActivityTrendsDto,
  BulkAppendResultsDto,
  SlowActivitiesDto,
} from './dto/activity.dto.ts';
import {
  ActivityQuery,
  AppendActivityDto,
  BulkAppendDto,
  ExportQuery,
  PeriodQuery,
  SlowActivityQuery,
  TrendsQuery,
} from './dto/requests.dto.ts';
import { SealPageDto, SealQuery, VerificationDto } from './dto/seal.dto.ts';
import { TrailVerification } from './sealing/trail.verification.ts';

@ApiTags('activity')
@ApiExtraModels(AppendActivityDto, BulkAppendDto)
@Controller('api/sync/activity')
export class ActivityController {
  constructor(
    private readonly activity: ActivityService,
    private readonly verification: TrailVerification,
  ) {}

  @Get()
  @Operation({
    id: 'listActivity',
    summary: 'The audit trail, newest first',
    description: 'The last 7 days unless a period, a sync or a user is named.',
    ok: [{ status: 200, description: 'A page', type: ActivityPageDto }],
  })
  list(@Query() query: ActivityQuery): Promise<Page<ActivityDto>> {
    return this.activity.list(query);
  }

  @Post()
  @LargeBody()
  @Idempotent()
  @ApiBody({ schema: { oneOf: [{ $ref: getSchemaPath(AppendActivityDto) }, { $ref: getSchemaPath(BulkAppendDto) }] } })
  @Operation({
    id: 'appendActivity',
    summary: 'Append one entry, or up to 1,000 as items',
    description:
      'Appended entries cannot be changed or removed. With items, each has its own status; a bad item does not affect the others.',
    ok: [
      { status: 201, description: 'The entry (one)', type: ActivityDto },
      { status: 200, description: 'One result an item, in their order (many)', type: BulkAppendResultsDto },
    ],
  })
  async append(
    @Body() body: object,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActivityDto | BulkAppendResultsDto> {
    const isMany = typeof body === 'object' && body !== null && 'items' in body;
    reply.status(isMany ? 200 : 201);
    return isMany
      ? this.activity.appendMany(validateItem(BulkAppendDto, body).items)
      : this.activity.append(validateItem(AppendActivityDto, body));
  }

  @Get('errors')
  @Operation({
    id: 'listActivityErrors',
    summary: 'Failures grouped by message, entity type and status',
    description:
      'The entries of the trail that tell a failure, and the failed items of runs. The last 30 days unless a period is named.',
    ok: [{ status: 200, description: 'The groups, most frequent first', type: ActivityErrorsDto }],
  })
  async errors(@Query() query: PeriodQuery): Promise<ActivityErrorsDto> {
    return { items: await this.activity.errors(query) };
  }

  @Get('trends')
  @Operation({
    id: 'listActivityTrends',
    summary: 'Durations and volumes of finished syncs per day and entity type',
    description: 'The last 30 days unless a period is named.',
    ok: [{ status: 200, description: 'One row a day and entity type', type: ActivityTrendsDto }],
  })
  async trends(@Query() query: TrendsQuery): Promise<ActivityTrendsDto> {
    return { items: await this.activity.trends(query) };
  }

  @Get('slow')
  @Operation({
    id: 'listSlowActivity',
    summary: 'Completed syncs that were slow for their kind',
    description:
      'Compared with the median speed of the same entity type and source system in the same period, of five syncs or more. The last 30 days unless a period is named.',
    ok: [{ status: 200, description: 'The slow ones, slowest for their kind first', type: SlowActivitiesDto }],
  })
  async slow(@Query() query: SlowActivityQuery): Promise<SlowActivitiesDto> {
    return { items: await this.activity.slow(query) };
  }

  @Get('verify')
  @Operation({
    id: 'verifyActivity',
    summary: 'Whether the trail is as it was sealed',
    description:
      'Recomputes the hash of every entry and every seal of the organization, and names the first that was altered, removed or inserted. Its time grows with the trail.',
    ok: [{ status: 200, description: 'The result', type: VerificationDto }],
  })
  verify(): Promise<VerificationDto> {
    return this.verification.verify();
  }

  @Get('seals')
  @Operation({
    id: 'listActivitySeals',
    summary: 'The seals of the trail, oldest first',
    description:
      'Each seal holds the hash of the one before. Note the newest elsewhere: whoever changes what it vouches for cannot make the same hash again.',
    ok: [{ status: 200, description: 'Up to `limit` seals; fewer than that are the last', type: SealPageDto }],
  })
  async seals(@Query() { after = 0, limit = 100 }: SealQuery): Promise<SealPageDto> {
    return { items: await this.verification.seals(after, limit) };
  }

  @Get('export')
  @TakesNoPlace()
  @Operation({
    id: 'exportActivity',
    summary: 'The trail as NDJSON or CSV, streamed',
    description:
      'Same filters and default period as the list. A connection that ends before its last chunk means: not complete. That also happens when the retention removes a month of the period meanwhile.',
    ok: [],
  })
  @ApiOkResponse({
    description: 'One entry a line',
    content: { 'application/x-ndjson': { schema: { type: 'string' } }, 'text/csv': { schema: { type: 'string' } } },
  })
  async export(@Query() query: ExportQuery): Promise<StreamableFile> {
    const entries = await this.activity.export(query);
    return query.format === 'csv'
      ? new StreamableFile(activityToCsv(entries, query.bom ?? true), {
          type: 'text/csv; charset=utf-8',
          disposition: 'attachment; filename="activity.csv"',
        })
      : new StreamableFile(toNdjson(entries), {
          type: 'application/x-ndjson',
          disposition: 'attachment; filename="activity.ndjson"',
        });
  }
}
