import { Module } from '@nestjs/common';
import { ConflictsController } from './conflicts/conflicts.controller.ts';
import { ConflictsService } from './conflicts/conflicts.service.ts';
import { LookupController } from './lookup/lookup.controller.ts';
import { LookupService } from './lookup/lookup.service.ts';
import { OverviewController } from './overview/overview.controller.ts';
import { OverviewService } from './overview/overview.service.ts';
import { SyncsController } from './syncs/syncs.controller.ts';
import { SyncsService } from './syncs/syncs.service.ts';

/** What an operator looks at across all modules. It reads their tables, and changes none. */
@Module({
  controllers: [OverviewController, SyncsController, ConflictsController, LookupController],
  providers: [OverviewService, SyncsService, ConflictsService, LookupService],
})
export class ConsoleApiModule {}
