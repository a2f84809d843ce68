import { Injectable } from '@nestjs/common';
import { ActivityService } from '../../activity/activity.service.ts';
import { Problem } from '../../common/problem.ts';
import { SettingsService } from '../../members/settings.service.ts';
import { currentTenant, currentUser } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { RunDispatcher } from '../run.dispatcher.ts';
import type { FoundRunPreview } from '../run.previews.ts';
import { type ApprovalRow, decide, endRefused, lockApproval } from './approval.sql.ts';

/** What a run waits for before it starts. */
export interface WantedApproval {
  readonly hours: number;
  /** For people. */
  readonly reason: string;
}

/**
 * 1. A run that applies a preview with more deletes, or more changes, than the organization allows one person waits. So does one whose deletes are
 *    too many with those that other runs made within the time of the guard, and one that overrides the delete guard without a preview when
 *    deletes have a limit: nobody knows how many there will be.
 *    Any other run that writes to a system waits in its course, before it comes to more changes (`ChangeLimit`).
 * 2. It starts, or goes on, when somebody who has the right approve, and did not request it, approves it.
 * 3. It ends as cancelled when such a person refuses it, or nobody has decided in time.
 * 4. Each decision is one entry of the trail.
 */
@Injectable()
export class ApprovalService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly settings: SettingsService,
    private readonly dispatcher: RunDispatcher,
    private readonly activity: ActivityService,
  ) {}

  /** Null when nobody has to approve it. */
  async wanted(preview: FoundRunPreview | null, overridesGuard: boolean): Promise<WantedApproval | null> {
    const { approval_deletes: deletes, approval_changes: changes, approval_hours: hours } = await this.settings.get();
    const reason =
      preview === null
        ? overridesGuard && deletes !== null && 'The delete guard is overridden.'
        : (deletes !== null &&
            preview.size.deletes > deletes &&
            `It deletes ${preview.size.deletes}, more than ${deletes}.`) ||
          (deletes !== null && preview.approval) ||
          (changes !== null &&
            preview.size.changes > changes &&
            `It changes ${preview.size.changes}, more than ${changes}.`);
    return reason ? { hours, reason: `${reason} A second person must approve it.` } : null;
  }

  /** Throws not-found, and conflict when it waits for no approval any more, or for that of somebody else. */
  approve(syncId: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      const row = await this.locked(syncId);
      await transaction.query(decide(currentTenant().orgId, syncId, 'approved', currentUser()));
      await this.note('run_approved', row, {});
      await this.dispatcher.dispatch();
    });
  }

  /** As `approve`. */
  refuse(syncId: string, reason: string): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const row = await this.locked(syncId);
      await transaction.query(decide(orgId, syncId, 'refused', currentUser()));
      await transaction.query(endRefused(orgId, syncId, `Refused by ${currentUser()}: ${reason}`));
      await this.note('run_refused', row, { reason });
    });
  }

  private async locked(syncId: string): Promise<ApprovalRow> {
    const [row] = await this.database.query<ApprovalRow>(lockApproval(currentTenant().orgId, syncId));
    if (!row) throw new Problem('not-found', `There is no run "${syncId}" in your organization.`);
    if (row.approval !== 'wanted' || row.is_over)
      throw new Problem('conflict', `The run "${syncId}" waits for no approval, or does so no longer.`);
    if (row.requested_by === currentUser())
      throw new Problem('conflict', 'You have requested this run yourself; a second person decides.');
    return row;
  }

  private async note(
    activity_type: string,
    { sync_id, entity_type, requested_by }: ApprovalRow,
    more: object,
  ): Promise<void> {
    await this.activity.append({
      ...{ sync_id, entity_type, activity_type, status: activity_type === 'run_approved' ? 'queued' : 'cancelled' },
      details: { requested_by, ...more },
    });
  }
}
