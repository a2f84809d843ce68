import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Operation } from '../../common/operation.ts';
import { ConnectionIdParam } from '../../connectors/connections/dto/requests.dto.ts';
import { Idempotent } from '../../idempotency/idempotency.interceptor.ts';
import { RunDto } from '../../runs/dto/run.dto.ts';
import { LOCATION, located } from '../../runs/runs.controller.ts';
import { DifferencePageDto, DifferencesQuery, ReconcileIdParam, StartReconcileDto } from './dto/reconcile.dto.ts';
import { ReconcileService } from './reconcile.service.ts';

@ApiTags('previews')
@Controller('api/sync')
export class ReconcileController {
  constructor(private readonly reconciles: ReconcileService) {}

  @Post('connections/:connection_id/reconcile')
  @HttpCode(202)
  @Idempotent()
  @ApiBody({ type: StartReconcileDto })
  @Operation({
    id: 'startReconcile',
    summary: 'Compare this connection with another end, as both are now',
    description:
      'Runs as a separate sync of kind reconcile, reads every item at both ends and writes to neither. When it has completed, GET /runs/{sync_id} says in reconcile how many are equal, and GET /runs/{sync_id}/differences lists the others. Apply it like a preview: POST /runs with its sync_id in preview makes the destination as the source is.',
    ok: [{ status: 202, description: 'Queued', type: RunDto, headers: LOCATION }],
    problems: ['not-found'],
  })
  async start(
    @Param() { connection_id }: ConnectionIdParam,
    @Body() body: StartReconcileDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
    return located(await this.reconciles.start(connection_id, body), reply);
  }

  @Get('runs/:sync_id/differences')
  @Operation({
    id: 'listDifferences',
    summary: 'List what a reconcile found to be different',
    description:
      'Each item with both ids and the two values of each field, ordered by kind, then by id. Equal items are counted and not listed. An item that cannot be read is at /progress/{sync_id}/items. The list is kept for 48 hours after the reconcile was requested.',
    ok: [{ status: 200, description: 'A page of differences', type: DifferencePageDto }],
    problems: ['not-found'],
  })
  differences(@Param() { sync_id }: ReconcileIdParam, @Query() query: DifferencesQuery): Promise<DifferencePageDto> {
    return this.reconciles.differences(sync_id, query);
  }
}
