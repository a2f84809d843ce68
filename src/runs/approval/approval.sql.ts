import type { Statement } from '../../database/database.ts';

export interface ApprovalRow {
  readonly sync_id: string;
  readonly entity_type: string;
  readonly requested_by: string | null;
  readonly approval: 'wanted' | 'approved' | 'refused' | 'expired' | null;
  readonly is_over: boolean;
}

/** Locked, so that two people do not decide at once. */
export const lockApproval = (orgId: string, syncId: string): Statement => ({
  text: `
    SELECT r.sync_id, r.entity_type, r.requested_by, r.approval, r.approval_until <= now() OR r.state <> 'waiting' AS is_over
      FROM public.sync_runs r WHERE r.org_id = $1 AND r.sync_id = $2 FOR UPDATE`,
  values: [orgId, syncId],
});

export const decide = (orgId: string, syncId: string, approval: 'approved' | 'refused', by: string): Statement => ({
  text: `
    WITH decided AS (
      UPDATE public.sync_runs SET approval = $3, approval_by = $4 WHERE org_id = $1 AND sync_id = $2 RETURNING sync_id)
    UPDATE public.sync_progress p SET waiting_reason = NULL FROM decided
     WHERE p.org_id = $1 AND p.sync_id = decided.sync_id AND p.completed_at IS NULL`,
  values: [orgId, syncId, approval, by],
});

/** Ends a refused run, which no worker has. The reason is its error. */
export const endRefused = (orgId: string, syncId: string, reason: string): Statement => ({
  text: `
    WITH refused AS (
      UPDATE public.sync_runs SET state = 'ended' WHERE org_id = $1 AND sync_id = $2 AND state = 'waiting' RETURNING sync_id)
    UPDATE public.sync_progress p SET status = 'cancelled', error_message = $3 FROM refused
     WHERE p.org_id = $1 AND p.sync_id = refused.sync_id AND p.completed_at IS NULL`,
  values: [orgId, syncId, reason],
});
