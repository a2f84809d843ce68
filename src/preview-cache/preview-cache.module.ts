import { Module } from '@nestjs/common';
import { PreviewController } from './preview.controller.ts';
import { PreviewService } from './preview.service.ts';
import { PreviewUpkeep } from './preview.upkeep.ts';

@Module({
  controllers: [PreviewController],
  providers: [PreviewService, PreviewUpkeep],
})
export class PreviewCacheModule {}
