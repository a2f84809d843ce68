import type { Statement } from '../../database/database.ts';

/** One object of the archive. */
export interface ExportedSeal {
  /** As text: it may go beyond what a number holds. */
  readonly sequence: string;
  /** Of its entries, YYYY-MM in UTC. */
  readonly month: string;
  /** A line of JSON an entry as it was sealed, then the seal. */
  readonly body: string;
}

const ENTRY = (entry: string, hash: string) => `(to_jsonb(${entry}) || jsonb_build_object('hash', ${hash}))::text`;

/** The next seal that was not exported, with its entries; those of a month that was detached are not there any more. No row: none is left. */
export const nextToExport = (orgId: string): Statement => ({
  text: `
    SELECT s.sequence::text, to_char(s.begins AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
           coalesce((SELECT string_agg(${ENTRY('l', `encode(e.hash, 'hex')`)}, E'\\n' ORDER BY e.place) || E'\\n'
                       FROM unnest(s.entry_ids, s.entry_times, s.entry_hashes) WITH ORDINALITY AS e (id, at, hash, place)
                       JOIN public.sync_activity_log l ON l.org_id = $1 AND l.created_at = e.at AND l.id = e.id), '')
           || jsonb_build_object('seal', s.sequence, 'org_id', s.org_id, 'sealed_at', s.sealed_at, 'entries', cardinality(s.entry_ids),
                'entry_ids', s.entry_ids, 'previous_hash', encode(s.previous_hash, 'hex'), 'hash', encode(s.hash, 'hex')) || E'\\n' AS body
      FROM public.sync_activity_seals s
     WHERE s.org_id = $1 AND s.sequence > coalesce((SELECT p.exported FROM public.sync_trail_places p WHERE p.org_id = $1), 0)
     ORDER BY s.sequence LIMIT 1`,
  values: [orgId],
});

export const markExported = (orgId: string, sequence: string): Statement => ({
  text: `
    INSERT INTO public.sync_trail_places AS p (org_id, exported) VALUES ($1, $2)
    ON CONFLICT (org_id) DO UPDATE SET exported = greatest(p.exported, EXCLUDED.exported)`,
  values: [orgId, sequence],
});

/** `month`: its first day. One row: whether all seals of the month and of those before were exported, and how many entries no seal holds. */
export const monthLeft = (orgId: string, month: string): Statement => ({
  text: `
    SELECT NOT EXISTS (
             SELECT FROM public.sync_activity_seals s
              WHERE s.org_id = $1 AND s.begins < $2::timestamptz + interval '1 month'
                AND s.sequence > coalesce((SELECT p.exported FROM public.sync_trail_places p WHERE p.org_id = $1), 0)) AS is_exported,
           (SELECT count(*) FROM public.sync_activity_log l
             WHERE l.org_id = $1 AND l.created_at >= $2::timestamptz AND l.created_at < $2::timestamptz + interval '1 month')
           - (SELECT coalesce(sum(cardinality(s.entry_ids)), 0) FROM public.sync_activity_seals s
               WHERE s.org_id = $1 AND s.begins >= $2::timestamptz AND s.begins < $2::timestamptz + interval '1 month') AS unsealed`,
  values: [orgId, `${month}T00:00:00Z`],
});

/** The entries of a month that no seal holds, a line of JSON each, after one, oldest first. */
export const unsealedOfMonth = (orgId: string, month: string, after: string, most: number): Statement => ({
  text: `
    WITH sealed AS MATERIALIZED (
      SELECT unnest(s.entry_ids) AS id FROM public.sync_activity_seals s
       WHERE s.org_id = $1 AND s.begins >= $2::timestamptz AND s.begins < $2::timestamptz + interval '1 month')
    SELECT l.id, ${ENTRY('l', 'null')} AS line FROM public.sync_activity_log l
     WHERE l.org_id = $1 AND l.created_at >= $2::timestamptz AND l.created_at < $2::timestamptz + interval '1 month'
       AND l.id > $3 AND NOT EXISTS (SELECT FROM sealed s WHERE s.id = l.id)
     ORDER BY l.id LIMIT $4`,
  values: [orgId, `${month}T00:00:00Z`, after, most],
});

/** Tells the newest seal of the days before this one as the root of its day, once, to the endpoints that want it. */
export const tellRoot = (orgId: string): Statement => ({
  text: 'SELECT app.tell_root($1)',
  values: [orgId],
});
