import type { Readable } from 'node:stream';
import { cell, toCsv } from '../../common/export.stream.ts';
import type { ConflictDto } from './dto/conflict.dto.ts';

const COLUMNS = [
  ...['found_at', 'entity_type', 'external_id', 'source_name', 'destination_name', 'destination_id'],
  ...['error_class', 'message', 'field', 'source', 'destination', 'sync_id'],
];

/** A row a field, with both values; a conflict without fields has one row. */
export const conflictsToCsv = (conflicts: AsyncIterable<ConflictDto>, bom: boolean): Readable =>
  toCsv(rowsOf(conflicts), { columns: COLUMNS, bom });

async function* rowsOf(conflicts: AsyncIterable<ConflictDto>): AsyncGenerator<object> {
  for await (const { fields, ...conflict } of conflicts) {
    if (fields.length === 0) yield conflict;
    for (const { field, source, destination } of fields)
      yield { ...conflict, field, source: cell(source), destination: cell(destination) };
  }
}
