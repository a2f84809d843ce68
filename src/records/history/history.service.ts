import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import { decodeTuple, encodeTuple, notACursor } from '../../common/tuple.cursor.ts';
import { diffFields } from '../../planning/field.diff.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { HistoryEntryDto, HistoryPageDto, HistoryQuery, ItemIdentityDto } from './dto/history.dto.ts';
import { type Asked, type EntryKey, historyPage, identitiesOf, type StoredEntry } from './history.sql.ts';

const LIST = 'history';
/** By what people know an item of each type. */
const NAMES = { customer: 'email', product: 'sku', order: 'number' } as const;

/** What all syncs did with one item, at both of its ends. */
@Injectable()
export class HistoryService {
  constructor(private readonly database: TenantDatabase) {}

  /** The page is empty for an item that no sync has touched within the retention. Throws invalid-request when it is not said which item. */
  async page(query: HistoryQuery): Promise<HistoryPageDto> {
    const { orgId } = currentTenant();
    const asked = askedFor(query);
    const after = query.cursor === undefined ? null : keyOf(query.cursor);
    const found = await this.database.read<ItemIdentityDto>(identitiesOf(orgId, query.entity_type, asked));
    const anywhere = 'external_id' in asked && asked.connection_id === null;
    const identities = anywhere
      ? [{ connection_id: null, external_id: asked.external_id, is_bound: false }, ...found]
      : found;
    const limit = query.limit ?? 50;
    const rows = await this.database.read<StoredEntry>(
      historyPage(orgId, query.entity_type, identities, after, limit + 1),
    );
    const items = rows.slice(0, limit).map(shown);
    const last = rows.length > limit ? items.at(-1) : undefined;
    const next_cursor = last ? encodeTuple(LIST, [last.at, last.sync_id, last.external_id, last.event]) : null;
    return { identities, items, next_cursor };
  }
}

function askedFor(query: HistoryQuery): Asked {
  const { entity_type, external_id, connection_id } = query;
  const given = (['external_id', 'email', 'sku', 'number'] as const).filter((name) => query[name] !== undefined);
  const [only, ...more] = given;
  if (!only || more.length > 0)
    throw invalid('external_id', 'say which item by one of external_id, email, sku and number');
  if (external_id !== undefined) return { external_id, connection_id: connection_id ?? null };
  if (only !== NAMES[entity_type]) throw invalid(only, `is no name of a ${entity_type}; use ${NAMES[entity_type]}`);
  if (connection_id !== undefined) throw invalid('connection_id', 'goes with external_id only');
  return { name: query[only] as string };
}

const invalid = (parameter: string, detail: string): Problem =>
  new Problem('invalid-request', `${parameter}: ${detail}.`, { errors: [{ parameter, detail }] });

function keyOf(cursor: string): EntryKey {
  const [at = '', sync_id = '', external_id = '', event = ''] = decodeTuple(LIST, 4, cursor);
  if (Number.isNaN(Date.parse(at))) throw notACursor('is not a cursor of this list');
  return [at, sync_id, external_id, event];
}

function shown({ was, became, ...entry }: StoredEntry): HistoryEntryDto {
  const isUpdate = entry.event === 'updated' || entry.event === 'restored';
  return { ...entry, fields: entry.fields ?? (isUpdate && was && became ? diffFields(was, became) : []) };
}
