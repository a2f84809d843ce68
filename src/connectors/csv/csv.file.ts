import { createHash } from 'node:crypto';
import { ConnectorError } from '../contract/connector.error.ts';
import type { ExternalItem } from '../contract/connector.types.ts';
import { type Layout, layoutOf } from './csv.layout.ts';
import { idOf, itemOf, problemOf } from './csv.mapping.ts';
import { type Format, type Row, type RowPosition, readRows, slicesOf } from './csv.rows.ts';
import { startOf } from './csv.separator.ts';
import type { CsvSettings } from './csv.settings.ts';

/** The index of ids must fit in memory. Blank rows count: a spreadsheet that was saved with a million of them takes as long to read. */
const MAX_ROWS = 500_000;

const isBlank = ({ cells, wrong }: Row): boolean => wrong === undefined && cells.every((cell) => cell === '');

/** Changes with the content of the file and with the settings for reading it. */
export function fingerprintOf(bytes: Buffer, { url, authorization, ...reading }: CsvSettings): string {
  return createHash('sha256').update(JSON.stringify(reading)).update(bytes).digest('hex').slice(0, 32);
}

interface CsvPage {
  readonly items: ExternalItem[];
  readonly next: RowPosition | null;
}

/** One version of the file, with an index of the position of each id. */
export class CsvFile {
  readonly fingerprint: string;
  /** The number of rows that are not blank. */
  total = 0;
  /** The number of rows without an id, or with the id of an earlier row. */
  unusable = 0;
  /** The number of rows whose quotes leave open what was meant. */
  wrong = 0;
  /** The last row that may be that of any id, or after which the file may be cut off; 0 for none. */
  #unsure = 0;
  readonly #bytes: Buffer;
  readonly #layout: Layout;
  readonly #first: RowPosition;
  readonly #format: Format;
  readonly #index = new Map<string, RowPosition>();

  private constructor(bytes: Buffer, settings: CsvSettings) {
    const { delimiter, start } = startOf(bytes, settings.delimiter);
    const { rows, next } = readRows(bytes, start, 1, { delimiter });
    if (!rows[0]) throw new ConnectorError('protocol', 'The file is empty.');
    this.fingerprint = fingerprintOf(bytes, settings);
    this.#bytes = bytes;
    this.#layout = layoutOf(rows[0], settings);
    this.#format = { delimiter, columns: rows[0].cells.length };
    this.#first = next;
  }

  /** Reads the whole file once. Throws ConnectorError `rejected` when the settings do not fit the file. */
  static async open(bytes: Buffer, settings: CsvSettings, signal: AbortSignal): Promise<CsvFile> {
    const file = new CsvFile(bytes, settings);
    for await (const { rows } of file.#slices(null, signal)) file.#addToIndex(rows);
    return file;
  }

  /** Returns the items of at most `limit` rows that are not blank, and the position of the next row; null after the last row. */
  async read(from: RowPosition | null, limit: number, signal: AbortSignal): Promise<CsvPage> {
    const items: ExternalItem[] = [];
    for await (const { rows } of this.#slices(from, signal)) {
      for (const row of rows) {
        if (isBlank(row)) continue;
        if (items.length === limit) return { items, next: row.at };
        items.push(this.#item(row));
      }
    }
    return { items, next: null };
  }

  async byIds(ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]> {
    const found: ExternalItem[] = [];
    for (const id of ids) {
      const at = this.#index.get(id);
      if (at) found.push(...(await this.read(at, 1, signal)).items);
      else if (this.#unsure > 0) found.push(this.#maybe(id));
    }
    return found;
  }

  async *items(signal: AbortSignal): AsyncGenerator<ExternalItem> {
    for await (const { rows } of this.#slices(null, signal))
      for (const row of rows) if (!isBlank(row)) yield this.#item(row);
  }

  /** That an id is not found is no proof that its row is gone while a row cannot be read. */
  #maybe(external_id: string): ExternalItem {
    const message = `Row ${this.#unsure} cannot be read. It may be that of this item, or the file ends there too early.`;
    return { external_id, data: null, problem: { error_class: 'invalid_quotes', message } };
  }

  #addToIndex(rows: readonly Row[]): void {
    if ((rows.at(-1)?.at.row ?? 0) > MAX_ROWS)
      throw new ConnectorError('rejected', `The file has more than ${MAX_ROWS} rows, blank ones included.`);
    for (const row of rows) {
      if (isBlank(row)) continue;
      this.total += 1;
      const id = idOf(row, this.#layout);
      if (row.wrong !== undefined) {
        this.wrong += 1;
        if (id === undefined || row.isLast) this.#unsure = row.at.row;
      }
      if (id === undefined || this.#index.has(id)) this.unusable += 1;
      else this.#index.set(id, row.at);
    }
  }

  /** The first row with an id counts. */
  #item(row: Row): ExternalItem {
    const first = this.#index.get(idOf(row, this.#layout) ?? '');
    if (!first || first.row === row.at.row) return itemOf(row, this.#layout);
    return problemOf(row, this.#layout, 'duplicate_id', `row ${first.row} has the same id and was used`);
  }

  #slices(from: RowPosition | null, signal: AbortSignal) {
    return slicesOf(this.#bytes, from ?? this.#first, this.#format, signal);
  }
}
