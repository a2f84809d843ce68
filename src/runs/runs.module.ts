import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { ProgressApiModule } from '../progress/progress.module.ts';
import { RecordsForgetter } from '../records/records.forgetter.ts';
import { ApprovalController } from './approval/approval.controller.ts';
import { ApprovalService } from './approval/approval.service.ts';
import { BindingsController } from './bindings/bindings.controller.ts';
import { BindingsService } from './bindings/bindings.service.ts';
import { MatchPreviewer } from './bindings/match.previewer.ts';
import { PairOpener } from './bindings/pair.opener.ts';
import { FreshPreviewInterceptor } from './fresh-preview.interceptor.ts';
import { OpenRunsMetrics } from './open-runs.metrics.ts';
import { PauseController } from './pause/pause.controller.ts';
import { PauseService } from './pause/pause.service.ts';
import { RunControl } from './run.control.ts';
import { RunDispatcher } from './run.dispatcher.ts';
import { RunEndListeners } from './run.end-listeners.ts';
import { RunRemoval } from './run.removal.ts';
import { RunRescuer } from './run.rescuer.ts';
import { RunStarter } from './run.starter.ts';
import { RunSystemLeaver } from './run.system-leaver.ts';
import { RunsController } from './runs.controller.ts';
import { RunsService } from './runs.service.ts';
import { CheckpointBatches } from './source/checkpoint.batches.ts';
import { SourceDestinationCheck } from './source-destination.check.ts';
import { RunExecutor } from './worker/run.executor.ts';
import { RunOpener } from './worker/run.opener.ts';
import { RunSystems } from './worker/run.systems.ts';
import { TurnClock } from './worker/run.turn.ts';
import { RunWorker } from './worker/run.worker.ts';

/** Deletes data of ended runs and of removed connections: sql/cleanup_seen.sql, sql/cleanup_expired_items.sql, sql/purge_removed_connections.sql, src/records/sql/kept_changes.sql. */
const MAINTENANCE = [
  maintenance('seen-items', () => ({
    everySeconds: 60,
    statement: { text: 'SELECT app.cleanup_seen(5000) AS changed' },
  })),
  maintenance('removed-connections', () => ({
    everySeconds: 600,
    statement: { text: 'SELECT app.purge_removed_connections(1000) AS changed' },
  })),
  maintenance('expired-items', ({ SYNC_ITEMS_RETENTION_DAYS }) => ({
    everySeconds: 600,
    statement: { text: 'SELECT app.cleanup_expired_items($1, 5000) AS changed', values: [SYNC_ITEMS_RETENTION_DAYS] },
  })),
  maintenance('expired-changes', ({ SYNC_CHANGES_RETENTION_DAYS }) => ({
    everySeconds: 3_600,
    statement: { text: 'SELECT app.empty_expired_changes($1) AS changed', values: [SYNC_CHANGES_RETENTION_DAYS] },
  })),
];

/** Starts and executes runs, in processes with or without an API. It finds previews through RunPreviews. */
@Module({
  imports: [ConnectorsModule, ActivityModule],
  providers: [
    RunDispatcher,
    SourceDestinationCheck,
    RunStarter,
    RunEndListeners,
    CheckpointBatches,
    RecordsForgetter,
    RunSystems,
    RunOpener,
    RunExecutor,
    TurnClock,
    RunWorker,
    RunRescuer,
    OpenRunsMetrics,
    ...MAINTENANCE,
  ],
  exports: [RecordsForgetter, RunDispatcher, RunEndListeners, RunStarter, SourceDestinationCheck],
})
export class RunsModule {}

/** The endpoints of runs, and the control of runs that no worker holds. */
@Module({
  imports: [RunsModule, ConnectorsModule, ActivityModule, ProgressApiModule],
  controllers: [RunsController, BindingsController, PauseController, ApprovalController],
  providers: [
    RunsService,
    FreshPreviewInterceptor,
    RunControl,
    PauseService,
    ApprovalService,
    RunRemoval,
    RunSystemLeaver,
    PairOpener,
    BindingsService,
    MatchPreviewer,
  ],
  exports: [RunsService],
})
export class RunsApiModule {}
