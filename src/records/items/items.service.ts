import { Injectable } from '@nestjs/common';
import { DEFAULT_LIMIT } from '../../common/list-query.dto.ts';
import { decodeTuple, encodeTuple } from '../../common/tuple.cursor.ts';
import { noSuchSync } from '../../progress/progress.problem.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { ItemPageDto, ItemsQuery } from './dto/item.dto.ts';
import { type FoundItems, itemsPage } from './items.sql.ts';

const LIST = 'items';

/** What failed or was skipped in a sync. */
@Injectable()
export class ItemsService {
  constructor(private readonly database: TenantDatabase) {}

  /** Empty also for a sync that an internal service reports: those keep no items here. Throws not-found. */
  async page(syncId: string, query: ItemsQuery): Promise<ItemPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const [after = null] = query.cursor === undefined ? [] : decodeTuple(LIST, 1, query.cursor);
    const page = itemsPage(currentTenant().orgId, syncId, query, after, limit + 1);
    const [found] = await this.database.read<FoundItems>(page);
    if (!found?.exists) throw noSuchSync(syncId);
    const items = found.items.slice(0, limit);
    const last = items.at(-1);
    return { items, next_cursor: found.items.length > limit && last ? encodeTuple(LIST, [last.external_id]) : null };
  }
}
