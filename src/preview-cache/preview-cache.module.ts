import { Module } from '@nestjs/common';
import { PreviewController } from './preview.controller.ts';
import { PreviewMaintenance } from './preview.maintenance.ts';
import { PreviewService } from './preview.service.ts';

/** Stored previews, for whoever computes them, and their scheduled maintenance. */
@Module({
  providers: [PreviewService, PreviewMaintenance],
  exports: [PreviewService],
})
export class PreviewCacheModule {}

/** Its endpoints. */
@Module({
  imports: [PreviewCacheModule],
  controllers: [PreviewController],
})
export class PreviewCacheApiModule {}
