import { Module } from '@nestjs/common';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { PreviewService } from '../preview-cache/preview.service.ts';
import { PreviewPublisher } from './preview/preview.publisher.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { RunRescuer } from './run.rescuer.ts';
import { RunStarter } from './run.starter.ts';
import { StepsFactory } from './source/steps.factory.ts';
import { RunExecutor } from './worker/run.executor.ts';
import { RunOpener } from './worker/run.opener.ts';
import { RunWorker } from './worker/run.worker.ts';

/** What works on runs, with or without an API beside it. */
@Module({
  imports: [ConnectorsModule],
  // PreviewService has no state; the module it comes from would bring its API along.
  providers: [
    PreviewService,
    PreviewPublisher,
    RunDispatcher,
    RunStarter,
    StepsFactory,
    RunOpener,
    RunExecutor,
    RunWorker,
    RunRescuer,
  ],
  exports: [PreviewService, PreviewPublisher, RunDispatcher, RunStarter],
})
export class RunCoreModule {}
