import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/auth.decorators.ts';
import { Operation } from '../common/operation.ts';
import { SyncIdParam } from '../progress/dto/sync-id.param.ts';
import { PreviewChangePageDto, PreviewChangesQuery } from './preview-changes.dto.ts';
import { PreviewChangesService } from './preview-changes.service.ts';

@ApiTags('runs')
@Controller('api/sync/progress/:sync_id/changes')
export class SyncChangesController {
  constructor(private readonly changes: PreviewChangesService) {}

  @Get()
  @RequireScope('sync:read')
  @Operation({
    id: 'listSyncChanges',
    summary: 'What a sync to another connection changed there, or its preview would change',
    description:
      'By kind, then by id, with what was a conflict and so left alone; kept until 48 hours after the sync was asked for. Empty for a sync into the records, whose changes are at /records, and for one that an internal service reports.',
    ok: [{ status: 200, description: 'A page of them', type: PreviewChangePageDto }],
    problems: ['not-found'],
  })
  list(@Param() { sync_id }: SyncIdParam, @Query() query: PreviewChangesQuery): Promise<PreviewChangePageDto> {
    return this.changes.ofSync(sync_id, query);
  }
}
