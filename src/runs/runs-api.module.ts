import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { ProgressModule } from '../progress/progress.module.ts';
import { FreshPreviewInterceptor } from './preview/fresh-preview.interceptor.ts';
import { PreviewFinder } from './preview/preview.finder.ts';
import { PreviewFreshness } from './preview/preview.freshness.ts';
import { RunSteering } from './run.steering.ts';
import { RunCoreModule } from './run-core.module.ts';
import { RunsController } from './runs.controller.ts';
import { RunsService } from './runs.service.ts';

/** The API of runs. */
@Module({
  imports: [RunCoreModule, ConnectorsModule, ActivityModule, ProgressModule],
  controllers: [RunsController],
  providers: [RunsService, PreviewFinder, PreviewFreshness, FreshPreviewInterceptor, RunSteering],
})
export class RunsApiModule {}
