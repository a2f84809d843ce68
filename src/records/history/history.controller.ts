import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { HistoryPageDto, HistoryQuery } from './dto/history.dto.ts';
import { HistoryService } from './history.service.ts';

@ApiTags('records')
@Controller('api/sync/items')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Get()
  @Operation({
    id: 'itemHistory',
    summary: 'Read what every sync did with one item',
    description:
      'Over all syncs from and to every connection, the newest first: created, changed with old and new values, archived, restored, deleted; and why it was not written: conflicts and failures, with the number of attempts. Name the item by its id in one of the systems, or by email, sku or number. What it is bound to is part of its history. Changes are kept for 30 days, or as long as the service is set to. Syncs that left an item unchanged are not listed.',
    ok: [{ status: 200, description: 'A page of the history', type: HistoryPageDto }],
  })
  page(@Query() query: HistoryQuery): Promise<HistoryPageDto> {
    return this.history.page(query);
  }
}
