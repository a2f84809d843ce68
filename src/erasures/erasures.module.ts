import { Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { ErasureWorker } from './erasure.worker.ts';
import { ErasuresController } from './erasures.controller.ts';
import { ErasuresService } from './erasures.service.ts';

/** Erases, page by page, and deletes old reports. */
@Module({
  imports: [ActivityModule],
  providers: [
    ErasureWorker,
    maintenance('old-erasures', () => ({
      everySeconds: 3_600,
      statement: { text: 'SELECT app.cleanup_erasures(1000) AS changed' },
    })),
  ],
})
export class ErasuresModule {}

/** Requests to erase a person. */
@Module({ imports: [ActivityModule], controllers: [ErasuresController], providers: [ErasuresService] })
export class ErasuresApiModule {}
