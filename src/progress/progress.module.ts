import { Module } from '@nestjs/common';
import { maintenance } from '../jobs/task.runner.ts';
import { ControlListeners } from './control.listeners.ts';
import { OpenSyncsMetrics } from './open-syncs.metrics.ts';
import { ProgressController } from './progress.controller.ts';
import { ProgressService } from './progress.service.ts';
import { ReportBatcher } from './report.batcher.ts';
import { ProgressPoller } from './stream/progress.poller.ts';
import { StreamController } from './stream/stream.controller.ts';
import { StreamKeepAlive } from './stream/stream.keep-alive.ts';
import { StreamService } from './stream/stream.service.ts';

/** The maintenance of progress, which also runs in a process without an API: it ends syncs whose reporter went silent; and its metrics. */
@Module({
  providers: [
    OpenSyncsMetrics,
    maintenance('silent-syncs', ({ SYNC_SILENT_MINUTES }) => ({
      everySeconds: 30,
      statement: {
        text: 'SELECT app.end_silent_syncs(make_interval(mins => $1), 500) AS changed',
        values: [SYNC_SILENT_MINUTES],
      },
    })),
  ],
})
export class ProgressModule {}

/** The endpoints for reports, control and the live stream. */
@Module({
  controllers: [StreamController, ProgressController],
  providers: [ProgressService, ReportBatcher, ControlListeners, StreamService, ProgressPoller, StreamKeepAlive],
  exports: [ControlListeners, ProgressService],
})
export class ProgressApiModule {}
