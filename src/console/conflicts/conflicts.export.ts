import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { ConflictDto } from './dto/conflict.dto.ts';

const COLUMNS = [
  ...['found_at', 'entity_type', 'external_id', 'source_name', 'destination_name', 'destination_id'],
  ...['error_class', 'message', 'field', 'source', 'destination', 'sync_id'],
];

/** One JSON object a line. */
export function toNdjson(conflicts: AsyncIterable<ConflictDto>): Readable {
  return Readable.from(
    (async function* () {
      for await (const conflict of conflicts) yield `${JSON.stringify(conflict)}\n`;
    })(),
  );
}

/** RFC 4180 with a header: a row a field, with both values; a conflict without fields has one row. Formulas are made text. */
export function toCsv(conflicts: AsyncIterable<ConflictDto>, { bom }: { readonly bom: boolean }): Readable {
  const csv = stringify({ bom, header: true, columns: COLUMNS, escape_formulas: true, record_delimiter: 'windows' });
  const rows = Readable.from(rowsOf(conflicts));
  rows.on('error', (error) => csv.destroy(error));
  // A client that goes away stops the reading of further pages.
  csv.on('close', () => rows.destroy());
  return rows.pipe(csv);
}

async function* rowsOf(conflicts: AsyncIterable<ConflictDto>): AsyncGenerator<object> {
  for await (const { fields, ...conflict } of conflicts) {
    if (fields.length === 0) yield conflict;
    for (const { field, source, destination } of fields)
      yield { ...conflict, field, source: cell(source), destination: cell(destination) };
  }
}

const cell = (value: unknown): unknown => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
