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

/** Reports what a shop's webhooks should have told and did not: shops switch them off silently. */
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
   * In the transaction of the run's end, after its last batch. `startedAt`: when it began to work, from its row in sync_progress. Only
   * for a connection that has sent webhooks of the entity type within 30 days, and when an earlier walk says since when. An item
   * counts whose record the run changed though no webhook has named it since that walk; its webhook may still come, late.
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
