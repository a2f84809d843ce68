import type { Statement } from '../../database/database.ts';
import type { ItemDto, ItemsQuery } from './dto/item.dto.ts';

export interface FoundItems {
  /** Whether the sync exists. */
  readonly exists: boolean;
  readonly items: readonly ItemDto[];
}

/** A keyset page of a sync's items, ordered by id, in one row. */
export const itemsPage = (
  orgId: string,
  syncId: string,
  { outcome, error_class }: ItemsQuery,
  after: string | null,
  limit: number,
): Statement => ({
  text: `
    SELECT EXISTS (SELECT FROM public.sync_progress WHERE org_id = $1 AND sync_id = $2) AS exists,
           (SELECT coalesce(json_agg(i), '[]') FROM (
              SELECT sync_id, external_id, outcome, error_class, message, payload, attempts, created_at, updated_at
                FROM public.sync_items
               WHERE org_id = $1 AND sync_id = $2 AND ($3::text IS NULL OR outcome = $3)
                 AND ($4::text IS NULL OR error_class = $4) AND ($5::text IS NULL OR external_id > $5)
               ORDER BY external_id LIMIT $6) AS i) AS items`,
  values: [orgId, syncId, outcome ?? null, error_class ?? null, after, limit],
});
