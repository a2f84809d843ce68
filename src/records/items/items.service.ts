import { Injectable } from '@nestjs/common';
import { DEFAULT_LIMIT } from '../../common/list-query.dto.ts';
import { decodeTuple, encodeTuple } from '../../common/tuple.cursor.ts';
import { noSuchSync } from '../../progress/progress.problem.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { ItemPageDto, ItemsQuery } from './dto/item.dto.ts';
import { type FoundItems, itemsPage } from './items.sql.ts';

const LIST = 'items';

/** Reads the items of a sync that failed or were skipped. */
@Injectable()
export class ItemsService {
  constructor(private readonly database: TenantDatabase) {}

  /** The page is empty for a sync that an internal service reports, because its items are not stored. Throws not-found. */
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
