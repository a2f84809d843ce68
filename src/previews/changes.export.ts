import type { Readable } from 'node:stream';
import { cell, toCsv } from '../common/export.stream.ts';
import type { PreviewChangeDto } from './dto/preview.dto.ts';

const COLUMNS = ['kind', 'external_id', 'destination_id', 'field', 'old', 'new', 'reason'];

/** A row a field, with the old and the new value; a change without fields, such as a create, has one row. */
export const changesToCsv = (changes: AsyncIterable<PreviewChangeDto>, bom: boolean): Readable =>
  toCsv(rowsOf(changes), { columns: COLUMNS, bom });

async function* rowsOf(changes: AsyncIterable<PreviewChangeDto>): AsyncGenerator<object> {
  for await (const { fields, data: _, ...change } of changes) {
    if (fields.length === 0) yield change;
    for (const { field, old, new: next } of fields) yield { ...change, field, old: cell(old), new: cell(next) };
  }
}
