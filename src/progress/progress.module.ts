import { Module } from '@nestjs/common';
import { ControlListeners } from './control.listeners.ts';
import { ProgressController } from './progress.controller.ts';
import { ProgressMaintenance } from './progress.maintenance.ts';
import { ProgressService } from './progress.service.ts';
import { ReportBatcher } from './report.batcher.ts';
import { ProgressPoller } from './stream/progress.poller.ts';
import { StreamController } from './stream/stream.controller.ts';
import { StreamService } from './stream/stream.service.ts';
import { ViewerKeeper } from './stream/viewer.keeper.ts';

/** What a process without an API needs of progress: the end of silent syncs. */
@Module({ providers: [ProgressMaintenance] })
export class ProgressModule {}

/** Reports, control and the live stream. */
@Module({
  controllers: [StreamController, ProgressController],
  providers: [ProgressService, ReportBatcher, ControlListeners, StreamService, ProgressPoller, ViewerKeeper],
  exports: [ControlListeners],
})
export class ProgressApiModule {}
