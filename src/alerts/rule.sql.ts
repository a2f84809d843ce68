import type { Statement } from '../database/database.ts';
import type { RuleRow } from './alert.types.ts';

/** What a tenant sets. */
export type RuleMembers = Omit<RuleRow, 'id' | 'watches_since' | 'created_by' | 'created_at' | 'updated_at'>;

const MEMBERS = [
  ...(['name', 'kind', 'connection_id', 'entity_type', 'source_system', 'sync_id', 'threshold', 'percent'] as const),
  ...(['seconds', 'still_open_seconds', 'endpoint_ids', 'enabled'] as const),
] as const satisfies readonly (keyof RuleMembers)[];
const COLUMNS = `id, ${MEMBERS.join(', ')}, watches_since, created_by, created_at, updated_at`;
const ONE = 'org_id = $1 AND id = $2';
/** A change of one of these makes another rule of it: what it has opened so far is resolved. */
const WATCHED = MEMBERS.filter((member) => !['name', 'still_open_seconds', 'endpoint_ids'].includes(member));

export const insertRule = (orgId: string, members: RuleMembers, createdBy: string): Statement => ({
  text: `
    INSERT INTO public.sync_alert_rules (org_id, created_by, ${MEMBERS.join(', ')})
    VALUES ($1, $2, ${MEMBERS.map((_, index) => `$${index + 3}`).join(', ')}) RETURNING ${COLUMNS}`,
  values: [orgId, createdBy, ...inOrder(members)],
});

export const updateRule = (orgId: string, id: string, members: RuleMembers): Statement => ({
  text: `
    WITH clock AS MATERIALIZED (SELECT now() AS at)
    UPDATE public.sync_alert_rules AS r
       SET ${MEMBERS.map((member, index) => `${member} = $${index + 3}`).join(', ')}, updated_at = now(),
           watches_since = CASE WHEN (${WATCHED.map((member) => `r.${member}`).join(', ')}) IS DISTINCT FROM
             (${WATCHED.map((member) => `$${MEMBERS.indexOf(member) + 3}`).join(', ')}) THEN clock.at ELSE r.watches_since END
      FROM clock WHERE ${ONE} RETURNING ${COLUMNS}`,
  values: [orgId, id, ...inOrder(members)],
});

const inOrder = (members: RuleMembers): unknown[] => MEMBERS.map((member) => members[member]);

/** Oldest first. Their number is bounded by a quota. */
export const rulesOf = (orgId: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_alert_rules WHERE org_id = $1 ORDER BY created_at, id`,
  values: [orgId],
});

export const findRule = (orgId: string, id: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_alert_rules WHERE ${ONE}`,
  values: [orgId, id],
});

/** Locked until the end of the transaction. */
export const lockRule = (orgId: string, id: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_alert_rules WHERE ${ONE} FOR UPDATE`,
  values: [orgId, id],
});

export const deleteRule = (orgId: string, id: string): Statement => ({
  text: `DELETE FROM public.sync_alert_rules WHERE ${ONE} RETURNING ${COLUMNS}`,
  values: [orgId, id],
});

/** From the commit on, the syncs of the organization leave signals, and its rules are looked at soon. */
export const wakeEvaluation = (orgId: string): Statement => ({
  text: `
    INSERT INTO public.sync_alert_turns AS t (org_id) VALUES ($1)
    ON CONFLICT (org_id) DO UPDATE SET due_at = least(t.due_at, EXCLUDED.due_at)`,
  values: [orgId],
});
