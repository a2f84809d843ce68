import { Module } from '@nestjs/common';
import { ItemsController } from './items/items.controller.ts';
import { ItemsService } from './items/items.service.ts';
import { RecordsController } from './records.controller.ts';
import { RecordsService } from './records.service.ts';

/** The endpoints of canonical records, and of the items of a sync that failed or were skipped. */
@Module({
  controllers: [RecordsController, ItemsController],
  providers: [RecordsService, ItemsService],
})
export class RecordsApiModule {}
