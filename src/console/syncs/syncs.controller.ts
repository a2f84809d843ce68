import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { SyncsQuery } from './dto/requests.dto.ts';
import { SyncPageDto } from './dto/sync.dto.ts';
import { SyncsService } from './syncs.service.ts';

@ApiTags('console')
@Controller('api/sync/syncs')
export class SyncsController {
  constructor(private readonly syncs: SyncsService) {}

  @Get()
  @Operation({
    id: 'listSyncs',
    summary: 'Find syncs, active and ended, reported and run by the service',
    description:
      'Newest start first unless sort says otherwise. A page looks at no more than 20,000 syncs, so it may hold fewer items than the limit and still have a next page: next_cursor alone tells the end.',
    ok: [{ status: 200, description: 'A page of syncs', type: SyncPageDto }],
  })
  list(@Query() query: SyncsQuery): Promise<SyncPageDto> {
    return this.syncs.page(query);
  }
}
