import { Injectable } from '@nestjs/common';
import { isInstant } from '../../common/cursor.ts';
import { decodeTuple, encodeTuple, notACursor } from '../../common/tuple.cursor.ts';
import { currentTenant, runAsTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type ConflictKey, conflictsPage, type FoundConflict } from './conflicts.sql.ts';
import type { ConflictDto, ConflictPageDto } from './dto/conflict.dto.ts';
import type { ConflictFilterQuery, ConflictsQuery } from './dto/requests.dto.ts';

/** A cursor goes on in its own list only. */
const listOf = ({ kind = 'conflict' }: ConflictFilterQuery): string => `${kind}s`;
const DEFAULT_LIMIT = 50;
const EXPORT_PAGE = 500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Page {
  readonly items: ConflictDto[];
  readonly next: ConflictKey | null;
}

/** Lists the conflicts of all runs that are open. */
@Injectable()
export class ConflictsService {
  constructor(private readonly database: TenantDatabase) {}

  async page(query: ConflictsQuery): Promise<ConflictPageDto> {
    const after = query.cursor === undefined ? null : keyOf(listOf(query), query.cursor);
    const { items, next } = await this.read(query, after, query.limit ?? DEFAULT_LIMIT, 'read');
    return { items, next_cursor: next && encodeTuple(listOf(query), next) };
  }

  /** Page by page, each in a transaction of its own; resolves with the first page read, so that an error can still be sent as a problem. */
  async export(filter: ConflictFilterQuery): Promise<AsyncGenerator<ConflictDto>> {
    // The reader pulls outside the request's context.
    const tenant = currentTenant();
    const next = (after: ConflictKey | null) =>
      runAsTenant(tenant, () => this.read(filter, after, EXPORT_PAGE, 'export'));
    return pages(await next(null), next);
  }

  private async read(
    filter: ConflictFilterQuery,
    after: ConflictKey | null,
    limit: number,
    kind: 'read' | 'export',
  ): Promise<Page> {
    const statement = conflictsPage(currentTenant().orgId, filter, after, limit + 1);
    const rows = await this.database.read<FoundConflict>(statement, kind);
    const found = rows.flatMap(({ conflict }) => conflict ?? []);
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    const stopped = rows.find(({ looked_to }) => looked_to !== null)?.looked_to ?? null;
    return { items, next: last ? keyIn(last) : stopped };
  }
}

async function* pages(first: Page, next: (after: ConflictKey | null) => Promise<Page>): AsyncGenerator<ConflictDto> {
  for (let page = first; ; page = await next(page.next)) {
    yield* page.items;
    if (!page.next) return;
  }
}

const keyIn = (conflict: ConflictDto): ConflictKey => [
  ...([conflict.found_at, conflict.external_id, conflict.entity_type] as const),
  ...([conflict.source_connection_id, conflict.destination_connection_id] as const),
];

/** Throws Problem invalid-request for a cursor that is not of this list. */
function keyOf(list: string, cursor: string): ConflictKey {
  const [at = '', id = '', entity = '', source = '', destination = ''] = decodeTuple(list, 5, cursor);
  if (!isInstant(at) || !UUID.test(source) || !UUID.test(destination))
    throw notACursor('is not a cursor of this list; use a cursor of an earlier response unchanged');
  return [at, id, entity, source, destination];
}
