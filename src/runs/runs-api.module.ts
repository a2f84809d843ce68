import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { ProgressModule } from '../progress/progress.module.ts';
import { HookService } from './hooks/hook.service.ts';
import { HooksController } from './hooks/hooks.controller.ts';
import { ItemsController } from './items/items.controller.ts';
import { ItemsService } from './items/items.service.ts';
import { FreshPreviewInterceptor } from './preview/fresh-preview.interceptor.ts';
import { PreviewFinder } from './preview/preview.finder.ts';
import { PreviewFreshness } from './preview/preview.freshness.ts';
import { PreviewChangesController } from './preview/preview-changes.controller.ts';
import { PreviewChangesService } from './preview/preview-changes.service.ts';
import { SyncChangesController } from './preview/sync-changes.controller.ts';
import { RecordsController } from './records/records.controller.ts';
import { RecordsService } from './records/records.service.ts';
import { RunRemoval } from './run.removal.ts';
import { RunSteering } from './run.steering.ts';
import { RunCoreModule } from './run-core.module.ts';
import { RunsController } from './runs.controller.ts';
import { RunsService } from './runs.service.ts';
import { SchedulesController } from './schedules/schedules.controller.ts';
import { SchedulesService } from './schedules/schedules.service.ts';

/** The API of runs. */
@Module({
  imports: [RunCoreModule, ConnectorsModule, ActivityModule, ProgressModule],
  controllers: [
    RunsController,
    ItemsController,
    RecordsController,
    PreviewChangesController,
    SyncChangesController,
    SchedulesController,
    HooksController,
  ],
  providers: [
    RunsService,
    PreviewFinder,
    PreviewFreshness,
    FreshPreviewInterceptor,
    RunSteering,
    ItemsService,
    RecordsService,
    PreviewChangesService,
    RunRemoval,
    SchedulesService,
    HookService,
  ],
})
export class RunsApiModule {}
