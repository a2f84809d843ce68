import type { Statement } from '../database/database.ts';
import type { PreviewsQuery, StorePreviewDto } from './dto/preview.dto.ts';

/** Also replaces cache_key: otherwise one filter's delta would be served under another's key. */
export const storePreview = (
  orgId: string,
  preview: StorePreviewDto,
  derived: { cacheKey: string; summary: object | null; computedBy: string; ttlSeconds: number },
): Statement => ({
  text: `
    INSERT INTO public.sync_preview_cache
      (org_id, sync_type, entity_type, cache_key, filters, summary, delta_data, computed_by, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))
    ON CONFLICT (org_id, sync_type, entity_type) DO UPDATE
       SET cache_key = EXCLUDED.cache_key, filters = EXCLUDED.filters, summary = EXCLUDED.summary,
           delta_data = EXCLUDED.delta_data, computed_by = EXCLUDED.computed_by, computed_at = EXCLUDED.computed_at,
           expires_at = EXCLUDED.expires_at
    RETURNING *`,
  values: [
    orgId,
    preview.sync_type,
    preview.entity_type,
    derived.cacheKey,
    JSON.stringify(preview.filters),
    derived.summary && JSON.stringify(derived.summary),
    JSON.stringify(preview.delta_data),
    derived.computedBy,
    derived.ttlSeconds,
  ],
});

/** Two rows may have one key when somebody stored by SQL with a key of their own; the newest counts. */
export const findPreview = (orgId: string, cacheKey: string): Statement => ({
  text: `
    SELECT * FROM public.sync_preview_cache WHERE org_id = $1 AND cache_key = $2 AND expires_at > now()
     ORDER BY computed_at DESC LIMIT 1`,
  values: [orgId, cacheKey],
});

/** The sort key of the list: the time alone is not, since one transaction may store several. */
export interface PreviewKeyset {
  readonly computed_at: string;
  readonly sync_type: string;
  readonly entity_type: string;
}

/** A keyset page of what has not expired, newest first. A tenant has one row a kind of sync, so they are sorted without an index. */
export const previewsPage = (
  orgId: string,
  { sync_type, entity_type }: PreviewsQuery,
  after: PreviewKeyset | null,
  limit: number,
): Statement => ({
  text: `
    SELECT org_id, sync_type, entity_type, cache_key, filters, summary, computed_by, computed_at, expires_at
      FROM public.sync_preview_cache
     WHERE org_id = $1 AND expires_at > now()
       AND ($2::text IS NULL OR sync_type = $2) AND ($3::text IS NULL OR entity_type = $3)
       AND ($4::timestamptz IS NULL OR (computed_at, sync_type, entity_type) < ($4, $5, $6))
     ORDER BY computed_at DESC, sync_type DESC, entity_type DESC LIMIT $7`,
  values: [
    orgId,
    sync_type ?? null,
    entity_type ?? null,
    after?.computed_at ?? null,
    after?.sync_type ?? null,
    after?.entity_type ?? null,
    limit,
  ],
});

export const deletePreview = (orgId: string, cacheKey: string): Statement => ({
  text: 'DELETE FROM public.sync_preview_cache WHERE org_id = $1 AND cache_key = $2 AND expires_at > now() RETURNING cache_key',
  values: [orgId, cacheKey],
});
