import { Module } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { PreviewService } from '../preview-cache/preview.service.ts';
import { PreviewPublisher } from '../previews/preview.publisher.ts';
import { ScheduleRunner } from '../schedules/schedule.runner.ts';
import { ScheduleWorker } from '../schedules/schedule.worker.ts';
import { MissedWebhooks } from '../webhooks/webhook.reconciliation.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { RunRescuer } from './run.rescuer.ts';
import { RunStarter } from './run.starter.ts';
import { StepsFactory } from './source/batches.factory.ts';
import { RunEnds } from './source-destination.check.ts';
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
