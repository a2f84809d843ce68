import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { RunEndListeners } from '../runs/run.end-listeners.ts';
import type { Run } from '../runs/run.types.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import {
  changesWithoutDelivery,
  findEarlierRun,
  lastChangeBefore,
  type MissedChanges,
} from './webhook-reconciliation.sql.ts';

/** Reports changes for which a shop sent no webhook, because shops disable webhooks without notice. */
@Injectable()
export class WebhookReconciliation {
  constructor(
    listeners: RunEndListeners,
    private readonly database: TenantDatabase,
    private readonly activity: ActivityService,
  ) {
    listeners.register((run, startedAt) => this.report(run, startedAt));
  }

  /**
   * Called in the transaction that ends a run, after its last batch. `startedAt` is started_at of its row in sync_progress. A report
   * requires that the connection has sent webhooks of the entity type within 30 days, and an earlier sync as the start of the period. It
   * counts items whose record the run changed although no webhook has named them since that sync. Such a webhook may still arrive late.
   */
  private async report(run: Run, startedAt: string): Promise<void> {
    if (run.kind !== 'sync' || run.trigger !== 'schedule' || run.mode !== 'incremental') return;
    const [earlier] = await this.database.query<{ started_at: string }>(findEarlierRun(run));
    if (!earlier) return;
    const [before] = await this.database.query<{ change_seq: number }>(lastChangeBefore(run, startedAt));
    const [missed] = await this.database.query<MissedChanges>(
      changesWithoutDelivery(run, before?.change_seq ?? 0, earlier.started_at),
    );
    if (!missed?.count) return;
    await this.activity.append({
      sync_id: run.sync_id,
      entity_type: run.entity_type,
      activity_type: 'webhooks_missed',
      status: 'completed',
      source_system: missed.source_system,
      record_count: missed.count,
      details: {
        connection_id: run.source_connection_id,
        since: earlier.started_at,
        external_ids: missed.first_ids,
      },
    });
  }
}
