import { Module } from '@nestjs/common';
import { SteeringListeners } from './control.listeners.ts';
import { ProgressController } from './progress.controller.ts';
import { ProgressService } from './progress.service.ts';
import { ReportBatcher } from './report.batcher.ts';
import { ProgressPoller } from './stream/progress.poller.ts';
import { StreamController } from './stream/stream.controller.ts';
import { StreamService } from './stream/stream.service.ts';
import { ViewerKeeper } from './stream/viewer.keeper.ts';

@Module({
  controllers: [StreamController, ProgressController],
  providers: [ProgressService, ReportBatcher, SteeringListeners, StreamService, ProgressPoller, ViewerKeeper],
  exports: [SteeringListeners],
})
export class ProgressModule {}
