import { setImmediate } from 'node:timers/promises';
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { ConnectorError } from '../contract/connector.error.ts';
import { lenientCells, nextLine } from './csv.lenient.ts';

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
  /** Why the row cannot be read. Its cells are those before what is wrong with it. */
  readonly wrong?: string;
  /** Of a row that is wrong: no row after it can be read. */
  readonly isLast?: boolean;
}

export interface Format {
  readonly delimiter: string;
  /** The number of cells of a row, once the header is read. */
  readonly columns?: number;
}

export interface Rows {
  readonly rows: readonly Row[];
  /** Of the next row: `bytes.length` after the last. */
  readonly next: RowPosition;
}

/** Above it, a quoted cell counts as one whose quote is never closed. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;

/**
 * Reads rows from a position, at most `limit`, at least one if there is one. A row with quotes that are not closed or not doubled is
 * read as it was meant where that is certain, and otherwise is a row that is `wrong`; the rows after it are read as they stand. Throws
 * ConnectorError `protocol` for a header that does not end.
 */
export function readRows(bytes: Buffer, from: RowPosition, limit: number, format: Format): Rows {
  const { rows, next } = soundRows(bytes, from, limit, format);
  return rows.length > 0 || from.byte >= bytes.length ? { rows, next } : unsoundRow(bytes, from, format);
}

/** What is parsed before the event loop handles other work: 40 ms at worst, when each byte is a cell. */
const SLICE_BYTES = 128 * 1024;
const MAX_SLICE_ROWS = 1_000;

/** Reads all rows from a position, slice by slice, so that no file keeps the process from its other work. */
export async function* slicesOf(
  bytes: Buffer,
  from: RowPosition,
  format: Format,
  signal: AbortSignal,
): AsyncGenerator<Rows> {
  for (let at = from; at.byte < bytes.length; ) {
    if (signal.aborted) throw new ConnectorError('aborted', 'Reading the file was aborted.');
    const slice = sliceAt(bytes, at, format);
    yield slice;
    at = slice.next;
    await setImmediate();
  }
}

/** The rows up to the last line break within a slice. When the first of them does not end there, a single row. */
function sliceAt(bytes: Buffer, at: RowPosition, format: Format): Rows {
  const end = at.byte + SLICE_BYTES;
  if (end >= bytes.length) return readRows(bytes, at, MAX_SLICE_ROWS, format);
  const line = bytes.subarray(at.byte, end);
  const lineBreak = Math.max(line.lastIndexOf('\n'), line.indexOf('\n') < 0 ? line.lastIndexOf('\r') : -1);
  const slice =
    lineBreak < 0 ? null : soundRows(bytes.subarray(0, at.byte + lineBreak + 1), at, MAX_SLICE_ROWS, format);
  return slice && slice.rows.length > 0 ? slice : readRows(bytes, at, 1, format);
}

/** The rows up to the first that is not well-formed. */
function soundRows(bytes: Buffer, from: RowPosition, limit: number, { delimiter, columns }: Format): Rows {
  const rows: Row[] = [];
  let at = from;
  for (const { record, info } of parsed(bytes, from.byte, limit, delimiter)) {
    const next = { byte: from.byte + info.bytes, row: at.row + 1 };
    const cells = record.map((cell) => cell.trim());
    const span = bytes.subarray(at.byte, next.byte);
    if (isUnsound(span, cells, delimiter, columns)) break;
    rows.push({ at, cells });
    at = next;
  }
  return { rows, next: at };
}

/** A quoted cell that is not well-formed keeps its quotes, or takes in what follows it and leaves the row with other cells. */
function isUnsound(span: Buffer, cells: readonly string[], delimiter: string, columns = cells.length): boolean {
  if (cells.length !== columns && span.includes('"')) return true;
  return (
    cells.some((cell) => cell.startsWith('"')) && parsed(span, 0, 1, delimiter, { relax_quotes: false }).length === 0
  );
}

type Parsed = readonly { readonly record: readonly string[]; readonly info: Info }[];

/** The rows before the first that the parser cannot read. */
function parsed(bytes: Buffer, from: number, limit: number, delimiter: string, options = {}): Parsed {
  if (from >= bytes.length || limit === 0) return [];
  try {
    return parse(bytes.subarray(from), {
      ...{ delimiter, info: true, to: limit, max_record_size: MAX_ROW_BYTES },
      record_delimiter: ['\r\n', '\n', '\r'],
      // A row with too few cells is a problem of that row. A quote inside a cell (5" pipe) is valid.
      ...{ relax_column_count: true, relax_quotes: true },
      ...options,
    }) as unknown as Parsed;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return parsed(bytes, from, Math.min(Number(error.records ?? 0), limit - 1), delimiter, options);
  }
}

/** How far the next row is looked for that can be read. */
const MAX_LINES_SKIPPED = 200;

/** A row that is not well-formed ends with its line, or before the next line that is a row with all its cells. */
function unsoundRow(bytes: Buffer, at: RowPosition, { delimiter, columns }: Format): Rows {
  if (columns === undefined) throw new ConnectorError('protocol', `Row ${at.row} does not end. Is a quote not closed?`);
  const after = nextLine(bytes, at.byte);
  const row = at.row + 1;
  const { cells, isWhole } = lenientCells(bytes.toString('utf8', at.byte, after), delimiter, columns);
  if (isWhole) return { rows: [{ at, cells }], next: { byte: after, row } };
  // Well-formed in one line, so that only the number of its cells is wrong.
  const [strict] = parsed(bytes.subarray(0, after), at.byte, 1, delimiter, { relax_quotes: false });
  if (strict) return { rows: [{ at, cells: strict.record.map((cell) => cell.trim()) }], next: { byte: after, row } };
  const wrong = 'a quote is not closed, or quotes inside a cell are not doubled';
  let start = after;
  for (let lines = 0; lines < MAX_LINES_SKIPPED && start < bytes.length; lines += 1) {
    const [next]: readonly Row[] = soundRows(bytes, { byte: start, row }, 1, { delimiter, columns }).rows;
    if (next?.cells.length === columns) return { rows: [{ at, cells, wrong }], next: { byte: start, row } };
    start = nextLine(bytes, start);
  }
  const isLast = start >= bytes.length;
  return { rows: [{ at, cells, wrong, isLast }], next: { byte: isLast ? start : after, row } };
}
