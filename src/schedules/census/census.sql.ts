import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { Members } from '../../connectors/catalogue/settings.schema.ts';
import type { Statement } from '../../database/database.ts';

/** Connections of all organizations: sql/due_censuses.sql. */
export const dueCensuses = (most: number): Statement => ({
  text: 'SELECT org_id, id FROM app.due_censuses($1)',
  values: [most],
});

/** Sets the next time, spread over four hours and within a day. Returns no row when it is not due any more. */
export const takeDueCensus = (orgId: string, connectionId: string): Statement => ({
  text: `
    UPDATE public.sync_connections SET census_due_at = now() + interval '20 hours' + $3::double precision * interval '4 hours'
     WHERE org_id = $1 AND id = $2 AND removed_at IS NULL AND census_due_at <= now()
    RETURNING system, settings`,
  values: [orgId, connectionId, Math.random()],
});
export interface DueCensus {
  readonly system: string;
  readonly settings: Members;
}

/** What a census is taken of. A destination of null is the records. */
export interface CensusSubject {
  readonly entity_type: EntityType;
  readonly destination: string | null;
}

/** Of an entity type, as many of the newest runs are looked at. */
const RUNS = 2_000;

/**
 * What incremental syncs and webhooks carried over within a week, to connections that are in use, unless all of it was read, or its ids
 * were, within the 20 hours that are the shortest time between two censuses.
 */
export const censusSubjects = (orgId: string, connectionId: string, entities: readonly EntityType[]): Statement => ({
  text: `
    WITH recent AS MATERIALIZED (
      SELECT r.* FROM unnest($3::text[]) AS e (entity_type) CROSS JOIN LATERAL (
        SELECT r.entity_type, r.destination_connection_id AS destination, r.kind, r.mode, r.created_at, r.sync_id
          FROM public.sync_runs r
         WHERE r.org_id = $1 AND r.source_connection_id = $2 AND r.entity_type = e.entity_type AND r.filters = '{}'
           AND r.created_at > now() - interval '7 days'
         ORDER BY r.created_at DESC LIMIT ${RUNS}) AS r)
    SELECT DISTINCT s.entity_type, s.destination FROM recent s
     WHERE s.kind IN ('sync', 'webhook') AND s.mode = 'incremental'
       AND (s.destination IS NULL OR EXISTS (
             SELECT FROM public.sync_connections c WHERE c.org_id = $1 AND c.id = s.destination AND c.removed_at IS NULL))
       AND NOT EXISTS (
             SELECT FROM recent w JOIN public.sync_progress p ON p.org_id = $1 AND p.sync_id = w.sync_id
              WHERE w.entity_type = s.entity_type AND w.destination IS NOT DISTINCT FROM s.destination AND w.kind = 'sync'
                AND w.mode IN ('full', 'census') AND w.created_at > now() - interval '20 hours'
                AND (p.completed_at IS NULL OR p.status IN ('completed', 'completed_with_errors')))
     ORDER BY s.entity_type, s.destination`,
  values: [orgId, connectionId, entities],
});
