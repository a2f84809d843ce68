import { Module } from '@nestjs/common';
import { ProgressController } from './progress.controller.ts';
import { ProgressService } from './progress.service.ts';
import { ReportBatcher } from './report.batcher.ts';
import { SteeringListeners } from './steering.listeners.ts';

@Module({
  controllers: [ProgressController],
  providers: [ProgressService, ReportBatcher, SteeringListeners],
  exports: [SteeringListeners],
})
export class ProgressModule {}
