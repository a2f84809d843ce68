import { Module } from '@nestjs/common';
import { HistoryController } from './history/history.controller.ts';
import { HistoryService } from './history/history.service.ts';
import { ItemsController } from './items/items.controller.ts';
import { ItemsService } from './items/items.service.ts';
import { RecordsController } from './records.controller.ts';
import { RecordsService } from './records.service.ts';

/** The endpoints of canonical records, of the items of a sync that failed or were skipped, and of the history of one item. */
@Module({
  controllers: [RecordsController, ItemsController, HistoryController],
  providers: [RecordsService, ItemsService, HistoryService],
})
export class RecordsApiModule {}
