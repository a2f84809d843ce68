import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/auth.decorators.ts';
import { Operation } from '../common/operation.ts';
import { CacheKeyParam } from '../preview-cache/dto/preview.dto.ts';
import { PreviewChangePageDto, PreviewChangesQuery } from './preview-changes.dto.ts';
import { PreviewChangesService } from './preview-changes.service.ts';

@ApiTags('previews')
@Controller('api/sync/previews/:cache_key/changes')
export class PreviewChangesController {
  constructor(private readonly changes: PreviewChangesService) {}

  @Get()
  @RequireScope('sync:read')
  @Operation({
    id: 'listPreviewChanges',
    summary: 'Every change of a computed preview',
    description:
      'By kind, then by id; the preview itself holds only the first of each kind. What is unchanged is counted in its summary and not listed.',
    ok: [{ status: 200, description: 'A page of them', type: PreviewChangePageDto }],
    problems: ['not-found', 'stale-preview'],
  })
  list(@Param() { cache_key }: CacheKeyParam, @Query() query: PreviewChangesQuery): Promise<PreviewChangePageDto> {
    return this.changes.page(cache_key, query);
  }
}
