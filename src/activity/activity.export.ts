import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
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

/** One JSON object a line. */
export function toNdjson(entries: AsyncIterable<ActivityDto>): Readable {
  return Readable.from(
    (async function* () {
      for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
    })(),
  );
}

/**
 * RFC 4180 with a header; `details` as JSON. A cell that a spreadsheet would run as a formula is made text. With `bom`, a byte order
 * mark comes first: Excel reads what has none in the code page of the computer.
 */
export function toCsv(entries: AsyncIterable<ActivityDto>, { bom }: { readonly bom: boolean }): Readable {
  const csv = stringify({
    bom,
    header: true,
    columns: [...COLUMNS],
    escape_formulas: true,
    record_delimiter: 'windows',
  });
  const rows = Readable.from(entries);
  rows.on('error', (error) => csv.destroy(error));
  // A client that goes away stops the reading of further pages.
  csv.on('close', () => rows.destroy());
  return rows.pipe(csv);
}
