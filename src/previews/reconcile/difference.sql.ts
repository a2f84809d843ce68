import type { Statement } from '../../database/database.ts';
import { KINDS_OF_DIFFERENCE } from '../../planning/planned.change.ts';
import type { Difference, PreviewChange } from '../../planning/planning.types.ts';

/** A change that would make an item equal at both ends. */
export type StoredDifference = Pick<PreviewChange, 'external_id' | 'kind' | 'destination_id' | 'fields' | 'reason'> & {
  readonly data: Record<string, unknown> | null;
};

/** `kind` is null when there is no such run. */
export interface FoundDifferences {
  readonly kind: string | null;
  readonly items: readonly StoredDifference[];
}

/** A keyset page of what a reconcile found, ordered by kind of change and id, in one row. */
export const differencesPage = (
  orgId: string,
  syncId: string,
  difference: Difference | undefined,
  after: { readonly kind: string; readonly external_id: string } | null,
  limit: number,
): Statement => ({
  text: `
    SELECT (SELECT kind FROM public.sync_runs WHERE org_id = $1 AND sync_id = $2) AS kind,
           (SELECT coalesce(json_agg(c), '[]') FROM (
              SELECT external_id, kind, destination_id, fields, reason, data FROM public.sync_preview_changes
               WHERE org_id = $1 AND sync_id = $2 AND ($3::text[] IS NULL OR kind = ANY ($3))
                 AND ($4::boolean IS NULL OR kind <> 'conflict' OR (fields <> '[]') = $4)
                 AND ($5::text IS NULL OR (kind, external_id) > ($5, $6))
               ORDER BY kind, external_id LIMIT $7) AS c) AS items`,
  values: [
    ...[orgId, syncId, difference ? KINDS_OF_DIFFERENCE[difference] : null],
    ...[difference ? difference === 'different' : null, after?.kind ?? null, after?.external_id ?? null, limit],
  ],
});
