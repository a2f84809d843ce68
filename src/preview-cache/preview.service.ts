import { Injectable } from '@nestjs/common';
import { isInstant } from '../common/cursor.ts';
import { DEFAULT_LIMIT } from '../common/list-query.dto.ts';
import { Problem } from '../common/problem.ts';
import { decodeTuple, encodeTuple, notACursor } from '../common/tuple.cursor.ts';
import { Quotas } from '../quotas/quotas.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type {
  PreviewDto,
  PreviewInputsDto,
  PreviewPageDto,
  PreviewSummaryDto,
  PreviewsQuery,
  StorePreviewDto,
} from './dto/preview.dto.ts';
import { previewKey, summarize } from './preview.key.ts';
import { deletePreview, findPreview, type PreviewKeyset, previewsPage, storePreview } from './preview.sql.ts';

/** A preview older than this says little about what a sync would do now. */
const MAX_TTL_SECONDS = 24 * 60 * 60;
const LIST = 'previews';

@Injectable()
export class PreviewService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly quotas: Quotas,
  ) {}

  /** Stores it in the place of the one there was of the same sync and entity type. */
  async store(preview: StorePreviewDto): Promise<PreviewDto> {
    await this.quotas.take('preview_bytes', JSON.stringify(preview.delta_data).length);
    const [row] = await this.database.query<PreviewDto>(
      storePreview(currentTenant().orgId, preview, {
        cacheKey: previewKey(preview),
        summary: preview.summary ?? summarize(preview.delta_data),
        computedBy: currentUser(),
        ttlSeconds: Math.min(preview.ttl_seconds ?? 3_600, MAX_TTL_SECONDS),
      }),
    );
    return row as PreviewDto;
  }

  /** Throws not-found also when it has expired. */
  async get(cacheKey: string): Promise<PreviewDto> {
    const [row] = await this.database.read<PreviewDto>(findPreview(currentTenant().orgId, cacheKey));
    if (!row) throw noSuchPreview();
    return row;
  }

  lookUp(inputs: PreviewInputsDto): Promise<PreviewDto> {
    return this.get(previewKey(inputs));
  }

  /** What has not expired, newest first, without the deltas. */
  async page(query: PreviewsQuery): Promise<PreviewPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.cursor === undefined ? null : keysetOf(query.cursor);
    const statement = previewsPage(currentTenant().orgId, query, after, limit + 1);
    const rows = await this.database.read<PreviewSummaryDto>(statement);
    const items = rows.slice(0, limit);
    const last = rows.length > limit && items.at(-1);
    return {
      items,
      next_cursor: last ? encodeTuple(LIST, [last.computed_at, last.sync_type, last.entity_type]) : null,
    };
  }

  async remove(cacheKey: string): Promise<void> {
    const removed = await this.database.query(deletePreview(currentTenant().orgId, cacheKey));
    if (removed.length === 0) throw noSuchPreview();
  }
}

function keysetOf(cursor: string): PreviewKeyset {
  const [computed_at = '', sync_type = '', entity_type = ''] = decodeTuple(LIST, 3, cursor);
  if (!isInstant(computed_at))
    throw notACursor('is not a cursor of this list; use a cursor of an earlier response unchanged');
  return { computed_at, sync_type, entity_type };
}

const noSuchPreview = (): Problem =>
  new Problem('not-found', 'There is no such preview in your organization, or it has expired; compute it again.');
