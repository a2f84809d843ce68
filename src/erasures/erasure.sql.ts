import type { Keyset } from '../common/cursor.ts';
import type { Statement } from '../database/database.ts';
import type { Subject } from './erased.stores.ts';

/** Rows of one store: how many the first pass looked at, and how many were erased in all. */
export interface StoreCount {
  readonly looked_at: number;
  readonly erased: number;
}

export interface ErasureRow {
  readonly id: string;
  readonly state: 'running' | 'completed';
  readonly named_by: 'email' | 'external_id';
  readonly reference: string | null;
  readonly subjects: readonly Subject[];
  readonly pass: number;
  readonly stores: Readonly<Record<string, StoreCount>>;
  readonly remaining: number | null;
  readonly requested_by: string | null;
  readonly requested_at: string;
  readonly completed_at: string | null;
}

/** With what it is done by. */
export interface OpenErasure extends ErasureRow {
  readonly email: string | null;
  readonly terms: string | null;
  readonly store: number;
  readonly place: readonly string[] | null;
  readonly found: number;
}

const COLUMNS = `id, state, named_by, reference, subjects, pass, stores, remaining, requested_by, requested_at, completed_at`;

export interface NewErasure {
  readonly namedBy: 'email' | 'external_id';
  readonly email: string | null;
  readonly subjects: readonly Subject[];
  readonly reference: string | null;
  readonly requestedBy: string;
}

/** No row when `most` of the organization are at work already. */
export const storeErasure = (orgId: string, erasure: NewErasure, most: number): Statement => ({
  text: `
    SELECT ${COLUMNS} FROM app.store_erasure($1, $2, $3, $4, $5, $6, $7)`,
  values: [
    ...[orgId, erasure.namedBy, erasure.email, JSON.stringify(erasure.subjects), erasure.reference],
    ...[erasure.requestedBy, most],
  ],
});

export const erasurePage = (orgId: string, after: Keyset | undefined, limit: number): Statement => ({
  text: `
    SELECT ${COLUMNS} FROM public.sync_erasures
     WHERE org_id = $1 ${after ? 'AND (requested_at, id) < ($3::timestamptz, $4::uuid)' : ''}
     ORDER BY requested_at DESC, id DESC LIMIT $2`,
  values: after ? [orgId, limit, after.at, after.id] : [orgId, limit],
});

export const findErasure = (orgId: string, id: string): Statement => ({
  text: `SELECT ${COLUMNS} FROM public.sync_erasures WHERE org_id = $1 AND id = $2`,
  values: [orgId, id],
});

export const lockErasure = (orgId: string, id: string): Statement => ({
  text: `
    SELECT ${COLUMNS}, email, terms, store, place, found FROM public.sync_erasures
     WHERE org_id = $1 AND id = $2 AND state = 'running' FOR UPDATE`,
  values: [orgId, id],
});

export type ErasureStep = Pick<
  OpenErasure,
  'email' | 'terms' | 'subjects' | 'pass' | 'store' | 'place' | 'stores' | 'found'
>;

/** The next turn is after `waitSeconds` at the earliest. */
export const saveErasure = (orgId: string, id: string, step: ErasureStep, waitSeconds: number): Statement => ({
  text: `
    UPDATE public.sync_erasures
       SET email = $3, subjects = $4, pass = $5, store = $6, place = $7, stores = $8, found = $9, terms = $11,
           claimed_until = now() + make_interval(secs => $10)
     WHERE org_id = $1 AND id = $2`,
  values: [
    ...[orgId, id, step.email, JSON.stringify(step.subjects), step.pass, step.store],
    ...[step.place && JSON.stringify(step.place), JSON.stringify(step.stores), step.found, waitSeconds, step.terms],
  ],
});

/** The address goes. Of the ids those stay that hold none. */
export const completeErasure = (
  orgId: string,
  id: string,
  subjects: readonly Subject[],
  remaining: number,
): Statement => ({
  text: `
    UPDATE public.sync_erasures
       SET state = 'completed', completed_at = now(), email = NULL, terms = NULL, place = NULL, subjects = $3, remaining = $4
     WHERE org_id = $1 AND id = $2`,
  values: [orgId, id, JSON.stringify(subjects), remaining],
});

export const claimErasure = (leaseSeconds: number): Statement => ({
  text: 'SELECT org_id, id FROM app.claim_erasure(make_interval(secs => $1))',
  values: [leaseSeconds],
});

/** The customers of that id, of connections that are there, with their addresses. */
export const customersById = (orgId: string, externalId: string, connectionId: string | null): Statement => ({
  text: `
    SELECT c.id AS connection_id, c.system_id, c.name, r.external_id, r.known_as AS email
      FROM public.sync_connections c JOIN public.sync_records r
        ON r.org_id = c.org_id AND r.connection_id = c.id AND r.entity_type = 'customer' AND r.external_id = $2
     WHERE c.org_id = $1 AND c.removed_at IS NULL AND ($3::uuid IS NULL OR c.id = $3)
     ORDER BY c.created_at, c.id LIMIT 100`,
  values: [orgId, externalId, connectionId],
});
export interface FoundCustomer extends Subject {
  readonly name: string;
  readonly email: string | null;
}

/**
 * Those that are known, those that have the address, and whoever they are bound to at another system, and so on; at most `most`.
 * A connection of theirs is one that is there now.
 */
export const findSubjects = (
  orgId: string,
  email: string | null,
  known: readonly Subject[],
  most: number,
): Statement => ({
  text: `
    WITH RECURSIVE given AS (
      SELECT s.connection_id, s.system_id, s.external_id
        FROM jsonb_to_recordset($3) AS s (connection_id uuid, system_id uuid, external_id text)
      UNION
      SELECT r.connection_id, c.system_id, r.external_id
        FROM public.sync_records r LEFT JOIN public.sync_connections c ON c.org_id = r.org_id AND c.id = r.connection_id
       WHERE r.org_id = $1 AND r.entity_type = 'customer' AND r.known_as = $2
    ), bound AS (
      SELECT g.system_id, g.external_id FROM given g WHERE g.system_id IS NOT NULL
      UNION
      SELECT n.system_id, n.external_id
        FROM bound x JOIN public.sync_systems o ON o.org_id = $1 CROSS JOIN LATERAL (
          SELECT b.system_b AS system_id, b.id_b AS external_id FROM public.sync_bindings b
           WHERE b.org_id = $1 AND b.entity_type = 'customer' AND b.system_a = x.system_id AND b.system_b = o.id AND b.id_a = x.external_id
          UNION ALL
          SELECT b.system_a, b.id_a FROM public.sync_bindings b
           WHERE b.org_id = $1 AND b.entity_type = 'customer' AND b.system_a = o.id AND b.system_b = x.system_id AND b.id_b = x.external_id) AS n
    )
    SELECT connection_id, system_id, external_id FROM given
     UNION
    SELECT c.id, b.system_id, b.external_id
      FROM bound b LEFT JOIN public.sync_connections c ON c.org_id = $1 AND c.system_id = b.system_id AND c.removed_at IS NULL
     LIMIT $4`,
  values: [orgId, email, JSON.stringify(known), most],
});
