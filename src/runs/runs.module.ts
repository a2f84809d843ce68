import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { PreviewFinder } from '../previews/preview.finder.ts';
import { PreviewFreshness } from '../previews/preview.freshness.ts';
import { PreviewChangesController } from '../previews/preview-changes.controller.ts';
import { PreviewChangesService } from '../previews/preview-changes.service.ts';
import { SyncChangesController } from '../previews/sync-changes.controller.ts';
import { ProgressModule } from '../progress/progress.module.ts';
import { ItemsController } from '../records/items/items.controller.ts';
import { ItemsService } from '../records/items/items.service.ts';
import { RecordsController } from '../records/records.controller.ts';
import { RecordsService } from '../records/records.service.ts';
import { SchedulesController } from '../schedules/schedules.controller.ts';
import { SchedulesService } from '../schedules/schedules.service.ts';
import { HookService } from '../webhooks/webhook.service.ts';
import { HooksController } from '../webhooks/webhooks.controller.ts';
import { FreshPreviewInterceptor } from './fresh-preview.interceptor.ts';
import { RunSteering } from './run.control.ts';
import { RunRemoval } from './run.removal.ts';
import { RunCoreModule } from './run-core.module.ts';
import { RunsController } from './runs.controller.ts';
import { RunsService } from './runs.service.ts';

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
