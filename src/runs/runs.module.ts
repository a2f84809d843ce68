import type { Provider } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { ProgressApiModule } from '../progress/progress.module.ts';
import { FreshPreviewInterceptor } from './fresh-preview.interceptor.ts';
import { RunControl } from './run.control.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { RunEndListeners } from './run.end-listeners.ts';
import { RunRemoval } from './run.removal.ts';
import { RunRescuer } from './run.rescuer.ts';
import { RunStarter } from './run.starter.ts';
import { RunsController } from './runs.controller.ts';
import { RunsService } from './runs.service.ts';
import { BatchesFactory } from './source/batches.factory.ts';
import { SourceDestinationCheck } from './source-destination.check.ts';
import { RunExecutor } from './worker/run.executor.ts';
import { RunOpener } from './worker/run.opener.ts';
import { RunWorker } from './worker/run.worker.ts';

const task = (name: string, everySeconds: number, call: string): Provider =>
  maintenance(name, () => ({ everySeconds, statement: { text: `SELECT app.${call} AS changed` } }));

/** Deletes what ended runs leave behind, and what belonged to a removed connection: sql/cleanup_seen.sql, sql/purge_removed_connections.sql. */
const RUN_MAINTENANCE: readonly Provider[] = [
  task('seen-items', 60, 'cleanup_seen(5000)'),
  task('removed-connections', 600, 'purge_removed_connections(1000)'),
];

/** Starts runs and works on them, with or without an API beside it. Finds previews through RunPreviews, see there. */
@Module({
  imports: [ConnectorsModule],
  providers: [
    RunDispatcher,
    SourceDestinationCheck,
    RunStarter,
    RunEndListeners,
    BatchesFactory,
    RunOpener,
    RunExecutor,
    RunWorker,
    RunRescuer,
    ...RUN_MAINTENANCE,
  ],
  exports: [RunDispatcher, RunEndListeners, RunStarter, SourceDestinationCheck],
})
export class RunsModule {}

/** The endpoints of runs, and what an operator's requests mean for them. */
@Module({
  imports: [RunsModule, ConnectorsModule, ActivityModule, ProgressApiModule],
  controllers: [RunsController],
  providers: [RunsService, FreshPreviewInterceptor, RunControl, RunRemoval],
  exports: [RunsService],
})
export class RunsApiModule {}
