import type { Activity } from '@sync-operations/client';
import { makeByHand } from '../../support/maintenance.support.ts';
import { sql } from '../../support/test-database.ts';
import type { TestService } from '../../support/test-service.ts';

export type TrailEntry = Pick<Activity, 'activity_type' | 'status'> & Partial<Activity>;

/** Entries of other days, as only the owner can write them; the trail dates each itself. */
export async function insertTrail(service: TestService, orgId: string, entries: readonly TrailEntry[]): Promise<void> {
  const months = new Set(entries.flatMap(({ created_at }) => created_at?.slice(0, 7) ?? []));
  for (const month of months) await makeByHand(service, month);
  await sql(
    service.database.ownerUrl,
    `INSERT INTO sync_activity_log (org_id, created_at, sync_id, entity_type, activity_type, status, source_system, user_id,
       record_count, duration_seconds, error_message, details)
     SELECT $1, coalesce(e.created_at, now()), e.sync_id, e.entity_type, e.activity_type, e.status, e.source_system, e.user_id,
            e.record_count, e.duration_seconds, e.error_message, e.details
       FROM json_populate_recordset(NULL::sync_activity_log, $2) AS e`,
    [orgId, JSON.stringify(entries)],
    orgId,
  );
}

/** Noon UTC, `daysAgo` days ago. */
export const noon = (daysAgo: number): string => `${isoDay(daysAgo)}T12:00:00Z`;
export const isoDay = (daysAgo: number): string =>
  new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
