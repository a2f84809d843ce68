import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { toNdjson } from '../../common/export.stream.ts';
import { Operation } from '../../common/operation.ts';
import { TakesNoPlace } from '../../common/route.config.ts';
import { conflictsToCsv } from './conflicts.export.ts';
import { ConflictsService } from './conflicts.service.ts';
import { ConflictPageDto } from './dto/conflict.dto.ts';
import { ConflictsExportQuery, ConflictsQuery } from './dto/requests.dto.ts';

@ApiTags('console')
@Controller('api/sync/conflicts')
export class ConflictsController {
  constructor(private readonly conflicts: ConflictsService) {}

  @Get()
  @Operation({
    id: 'listConflicts',
    summary: 'List what a person must decide, over all runs, with what both sides have',
    description:
      'The newest first. An item leaves the list when a sync gets through with it: after one side was changed, after POST /connections/{connection_id}/bindings, or with on_conflict of the connection.',
    ok: [{ status: 200, description: 'A page of conflicts', type: ConflictPageDto }],
  })
  list(@Query() query: ConflictsQuery): Promise<ConflictPageDto> {
    return this.conflicts.page(query);
  }

  @Get('export')
  @TakesNoPlace()
  @Operation({
    id: 'exportConflicts',
    summary: 'The open conflicts as NDJSON or CSV, streamed',
    description:
      'Same filters as the list. In CSV, each field that differs is a row. A connection that ends before its last chunk means: not complete.',
    ok: [],
  })
  @ApiOkResponse({
    description: 'One conflict a line',
    content: { 'application/x-ndjson': { schema: { type: 'string' } }, 'text/csv': { schema: { type: 'string' } } },
  })
  async export(@Query() query: ConflictsExportQuery): Promise<StreamableFile> {
    const conflicts = await this.conflicts.export(query);
    return query.format === 'csv'
      ? new StreamableFile(conflictsToCsv(conflicts, query.bom ?? true), {
          type: 'text/csv; charset=utf-8',
          disposition: 'attachment; filename="conflicts.csv"',
        })
      : new StreamableFile(toNdjson(conflicts), {
          type: 'application/x-ndjson',
          disposition: 'attachment; filename="conflicts.ndjson"',
        });
  }
}
