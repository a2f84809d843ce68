import { Module } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { PreviewService } from '../preview-cache/preview.service.ts';
import { MissedWebhooks } from './hooks/missed.webhooks.ts';
import { PreviewPublisher } from './preview/preview.publisher.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { RunEnds } from './run.ends.ts';
import { RunRescuer } from './run.rescuer.ts';
import { RunStarter } from './run.starter.ts';
import { ScheduleRunner } from './schedules/schedule.runner.ts';
import { ScheduleWorker } from './schedules/schedule.worker.ts';
import { StepsFactory } from './source/steps.factory.ts';
import { RunExecutor } from './worker/run.executor.ts';
import { RunOpener } from './worker/run.opener.ts';
import { RunWorker } from './worker/run.worker.ts';

/** What works on runs, with or without an API beside it. */
@Module({
  imports: [ConnectorsModule],
  // The first two have no state; the modules they come from would bring their APIs along.
  providers: [
    ActivityService,
    PreviewService,
    PreviewPublisher,
    RunDispatcher,
    RunEnds,
    RunStarter,
    StepsFactory,
    RunOpener,
    RunExecutor,
    RunWorker,
    RunRescuer,
    MissedWebhooks,
    ScheduleRunner,
    ScheduleWorker,
  ],
  exports: [PreviewService, PreviewPublisher, RunDispatcher, RunEnds, RunStarter],
})
export class RunCoreModule {}
