import { CsvError, type Info, parse } from 'csv-parse/sync';
import { ConnectorError } from '../contract/connector.error.ts';

export interface RowPosition {
  /** From the start of the file. */
  readonly byte: number;
  /** As a spreadsheet counts: the header is 1. */
  readonly row: number;
}

export interface Row {
  readonly at: RowPosition;
  /** Trimmed. One empty cell for an empty line. */
  readonly cells: readonly string[];
}

export const START: RowPosition = { byte: 0, row: 1 };

/** In bytes. A quote that is never closed would otherwise make one cell of the rest. */
const LONGEST_ROW = 256 * 1024;

/**
 * At most `limit` rows from a position on, and where the next begins: at `bytes.length` when there is none. Throws ConnectorError
 * `protocol` for a quote that is never closed, as at the end of a file that is still being written.
 */
export function readRows(
  bytes: Buffer,
  from: RowPosition,
  limit: number,
  delimiter: string,
): { readonly rows: readonly Row[]; readonly next: RowPosition } {
  const rows: Row[] = [];
  let at = from;
  for (const { record, info } of parseAt(bytes, from, limit, delimiter)) {
    rows.push({ at, cells: record.map((cell) => cell.trim()) });
    at = { byte: from.byte + info.bytes, row: at.row + 1 };
  }
  return { rows, next: at };
}

function parseAt(bytes: Buffer, from: RowPosition, limit: number, delimiter: string) {
  if (from.byte >= bytes.length) return [];
  try {
    return parse(bytes.subarray(from.byte), {
      ...{ delimiter, info: true, to: limit, max_record_size: LONGEST_ROW },
      record_delimiter: ['\r\n', '\n', '\r'],
      // A row with too few cells is that row's problem, a quote inside of a cell (5" pipe) is none.
      ...{ relax_column_count: true, relax_quotes: true },
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: Info }[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = from.row + Number(error.records ?? 0);
    throw new ConnectorError('protocol', `Row ${row} does not end: is a quote not closed, or the file cut off?`);
  }
}
