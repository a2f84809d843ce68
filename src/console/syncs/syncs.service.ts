import { Injectable } from '@nestjs/common';
import { isInstant } from '../../common/cursor.ts';
import { Problem } from '../../common/problem.ts';
import { ACTIVE_STATUSES, SYNC_STATUSES, type SyncStatus } from '../../common/sync-status.ts';
import { decodeTuple, encodeTuple, notACursor } from '../../common/tuple.cursor.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { SyncsQuery } from './dto/requests.dto.ts';
import type { SyncPageDto } from './dto/sync.dto.ts';
import { type FoundSync, syncsPage, type WantedSyncs } from './syncs.sql.ts';

const DEFAULT_LIMIT = 50;
const FAILED_STATUSES: readonly SyncStatus[] = ['failed', 'completed_with_errors', 'timeout'];
const isActive = (status: SyncStatus): boolean => (ACTIVE_STATUSES as readonly SyncStatus[]).includes(status);

@Injectable()
export class SyncsService {
  constructor(private readonly database: TenantDatabase) {}

  /** Throws invalid-request when the period is empty, or the cursor is of another list. */
  async page(query: SyncsQuery): Promise<SyncPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const wanted = wantedBy(query);
    if (wanted === null) return { items: [], next_cursor: null };
    const rows = await this.database.read<FoundSync>(syncsPage(currentTenant().orgId, wanted, limit + 1));
    const found = rows.flatMap(({ sync }) => sync ?? []);
    // A search that stopped before the page was full goes on behind the last sync that it looked at.
    const last = found.length > limit ? rows[limit - 1] : rows.find(({ sync }) => sync === null);
    return {
      items: found.slice(0, limit),
      next_cursor: last ? encodeTuple(listOf(query), [last.sort_at, last.sync_id]) : null,
    };
  }
}

/** A cursor goes on in its own order only. */
const listOf = ({ sort }: SyncsQuery): string => `syncs ${sort}`;

/** Null when no sync can be as it is asked for. */
function wantedBy(query: SyncsQuery): WantedSyncs | null {
  const { q, conflicts, entity_type, source_system, kind, user_id: user, connection_id, from, to } = query;
  const { sort = '-started_at' } = query;
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) {
    const detail = 'must be before to';
    throw new Problem('invalid-request', `from ${detail}.`, { errors: [{ parameter: 'from', detail }] });
  }
  const statuses = statusesOf(query);
  if (statuses !== null && statuses.length === 0) return null;
  const by = sort.endsWith('completed_at') ? 'ended' : 'started';
  const [after_at, after_id] = query.cursor === undefined ? [] : decodeTuple(listOf(query), 2, query.cursor);
  if (after_at !== undefined && !isInstant(after_at))
    throw notACursor('is not a cursor of this list; use a cursor of an earlier response unchanged');
  return {
    ...{ q, conflicts, entity_type, source_system, kind, user, connection_id, by, after_at, after_id },
    ...{ from: from && utc(from), to: to && utc(to) },
    statuses: statuses ?? [],
    upwards: !sort.startsWith('-'),
  };
}

/** The statuses that all of the filters leave; null when there is no such filter. */
function statusesOf({ status, active, failed }: SyncsQuery): SyncStatus[] | null {
  if (status === undefined && active === undefined && failed === undefined) return null;
  return SYNC_STATUSES.filter(
    (one) =>
      (status === undefined || one === status) &&
      (active === undefined || isActive(one) === active) &&
      (failed === undefined || FAILED_STATUSES.includes(one) === failed),
  );
}

/** A time without a zone is UTC, as everything here. */
const utc = (time: string): string => (/(Z|[+-]\d\d:?\d\d)$/i.test(time) || !time.includes('T') ? time : `${time}Z`);
