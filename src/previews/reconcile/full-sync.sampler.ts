import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { isSampled, sampleSize } from '../../runs/reconcile.sample.ts';
import { RunEndListeners } from '../../runs/run.end-listeners.ts';
import { RunStarter } from '../../runs/run.starter.ts';
import type { Run } from '../../runs/run.types.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { runCounts } from '../preview.sql.ts';

/** Lets a reconcile of a few items follow each full sync to another connection. */
@Injectable()
export class FullSyncSampler {
  constructor(
    listeners: RunEndListeners,
    private readonly database: TenantDatabase,
    private readonly starter: RunStarter,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {
    listeners.register((run) => this.follow(run));
  }

  /** Called in the transaction that ends a run. The sync has ended all the same when no other may be started. */
  private async follow(run: Run): Promise<void> {
    const { kind, mode, filters, destination_connection_id } = run;
    if (kind !== 'sync' || mode !== 'full' || Object.keys(filters).length > 0 || !destination_connection_id) return;
    const [row] = await this.database.query<{ counts: Run['counts'] }>(runCounts(run));
    const items = Object.values(row?.counts ?? {}).reduce((sum, count) => sum + count, 0);
    const { source_connection_id, entity_type, sync_id: of_sync_id, requested_by } = run;
    if (sampleSize(this.env.SYNC_RECONCILE_SAMPLE, items) === 0 || !isSampled(of_sync_id, items)) return;
    try {
      await this.starter.start({
        ...{ kind: 'reconcile', mode: 'full', trigger: 'sync', of_sync_id, requested_by },
        ...{ source_connection_id, destination_connection_id, entity_type },
      });
    } catch (error) {
      // The starter throws a Problem, such as a quota's, before it writes anything.
      if (!(error instanceof Problem)) throw error;
    }
  }
}
