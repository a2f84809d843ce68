/** How quotes inside a quoted cell may be meant. */
interface Reading {
  /** `\"` is a quote. */
  readonly escapes: boolean;
  /** `""` before a delimiter is a quote and the end of the cell. */
  readonly ends: boolean;
}

const READINGS: readonly Reading[] = [
  { escapes: false, ends: false },
  { escapes: false, ends: true },
  { escapes: true, ends: false },
  { escapes: true, ends: true },
];

export interface LenientCells {
  /** Trimmed. Of a row that is not whole, those before the first that cannot be read. */
  readonly cells: readonly string[];
  readonly isWhole: boolean;
}

/** The cells of a line whose quotes are not doubled, if exactly one reading of it has `columns` cells. */
export function lenientCells(line: string, delimiter: string, columns: number): LenientCells {
  const readings = READINGS.map((reading) => readLine(line.replace(/[\r\n]+$/, ''), delimiter, reading));
  const fitting = readings.filter(({ cells, isWhole }) => isWhole && cells.length === columns);
  const [first] = fitting;
  if (first && new Set(fitting.map(({ cells }) => JSON.stringify(cells))).size === 1) return first;
  return { cells: certainCells(line, delimiter), isWhole: false };
}

/** The cells before the first whose quotes can be meant in more than one way. */
function certainCells(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at < line.length; ) {
    const isPlain = !isQuoted(line, at, delimiter);
    const cell = isPlain ? plainCell(line, at, delimiter) : wellFormedCell(line, at, delimiter);
    if (!cell) break;
    cells.push(cell.text.trim());
    at = cell.end + 1;
  }
  return cells;
}

function wellFormedCell(line: string, from: number, delimiter: string): Cell | null {
  const start = afterBlanks(line, from, delimiter);
  const [whole = '', inner = ''] = /^"((?:[^"\\]|"")*)"/.exec(line.slice(start)) ?? [];
  const end = whole === '' ? -1 : endAfter(line, start + whole.length - 1, delimiter);
  return end < 0 ? null : { text: inner.replaceAll('""', '"'), end };
}

/** The position after the line break that ends the line; the end of the file when none does. */
export function nextLine(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === LF) return at + 1;
    if (bytes[at] === CR) return at + (bytes[at + 1] === LF ? 2 : 1);
  }
  return bytes.length;
}

const LF = 0x0a;
const CR = 0x0d;

function readLine(line: string, delimiter: string, reading: Reading): LenientCells {
  const cells: string[] = [];
  for (let at = 0; ; ) {
    const cell = isQuoted(line, at, delimiter)
      ? quotedCell(line, at, delimiter, reading)
      : plainCell(line, at, delimiter);
    if (!cell) return { cells, isWhole: false };
    cells.push(cell.text.trim());
    if (cell.end >= line.length) return { cells, isWhole: true };
    at = cell.end + 1;
  }
}

interface Cell {
  readonly text: string;
  /** Of the delimiter after it, or of the line. */
  readonly end: number;
}

const afterBlanks = (line: string, from: number, delimiter: string): number => {
  let at = from;
  while (at < line.length && line[at] !== delimiter && /\s/.test(line[at] as string)) at += 1;
  return at;
};

const isQuoted = (line: string, from: number, delimiter: string): boolean =>
  line[afterBlanks(line, from, delimiter)] === '"';

function plainCell(line: string, from: number, delimiter: string): Cell {
  const at = line.indexOf(delimiter, from);
  const end = at < 0 ? line.length : at;
  return { text: line.slice(from, end), end };
}

/** Null when its quote is not closed in the line. */
function quotedCell(line: string, from: number, delimiter: string, { escapes, ends }: Reading): Cell | null {
  let text = '';
  for (let at = afterBlanks(line, from, delimiter) + 1; at < line.length; at += 1) {
    const [char, following] = [line[at], line[at + 1]];
    if (char === '\\' && following === '"' && (escapes || endAfter(line, at + 1, delimiter) < 0)) {
      text += '"';
      at += 1;
    } else if (char !== '"') text += char;
    else if (endAfter(line, at, delimiter) >= 0) return { text, end: endAfter(line, at, delimiter) };
    else if (following === '"') {
      text += '"';
      at += 1;
      const end = ends ? endAfter(line, at, delimiter) : -1;
      if (end >= 0) return { text, end };
    } else text += '"';
  }
  return null;
}

/** Where a cell ends that a quote closes here; -1 when something else follows the quote. */
function endAfter(line: string, quote: number, delimiter: string): number {
  const end = afterBlanks(line, quote + 1, delimiter);
  return end >= line.length || line[end] === delimiter ? end : -1;
}
