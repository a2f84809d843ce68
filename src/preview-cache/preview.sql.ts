import type { Statement } from '../database/database.ts';
import type { StorePreviewDto } from './dto/preview.dto.ts';

/** Also replaces cache_key: otherwise one filter's delta would be served under another's key. */
export const storePreview = (
  orgId: string,
  preview: StorePreviewDto,
  derived: { cacheKey: string; summary: object | null; computedBy: string; ttlSeconds: number },
): Statement => ({
  text: `
    INSERT INTO sync_preview_cache
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
    SELECT * FROM sync_preview_cache WHERE org_id = $1 AND cache_key = $2 AND expires_at > now()
     ORDER BY computed_at DESC LIMIT 1`,
  values: [orgId, cacheKey],
});

export const deletePreview = (orgId: string, cacheKey: string): Statement => ({
  text: 'DELETE FROM sync_preview_cache WHERE org_id = $1 AND cache_key = $2 AND expires_at > now() RETURNING cache_key',
  values: [orgId, cacheKey],
});
