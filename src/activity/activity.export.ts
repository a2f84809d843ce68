import type { Readable } from 'node:stream';
import { toCsv } from '../common/export.stream.ts';
import type { ActivityDto } from './dto/activity.dto.ts';

const COLUMNS = [
  'created_at',
  'id',
  'org_id',
  'sync_id',
  'entity_type',
  'activity_type',
  'status',
  'source_system',
  'user_id',
  'record_count',
  'duration_seconds',
  'error_message',
  'details',
] as const satisfies readonly (keyof ActivityDto)[];

/** A row an entry, with its `details` as JSON. */
export const activityToCsv = (entries: AsyncIterable<ActivityDto>, bom: boolean): Readable =>
  toCsv(entries, { columns: COLUMNS, bom });
