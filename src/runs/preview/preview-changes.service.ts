import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { decodeTuple, encodeTuple } from '../../common/tuple.cursor.ts';
import { PreviewService } from '../../preview-cache/preview.service.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { DEFAULT_LIMIT } from '../items/dto/page.query.ts';
import { changesPage } from './preview.sql.ts';
import type { PreviewChangeDto, PreviewChangePageDto, PreviewChangesQuery } from './preview-changes.dto.ts';

const LIST = 'preview-changes';

/** All changes of a computed preview, of which the cached preview itself shows the first. */
@Injectable()
export class PreviewChangesService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly previews: PreviewService,
  ) {}

  /** Throws not-found, and stale-preview for a cursor of a preview that has been replaced: its pages would not fit together. */
  async page(cacheKey: string, query: PreviewChangesQuery): Promise<PreviewChangePageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.cursor === undefined ? null : keyOf(query.cursor);
    const { sync_id: syncId } = (await this.previews.get(cacheKey)).delta_data;
    if (typeof syncId !== 'string')
      throw new Problem('not-found', 'This preview was stored by hand: all there is of it is in its delta_data.');
    if (after && after.sync_id !== syncId) throw replaced(syncId);
    const rows = await this.database.read<PreviewChangeDto>(
      changesPage(currentTenant().orgId, syncId, query.kind ?? null, after, limit + 1),
    );
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const next = rows.length > limit && last ? encodeTuple(LIST, [syncId, last.kind, last.external_id]) : null;
    return { sync_id: syncId, items, next_cursor: next };
  }
}

function keyOf(cursor: string) {
  const [sync_id = '', kind = '', external_id = ''] = decodeTuple(LIST, 3, cursor);
  return { sync_id, kind, external_id };
}

const replaced = (syncId: string): Problem =>
  new Problem(
    'stale-preview',
    `A newer preview, by "${syncId}", has replaced this one; begin again without a cursor.`,
    {
      errors: [{ parameter: 'cursor', detail: 'is of a preview that was replaced' }],
    },
  );
