import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { OverviewDto } from './dto/overview.dto.ts';
import { OverviewService } from './overview.service.ts';

@ApiTags('console')
@Controller('api/sync/overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get()
  @Operation({
    id: 'getOverview',
    summary: 'Read how everything stands: what runs, what needs a person, each connection and its last 24 hours',
    description:
      'Costs the same however long the history is, so what is counted has a limit: 1,000 of a kind that needs a person, 1,000 active syncs, and of the last 24 hours 2,000 runs in each direction of a connection.',
    ok: [{ status: 200, description: 'The overview', type: OverviewDto }],
  })
  get(): Promise<OverviewDto> {
    return this.overview.get();
  }
}
