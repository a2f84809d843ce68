import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type { PreviewDto, PreviewInputsDto, StorePreviewDto } from './dto/preview.dto.ts';
import { previewKey, summarize } from './preview.key.ts';
import { deletePreview, findPreview, storePreview } from './preview.sql.ts';

/** A preview older than this says little about what a sync would do now. */
const MAX_TTL_SECONDS = 24 * 60 * 60;

@Injectable()
export class PreviewService {
  constructor(private readonly database: TenantDatabase) {}

  /** Stores it in the place of the one there was of the same sync and entity type. */
  async store(preview: StorePreviewDto): Promise<PreviewDto> {
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

  async remove(cacheKey: string): Promise<void> {
    const removed = await this.database.query(deletePreview(currentTenant().orgId, cacheKey));
    if (removed.length === 0) throw noSuchPreview();
  }
}

const noSuchPreview = (): Problem =>
  new Problem('not-found', 'There is no such preview in your organization, or it has expired; compute it again.');
