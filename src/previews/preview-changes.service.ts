import { Injectable } from '@nestjs/common';
import { DEFAULT_LIMIT } from '../common/list-query.dto.ts';
import { Problem } from '../common/problem.ts';
import { decodeTuple, encodeTuple, notACursor } from '../common/tuple.cursor.ts';
import { diffFields } from '../planning/field.diff.ts';
import { PreviewService } from '../preview-cache/preview.service.ts';
import { noSuchSync } from '../progress/progress.problem.ts';
import { currentTenant, runAsTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type { PreviewChangeDto, PreviewChangePageDto, PreviewChangesQuery } from './dto/preview.dto.ts';
import type { ChangeGroupsDto } from './dto/preview-groups.dto.ts';
import { changeGroups, changesPage, type FoundChanges, type FoundGroups } from './preview.sql.ts';

const LIST = 'preview-changes';
const EXPORT_PAGE = 500;

/** Reads all changes of a sync to another connection or of a computed preview. The cached preview contains only the first ones. */
@Injectable()
export class PreviewChangesService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly previews: PreviewService,
  ) {}

  /** Throws not-found, and stale-preview for a cursor of a replaced preview, because its pages belong to other changes. */
  async page(cacheKey: string, query: PreviewChangesQuery): Promise<PreviewChangePageDto> {
    const after = query.cursor === undefined ? null : keyOf(query.cursor);
    const syncId = await this.computedBy(cacheKey);
    if (after && after.sync_id !== syncId) throw replaced(syncId);
    return (await this.read(syncId, query, after)).page;
  }

  /** `syncId` is the id of a sync, or of the sync that computed a preview. Throws not-found. */
  async ofSync(syncId: string, query: PreviewChangesQuery): Promise<PreviewChangePageDto> {
    const after = query.cursor === undefined ? null : keyOf(query.cursor);
    if (after && after.sync_id !== syncId) throw notACursor('belongs to another sync; start again without a cursor');
    const { exists, page } = await this.read(syncId, query, after);
    if (!exists) throw noSuchSync(syncId);
    return page;
  }

  /** How many items change by kind and field. Throws not-found. */
  async groups(cacheKey: string): Promise<ChangeGroupsDto> {
    const syncId = await this.computedBy(cacheKey);
    const [found] = await this.database.read<FoundGroups>(changeGroups(currentTenant().orgId, syncId));
    return { sync_id: syncId, is_complete: found?.is_complete ?? true, items: found?.items ?? [] };
  }

  /** All changes of the preview, page by page; resolves with the first page read, so that an error can still be sent as a problem. */
  async export(cacheKey: string): Promise<AsyncGenerator<PreviewChangeDto>> {
    const syncId = await this.computedBy(cacheKey);
    // The reader pulls outside the request's context.
    const tenant = currentTenant();
    const next = (after: Key | null) =>
      runAsTenant(tenant, async () => (await this.read(syncId, { limit: EXPORT_PAGE }, after, 'export')).page);
    return pages(await next(null), next);
  }

  /** Throws not-found for a preview that a client stored. */
  private async computedBy(cacheKey: string): Promise<string> {
    const { sync_id: syncId } = (await this.previews.get(cacheKey)).delta_data;
    if (typeof syncId !== 'string')
      throw new Problem('not-found', 'This preview was stored by a client; all of its data is in delta_data.');
    return syncId;
  }

  private async read(
    syncId: string,
    query: Pick<PreviewChangesQuery, 'kind' | 'limit'>,
    after: Key | null,
    statementKind: 'read' | 'export' = 'read',
  ) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const statement = changesPage(currentTenant().orgId, syncId, query.kind ?? null, after, limit + 1);
    const [found = { exists: false, items: [] }] = await this.database.read<FoundChanges>(statement, statementKind);
    const items = found.items.slice(0, limit).map(shown);
    const last = found.items.length > limit && items.at(-1);
    const next_cursor = last ? encodeTuple(LIST, [syncId, last.kind, last.external_id]) : null;
    return { exists: found.exists, page: { sync_id: syncId, items, next_cursor } };
  }
}

/** Of an update that was made, the members that did not change are not kept. */
function shown({ was, became, ...change }: FoundChanges['items'][number]): PreviewChangeDto {
  const fields = change.fields ?? (was && became ? diffFields(was, became) : []);
  const whole = (change.kind === 'create' ? became : change.kind === 'delete' ? was : null) as PreviewChangeDto['data'];
  return { ...change, fields, data: change.data ?? whole };
}

async function* pages(
  first: PreviewChangePageDto,
  next: (after: Key | null) => Promise<PreviewChangePageDto>,
): AsyncGenerator<PreviewChangeDto> {
  for (let page = first; ; ) {
    yield* page.items;
    if (page.next_cursor === null) return;
    page = await next(keyOf(page.next_cursor));
  }
}

type Key = ReturnType<typeof keyOf>;

function keyOf(cursor: string) {
  const [sync_id = '', kind = '', external_id = ''] = decodeTuple(LIST, 3, cursor);
  return { sync_id, kind, external_id };
}

const replaced = (syncId: string): Problem =>
  new Problem(
    'stale-preview',
    `A newer preview, computed by the sync "${syncId}", has replaced this one; start again without a cursor.`,
    {
      errors: [{ parameter: 'cursor', detail: 'belongs to a preview that was replaced' }],
    },
  );
