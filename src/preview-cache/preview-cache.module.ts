import { Module } from '@nestjs/common';
import { maintenance } from '../jobs/task.runner.ts';
import { PreviewController } from './preview.controller.ts';
import { PreviewService } from './preview.service.ts';

/** Stored previews, for the modules that compute them, and their scheduled maintenance. */
@Module({
  providers: [
    PreviewService,
    maintenance('expired-previews', () => ({
      everySeconds: 300,
      statement: { text: 'SELECT public.auto_cleanup_preview_cache(500) AS changed' },
    })),
  ],
  exports: [PreviewService],
})
export class PreviewCacheModule {}

/** Its endpoints. */
@Module({
  imports: [PreviewCacheModule],
  controllers: [PreviewController],
})
export class PreviewCacheApiModule {}
