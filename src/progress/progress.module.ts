import { Module } from '@nestjs/common';
import { ProgressController } from './progress.controller.ts';
import { ProgressService } from './progress.service.ts';
import { ProgressUpkeep } from './progress.upkeep.ts';
import { ReportBatcher } from './report.batcher.ts';

@Module({
  controllers: [ProgressController],
  providers: [ProgressService, ReportBatcher, ProgressUpkeep],
})
export class ProgressModule {}
