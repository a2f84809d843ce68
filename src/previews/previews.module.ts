import { Global, Injectable, Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ConnectorsModule } from '../connectors/connectors.module.ts';
import { maintenance } from '../jobs/task.runner.ts';
import { PreviewCacheModule } from '../preview-cache/preview-cache.module.ts';
import { RunPreviews } from '../runs/run.previews.ts';
import { RunsApiModule, RunsModule } from '../runs/runs.module.ts';
import { PreviewFinder } from './preview.finder.ts';
import { PreviewFreshness } from './preview.freshness.ts';
import { PreviewPublisher } from './preview.publisher.ts';
import { PreviewChangesService } from './preview-changes.service.ts';
import { PreviewsController } from './previews.controller.ts';
import { PreviewsService } from './previews.service.ts';
import { FullSyncSampler } from './reconcile/full-sync.sampler.ts';
import { ReconcileController } from './reconcile/reconcile.controller.ts';
import { ReconcileService } from './reconcile/reconcile.service.ts';

/** Implements the interface that src/runs declares, by delegating to the classes of this folder. */
@Injectable()
class PreviewsOfRuns extends RunPreviews {
  constructor(
    private readonly finder: PreviewFinder,
    private readonly freshness: PreviewFreshness,
    private readonly publisher: PreviewPublisher,
  ) {
    super();
  }

  override find: RunPreviews['find'] = (wanted) => this.finder.findFor(wanted);
  override assertFresh: RunPreviews['assertFresh'] = (preview) => this.freshness.assertFresh(preview);
  override publish: RunPreviews['publish'] = (run, tokens, guard) => this.publisher.publish(run, tokens, guard);
  override changesExpireAt: RunPreviews['changesExpireAt'] = (run) => this.publisher.changesExpireAt(run);
}

/** Global, because src/runs injects RunPreviews without importing this module. */
@Global()
@Module({
  imports: [PreviewCacheModule, ConnectorsModule, RunsModule],
  providers: [
    PreviewFinder,
    PreviewFreshness,
    PreviewPublisher,
    FullSyncSampler,
    { provide: RunPreviews, useClass: PreviewsOfRuns },
    maintenance('expired-preview-changes', () => ({
      everySeconds: 600,
      statement: { text: 'SELECT app.cleanup_preview_changes(1000) AS changed' },
    })),
  ],
  exports: [RunPreviews],
})
export class PreviewsModule {}

/** The endpoints of computed previews. */
@Module({
  imports: [PreviewCacheModule, RunsModule, RunsApiModule, ActivityModule],
  controllers: [PreviewsController, ReconcileController],
  providers: [PreviewsService, PreviewChangesService, ReconcileService],
})
export class PreviewsApiModule {}
