import type { Statement } from '../../database/database.ts';

/** Of all organizations, in the order of their names: sql/seals.sql. */
export const organizationsOfTheTrail = (after: string, most: number): Statement => ({
  text: 'SELECT org_id FROM app.organizations_of_the_trail($1, $2) AS o (org_id)',
  values: [after, most],
});

/** One row: how many entries a new seal holds; 0 when none was left. */
export const sealEntries = (orgId: string): Statement => ({
  text: 'SELECT app.seal_entries($1) AS sealed',
  values: [orgId],
});

export interface VerifiedSeal {
  /** As text: it may go beyond what a number holds. */
  readonly sequence: string;
  readonly entries: number;
  readonly reason: 'altered' | 'removed' | 'seal_altered' | 'seal_removed' | null;
  readonly entry_id: string | null;
}

export const verifySeals = (orgId: string, after: string, most: number): Statement => ({
  text: 'SELECT sequence::text, entries, reason, entry_id FROM app.verify_seals($1, $2, $3)',
  values: [orgId, after, most],
});

/** A place in the trail; null: its beginning. */
export interface TrailPlace {
  readonly last_time: string | null;
  readonly last_id: string | null;
}

export interface VerifiedPage extends TrailPlace {
  readonly looked_at: number;
  readonly unsealed: number;
  readonly inserted: string | null;
}

export const verifyUnsealed = (orgId: string, after: TrailPlace, most: number): Statement => ({
  text: `
    SELECT looked_at, last_time::text, last_id, unsealed, inserted
      FROM app.verify_unsealed($1, $2::timestamptz, $3, $4)`,
  values: [orgId, after.last_time, after.last_id, most],
});

/** Without the entries. */
export const sealPage = (orgId: string, after: number, most: number): Statement => ({
  text: `
    SELECT sequence::text, sealed_at, begins AS first_entry_at, reaches AS last_entry_at, cardinality(entry_ids) AS entries,
           encode(previous_hash, 'hex') AS previous_hash, encode(hash, 'hex') AS hash
      FROM public.sync_activity_seals WHERE org_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
  values: [orgId, after, most],
});
