import { exactDecimal } from '../border/exact.value.ts';
import { shownText } from '../border/shown.value.ts';
import type { CanonicalData } from '../canonical/canonical.types.ts';
import type { ExternalItem } from '../contract/connector.types.ts';
import type { Layout } from './csv.layout.ts';
import type { CellKind } from './csv.members.ts';
import type { Row } from './csv.rows.ts';
import type { DecimalMark } from './csv.settings.ts';

/** Also what the export of WooCommerce writes for its states. A draft is -1. */
const YES: ReadonlySet<string> = new Set([
  ...[
    '1',
    'true',
    'yes',
    'y',
    'publish',
    'visible',
    'catalog',
    'search',
    'instock',
    'onbackorder',
    'backorder',
    'taxable',
  ],
]);
const NO: ReadonlySet<string> = new Set([
  ...['0', '-1', '\u22121', 'false', 'no', 'n', 'draft', 'private', 'pending', 'hidden', 'outofstock', 'none'],
]);
const MAX_ID_LENGTH = 200;
const MAX_RAW_LENGTH = 200;
const MAX_VALUE_LENGTH = 60;
/** The replacement character: the HTTP layer puts it in place of bytes that are not UTF-8. */
const NOT_UTF8 = '\uFFFD';

/** Longer ones are no cells of a list, but what a quote took in that was closed elsewhere. */
const MAX_CELL_LENGTH = 256 * 1024;
/** What exporters put before a cell that a spreadsheet would run as a formula. */
const EXPORTERS_APOSTROPHE = /^'(?=[=+\-@\t\r\n])/;
/** The shop's export has it for the stock of a variation that its product counts. */
const COUNTED_BY_PARENT = 'parent';

/** Null for an empty cell, undefined for a value of another kind. `1,234.50` is not a decimal, because its marks are ambiguous. */
export function cellValue(cell: string, kind: CellKind, mark: DecimalMark): string | boolean | null | undefined {
  if (cell === '') return null;
  if (kind === 'text') return cell;
  if (kind === 'price' || kind === 'quantity')
    return mark === '.' ? exactDecimal(cell) : cell.includes('.') ? undefined : exactDecimal(cell.replace(',', '.'));
  if (kind === 'country') return /^[a-z]{2}$/i.test(cell) ? cell.toUpperCase() : undefined;
  const word = cell.toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

/** Undefined when the row has no usable id. */
export function idOf({ cells }: Row, { idIndex }: Layout): string | undefined {
  const id = textOf(cells[idIndex]);
  return id === '' || id.length > MAX_ID_LENGTH || id.includes(NOT_UTF8) ? undefined : id;
}

const textOf = (cell = ''): string => cell.replace(EXPORTERS_APOSTROPHE, '').trim();

/** Maps one row to its canonical shape, or to a problem. Pure. */
export function itemOf(row: Row, layout: Layout): ExternalItem {
  const id = idOf(row, layout);
  if (id === undefined) return problemOf(row, layout, 'no_id', `it needs an id of 1 to ${MAX_ID_LENGTH} characters`);
  if (row.wrong !== undefined) return problemOf(row, layout, 'invalid_quotes', row.wrong);
  const found = row.cells.length;
  const wanted = layout.names.length;
  if (found !== wanted)
    return problemOf(row, layout, 'wrong_cell_count', `${found} cells, where the header has ${wanted}`);
  const data: Record<string, unknown> = {};
  for (const { path, kind, index } of layout.columns) {
    const cell = textOf(row.cells[index]);
    const name = layout.names[index];
    if (cell.length > MAX_CELL_LENGTH)
      return problemOf(row, layout, 'too_long', `${name} has ${cell.length} characters, more than ${MAX_CELL_LENGTH}`);
    if (cell.includes(NOT_UTF8)) return problemOf(row, layout, 'not_utf8', `${name} is not UTF-8`);
    const value = path === 'stock' && cell === COUNTED_BY_PARENT ? null : cellValue(cell, kind, layout.decimalMark);
    if (value === undefined) return problemOf(row, layout, ...notA(kind, path, name, cell));
    // A flag is never null. An empty cell leaves it out.
    if (value !== null || kind !== 'flag') put(data, path, value);
  }
  return { external_id: id, data: data as CanonicalData };
}

function notA(kind: CellKind, path: string, name: string | undefined, cell: string): [string, string] {
  const isNumber = kind === 'price' || kind === 'quantity';
  const shown = shownText(JSON.stringify(cell), MAX_VALUE_LENGTH);
  return [`invalid_${isNumber ? kind : path}`, `${name} is not a ${isNumber ? 'number' : kind}: ${shown}`];
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
