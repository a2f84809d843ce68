import type { CanonicalData } from '../canonical/canonical.types.ts';
import { toDecimal } from '../canonical/decimal.ts';
import type { ExternalItem } from '../contract/connector.types.ts';
import type { Layout } from './csv.layout.ts';
import type { CellKind } from './csv.members.ts';
import type { Row } from './csv.rows.ts';
import type { DecimalMark } from './csv.settings.ts';

const YES: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'y']);
const NO: ReadonlySet<string> = new Set(['0', 'false', 'no', 'n']);
const MAX_ID_LENGTH = 200;
const MAX_RAW_LENGTH = 200;
/** The replacement character: the HTTP layer puts it in place of bytes that are not UTF-8. */
const NOT_UTF8 = '\uFFFD';

const NUMBERS: Readonly<Record<DecimalMark, RegExp>> = {
  '.': /^[+-]?\d{1,30}(\.\d{1,20})?$/,
  ',': /^[+-]?\d{1,30}(,\d{1,20})?$/,
};

/** Null for an empty cell, undefined for a value of another kind. `1,234.50` is not a decimal, because its marks are ambiguous. */
export function cellValue(cell: string, kind: CellKind, mark: DecimalMark): string | boolean | null | undefined {
  if (cell === '') return null;
  if (kind === 'text') return cell;
  if (kind === 'decimal')
    return NUMBERS[mark].test(cell) ? toDecimal(cell.replace('+', '').replace(',', '.')) : undefined;
  if (kind === 'country') return /^[a-z]{2}$/i.test(cell) ? cell.toUpperCase() : undefined;
  const word = cell.toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

/** Undefined when the row has no usable id. */
export function idOf({ cells }: Row, { idIndex }: Layout): string | undefined {
  const id = cells[idIndex] ?? '';
  return id === '' || id.length > MAX_ID_LENGTH || id.includes(NOT_UTF8) ? undefined : id;
}

/** Maps one row to its canonical shape, or to a problem. Pure. */
export function itemOf(row: Row, layout: Layout): ExternalItem {
  const id = idOf(row, layout);
  if (id === undefined) return problemOf(row, layout, 'no_id', `it needs an id of 1 to ${MAX_ID_LENGTH} characters`);
  const found = row.cells.length;
  const wanted = layout.names.length;
  if (found !== wanted)
    return problemOf(row, layout, 'wrong_cell_count', `${found} cells, where the header has ${wanted}`);
  const data: Record<string, unknown> = {};
  for (const { path, kind, index } of layout.columns) {
    const cell = row.cells[index] as string;
    const name = layout.names[index];
    if (cell.includes(NOT_UTF8)) return problemOf(row, layout, 'not_utf8', `${name} is not UTF-8`);
    const value = cellValue(cell, kind, layout.decimalMark);
    if (value === undefined) return problemOf(row, layout, `invalid_${path}`, `${name} is not a ${kind}`);
    // A flag is never null. An empty cell leaves it out.
    if (value !== null || kind !== 'flag') put(data, path, value);
  }
  return { external_id: id, data: data as CanonicalData };
}

/** Keeps the row's id if it has one, so that the earlier record stays and a retry finds it. */
export function problemOf(row: Row, layout: Layout, error_class: string, what: string): ExternalItem {
  const cells = layout.names.map((name, index) => [name, (row.cells[index] ?? '').slice(0, MAX_RAW_LENGTH)]);
  return {
    external_id: error_class === 'duplicate_id' ? rowName(row) : (idOf(row, layout) ?? rowName(row)),
    data: null,
    problem: { error_class, message: `Row ${row.at.row}: ${what}.` },
    raw: Object.fromEntries(cells),
  };
}

const rowName = ({ at }: Row): string => `row:${at.row}`;

function put(data: Record<string, unknown>, path: string, value: unknown): void {
  const [member, part] = path.split('.') as [string, string?];
  if (part === undefined) data[member] = value;
  else data[member] = { ...(data[member] as object | undefined), [part]: value };
}
