import { Module } from '@nestjs/common';
import { ProgressController } from './progress.controller.ts';
import { ProgressService } from './progress.service.ts';
import { ReportBatcher } from './report.batcher.ts';
import { SteeringListeners } from './steering.listeners.ts';
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
