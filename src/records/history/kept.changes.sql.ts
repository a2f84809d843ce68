import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { Statement } from '../../database/database.ts';
import type { KeptChange } from '../../planning/planning.types.ts';
import { itemsOf, runOf } from './history.sql.ts';

/** The run whose changes are asked for. */
interface KeptRun {
  readonly org_id: string;
  readonly sync_id: string;
}

/** The page size of ids: the largest number that connectors accept in one call. */
const PAGE = 100;

/** Its rows are all in the partition of the week in which it started. */
const OF_RUN = `c.org_id = $1 AND c.sync_id = $2 AND c.week = (
    SELECT app.week_of_changes(r.created_at) FROM public.sync_runs r WHERE r.org_id = $1 AND r.sync_id = $2)`;

/** The next items that a run changed, by id, each once; `only` one of them. Kind by kind, from the key. */
export const keptItems = ({ org_id, sync_id }: KeptRun, only: string | null, after: string): Statement => ({
  text: `
    SELECT DISTINCT c.external_id FROM unnest(ARRAY['create', 'update', 'delete', 'unbind']) AS k (kind) CROSS JOIN LATERAL (
      SELECT c.external_id FROM public.sync_changes c
       WHERE ${OF_RUN} AND c.kind = k.kind AND c.external_id > $3 AND ($4::text IS NULL OR c.external_id = $4)
       ORDER BY c.external_id LIMIT ${PAGE}) AS c
     ORDER BY c.external_id LIMIT ${PAGE}`,
  values: [org_id, sync_id, after, only],
});

export const countKept = ({ org_id, sync_id }: KeptRun, only: string | null): Statement => ({
  text: `
    SELECT count(DISTINCT c.external_id)::integer AS count FROM public.sync_changes c
     WHERE ${OF_RUN} AND ($3::text IS NULL OR c.external_id = $3)`,
  values: [org_id, sync_id, only],
});

/** What a run changed of these items, in the order in which it did. */
export const findKept = ({ org_id, sync_id }: KeptRun, externalIds: readonly string[]): Statement => ({
  text: `
    SELECT c.external_id, c.kind, c.destination_id, c.via_archive, c.after_hash, c.was, c.became, c.is_partial, c.reason
      FROM unnest(ARRAY['create', 'update', 'delete', 'unbind']) AS k (kind)
      CROSS JOIN unnest($3::text[]) AS g (id) CROSS JOIN LATERAL (
        SELECT * FROM public.sync_changes c
         WHERE ${OF_RUN} AND c.kind = k.kind AND c.external_id = g.id LIMIT 1) AS c
     ORDER BY c.at`,
  values: [org_id, sync_id, externalIds],
});

/** What records were before runs after this one changed them, the latest first. */
export const changedSince = (
  { org_id, sync_id }: KeptRun,
  connectionId: string,
  entity: EntityType,
  externalIds: readonly string[],
): Statement => ({
  text: `
    SELECT c.external_id, c.was FROM unnest($5::text[], ${itemsOf('$5::text[]', '$4')}) AS g (id, item) CROSS JOIN LATERAL (
      SELECT x.external_id, x.was, x.at FROM public.sync_changes x CROSS JOIN LATERAL ${runOf('x')}
       WHERE x.org_id = $1 AND x.item = g.item AND x.entity_type = $4 AND x.external_id = g.id AND x.destination_id IS NULL AND x.was IS NOT NULL
         AND r.source_connection_id = $3
         AND x.at > (SELECT p.completed_at FROM public.sync_progress p WHERE p.org_id = $1 AND p.sync_id = $2)
       ORDER BY x.at DESC, x.sync_id DESC LIMIT 20) AS c
     ORDER BY c.at DESC`,
  values: [org_id, sync_id, connectionId, entity, externalIds],
});

/** By id, what a run changed of each item in all. An item that it made and removed again is not in it. */
export function inAll(rows: readonly KeptChange[]): Map<string, KeptChange> {
  const found = new Map<string, KeptChange>();
  for (const row of rows) {
    const before = found.get(row.external_id);
    const both = before ? joined(before, row) : row;
    if (both) found.set(row.external_id, both);
    else found.delete(row.external_id);
  }
  return found;
}

function joined(first: KeptChange, second: KeptChange): KeptChange | null {
  const is_partial = first.is_partial || second.is_partial;
  if (first.kind === 'create')
    return second.kind === 'delete'
      ? null
      : { ...second, kind: 'create', became: { ...first.became, ...second.became } };
  if (first.kind === 'update' && second.kind !== 'create')
    return {
      ...second,
      is_partial,
      was: { ...second.was, ...first.was },
      became: { ...first.became, ...second.became },
    };
  return { ...second, is_partial: true, was: null };
}
