import { Injectable } from '@nestjs/common';
import { DEFAULT_LIMIT } from '../common/list-query.dto.ts';
import { Problem } from '../common/problem.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { decodeChange, encodeChange, refuseAhead } from './change.cursor.ts';
import type { RecordPageDto, SyncRecordDto } from './dto/record.dto.ts';
import type { RecordParam, RecordsQuery } from './dto/requests.dto.ts';
import { type FoundRecords, findRecord, recordsPage } from './records.sql.ts';

/** Reads canonical records, one by one or as a feed of their changes. */
@Injectable()
export class RecordsService {
  constructor(private readonly database: TenantDatabase) {}

  /**
   * change_seq grows in the order of commits (src/records/sql/save_records.sql), so no change is ever inserted before a cursor. The
   * changes_cursor of the last page is the organization's last change, so that a filtered reader does not scan the other changes again.
   */
  async page(query: RecordsQuery): Promise<RecordPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.cursor === undefined ? '0' : decodeChange(query.cursor);
    const page = recordsPage(currentTenant().orgId, query, after, limit + 1);
    const [found = { last_seq: '0', items: [] }] = await this.database.read<FoundRecords>(page);
    refuseAhead(after, found.last_seq);
    const items = found.items.slice(0, limit);
    const last = items.at(-1);
    const next = found.items.length > limit && last ? encodeChange(last.change_seq) : null;
    return { items, next_cursor: next, changes_cursor: next ?? encodeChange(found.last_seq) };
  }

  /** Also returns a record that was deleted in its system. Throws not-found. */
  async get(named: RecordParam): Promise<SyncRecordDto> {
    const [row] = await this.database.read<SyncRecordDto>(findRecord(currentTenant().orgId, named));
    if (!row) throw new Problem('not-found', 'There is no such record in your organization.');
    return row;
  }
}
