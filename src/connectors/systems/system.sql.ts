import type { Statement } from '../../database/database.ts';
import type { SystemIdentity } from '../contract/connector.types.ts';

/** A row of sync_systems. */
export interface SystemRow {
  readonly id: string;
  readonly identity: string | null;
  readonly place: string;
  readonly scope: string;
  /** See SystemIdentity. */
  readonly since: string | null;
  /** See markOfSystem. */
  readonly mark: string;
}

const SHOWN = 'id, identity, place, scope, since, mark';

export const findSystem = (orgId: string, id: string): Statement => ({
  text: `SELECT ${SHOWN} FROM public.sync_systems WHERE org_id = $1 AND id = $2`,
  values: [orgId, id],
});

/** Those that may be the system that was found, the likeliest first. */
export const findSystemsLike = (orgId: string, system: string, { identity, place }: SystemIdentity): Statement => ({
  text: `
    SELECT ${SHOWN} FROM public.sync_systems
     WHERE org_id = $1 AND system = $2 AND replaced_at IS NULL AND (identity = $3 OR place = $4)
     ORDER BY identity IS NOT DISTINCT FROM $3 AND place = $4 DESC, created_at, id`,
  values: [orgId, system, identity, place],
});

export type NewSystem = SystemRow & { readonly system: string };

/** Two that bind their first connection to one system wait for each other, so that the later one finds it. */
export const lockSystems = (orgId: string): Statement => ({
  text: `SELECT app.lock($1, 'systems')`,
  values: [orgId],
});

/** Returns no row when there is one that says the same. */
export const insertSystem = (
  orgId: string,
  { id, system, identity, place, scope, since, mark }: NewSystem,
): Statement => ({
  text: `
    INSERT INTO public.sync_systems (org_id, id, system, identity, place, scope, mark, since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (org_id, system, (coalesce(identity, '')), place, scope) WHERE replaced_at IS NULL DO NOTHING
    RETURNING ${SHOWN}`,
  values: [orgId, id, system, identity, place, scope, mark, since],
});

/** Keeps what the same system says of itself by now, unless that is said of another row. */
export const learnSystem = (
  orgId: string,
  id: string,
  { identity, place, since = null }: SystemIdentity,
): Statement => ({
  text: `
    UPDATE public.sync_systems s SET identity = coalesce($3, s.identity), place = $4, since = coalesce($5, s.since)
     WHERE s.org_id = $1 AND s.id = $2
       AND (s.identity, s.place, s.since) IS DISTINCT FROM (coalesce($3, s.identity), $4, coalesce($5, s.since))
       AND NOT EXISTS (SELECT FROM public.sync_systems o
                        WHERE o.org_id = $1 AND o.system = s.system AND o.scope = s.scope AND o.replaced_at IS NULL
                          AND o.id <> s.id AND o.place = $4
                          AND o.identity IS NOT DISTINCT FROM coalesce($3, s.identity))`,
  values: [orgId, id, identity, place, since],
});

/** What is known of it holds no longer for what looks the same. */
export const replaceSystem = (orgId: string, id: string): Statement => ({
  text: 'UPDATE public.sync_systems SET replaced_at = now() WHERE org_id = $1 AND id = $2',
  values: [orgId, id],
});

/** Returns no row when the connection leads to another system, or its address or credentials have changed meanwhile. */
export const bindConnection = (orgId: string, connectionId: string, revision: number, systemId: string): Statement => ({
  text: `
    WITH bound AS (
      UPDATE public.sync_connections SET system_id = $4
       WHERE org_id = $1 AND id = $2 AND access_revision = $3 AND removed_at IS NULL
         AND coalesce(system_id, $4) = $4
      RETURNING id
    ), returned AS (
      UPDATE public.sync_systems SET left_at = NULL
       WHERE org_id = $1 AND id = $4 AND left_at IS NOT NULL AND EXISTS (SELECT FROM bound))
    SELECT id FROM bound`,
  values: [orgId, connectionId, revision, systemId],
});

/** The connection leads to another system than its records were read from; which one is found out when it is asked. */
export const unbindConnection = (orgId: string, connectionId: string): Statement => ({
  text: `
    UPDATE public.sync_connections SET system_id = NULL, forgets_records = true, access_revision = access_revision + 1
     WHERE org_id = $1 AND id = $2`,
  values: [orgId, connectionId],
});

/** Notes since when no connection leads to the system. */
export const leaveSystem = (orgId: string, systemId: string): Statement => ({
  text: `
    UPDATE public.sync_systems SET left_at = now()
     WHERE org_id = $1 AND id = $2 AND NOT EXISTS (
       SELECT FROM public.sync_connections c WHERE c.org_id = $1 AND c.system_id = $2 AND c.removed_at IS NULL)`,
  values: [orgId, systemId],
});

export const forgotRecords = (orgId: string, connectionId: string): Statement => ({
  text: 'UPDATE public.sync_connections SET forgets_records = false WHERE org_id = $1 AND id = $2',
  values: [orgId, connectionId],
});
