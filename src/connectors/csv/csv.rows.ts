import { setImmediate } from 'node:timers/promises';
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { ConnectorError } from '../contract/connector.error.ts';

export interface RowPosition {
  /** From the start of the file. */
  readonly byte: number;
  /** Counted as in a spreadsheet: the header is row 1. */
  readonly row: number;
}

export interface Row {
  readonly at: RowPosition;
  /** Trimmed. One empty cell for an empty line. */
  readonly cells: readonly string[];
}

export const START: RowPosition = { byte: 0, row: 1 };

/** Without a limit, a quote that is never closed would make one cell of the rest of the file. */
const MAX_ROW_BYTES = 256 * 1024;

/**
 * Reads at most `limit` rows from a position, and returns the position of the next row, which is `bytes.length` after the last. Throws
 * ConnectorError `protocol` for a quote that is never closed, as at the end of a file that is still being written.
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

/** What is parsed before the event loop handles other work: 40 ms at worst, when each byte is a cell. */
const SLICE_BYTES = 128 * 1024;
const MAX_SLICE_ROWS = 1_000;

interface Slice {
  readonly rows: readonly Row[];
  readonly next: RowPosition;
}

/** Reads all rows from a position, slice by slice, so that no file keeps the process from its other work. */
export async function* slicesOf(
  bytes: Buffer,
  from: RowPosition,
  delimiter: string,
  signal: AbortSignal,
): AsyncGenerator<Slice> {
  for (let at = from; at.byte < bytes.length; ) {
    if (signal.aborted) throw new ConnectorError('aborted', 'Reading the file was aborted.');
    const slice = sliceAt(bytes, at, delimiter);
    yield slice;
    at = slice.next;
    await setImmediate();
  }
}

/** The rows up to the last line break within a slice. When that break stands between quotes, or there is none, a single row. */
function sliceAt(bytes: Buffer, at: RowPosition, delimiter: string): Slice {
  const end = at.byte + SLICE_BYTES;
  if (end >= bytes.length) return readRows(bytes, at, MAX_SLICE_ROWS, delimiter);
  const line = bytes.subarray(at.byte, end);
  const lineBreak = Math.max(line.lastIndexOf('\n'), line.indexOf('\n') < 0 ? line.lastIndexOf('\r') : -1);
  if (lineBreak >= 0) {
    try {
      return readRows(bytes.subarray(0, at.byte + lineBreak + 1), at, MAX_SLICE_ROWS, delimiter);
    } catch {
      // Also when a row before it does not end; then the single row says so.
    }
  }
  return readRows(bytes, at, 1, delimiter);
}

function parseAt(bytes: Buffer, from: RowPosition, limit: number, delimiter: string) {
  if (from.byte >= bytes.length) return [];
  try {
    return parse(bytes.subarray(from.byte), {
      ...{ delimiter, info: true, to: limit, max_record_size: MAX_ROW_BYTES },
      record_delimiter: ['\r\n', '\n', '\r'],
      // A row with too few cells is a problem of that row. A quote inside a cell (5" pipe) is valid.
      ...{ relax_column_count: true, relax_quotes: true },
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: Info }[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = from.row + Number(error.records ?? 0);
    throw new ConnectorError('protocol', `Row ${row} does not end. Is a quote not closed, or is the file truncated?`);
  }
}
