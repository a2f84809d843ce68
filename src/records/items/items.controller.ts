import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../../common/operation.ts';
import { ItemPageDto, ItemsParam, ItemsQuery } from './dto/item.dto.ts';
import { ItemsService } from './items.service.ts';

@ApiTags('runs')
@Controller('api/sync/progress/:sync_id/items')
export class ItemsController {
  constructor(private readonly items: ItemsService) {}

  @Get()
  @Operation({
    id: 'listItems',
    summary: 'List the items of a sync that failed or were skipped',
    description: 'Ordered by id. POST /progress/{sync_id}/retry-failed retries only these items.',
    ok: [{ status: 200, description: 'A page of items', type: ItemPageDto }],
    problems: ['not-found'],
  })
  list(@Param() { sync_id }: ItemsParam, @Query() query: ItemsQuery): Promise<ItemPageDto> {
    return this.items.page(sync_id, query);
  }
}
