import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ConnectorError } from '../contract/connector.error.ts';
import type { ExternalItem } from '../contract/connector.types.ts';
import { type Layout, layoutOf } from './csv.layout.ts';
import { idOf, itemOf, problemOf } from './csv.mapping.ts';
import { type Row, type RowPosition, readRows, START } from './csv.rows.ts';
import type { CsvSettings } from './csv.settings.ts';

/** The index of ids must fit in memory. */
const MAX_ROWS = 500_000;
/** After this many rows, the event loop handles other work. */
const CHUNK_ROWS = 1_000;

const isBlank = ({ cells }: Row): boolean => cells.every((cell) => cell === '');

/** Changes with the content of the file and with the settings for reading it. */
export function fingerprintOf(bytes: Buffer, { url, authorization, ...reading }: CsvSettings): string {
  return createHash('sha256').update(JSON.stringify(reading)).update(bytes).digest('hex').slice(0, 32);
}

/** One version of the file, with an index of the position of each id. */
export class CsvFile {
  readonly fingerprint: string;
  /** The number of rows that are not blank. */
  total = 0;
  /** The number of rows without an id, or with the id of an earlier row. */
  unusable = 0;
  readonly #bytes: Buffer;
  readonly #settings: CsvSettings;
  readonly #layout: Layout;
  readonly #first: RowPosition;
  readonly #index = new Map<string, RowPosition>();

  private constructor(bytes: Buffer, settings: CsvSettings) {
    const { rows, next } = readRows(bytes, START, 1, settings.delimiter);
    if (!rows[0]) throw new ConnectorError('protocol', 'The file is empty.');
    this.fingerprint = fingerprintOf(bytes, settings);
    this.#bytes = bytes;
    this.#settings = settings;
    this.#layout = layoutOf(rows[0], settings);
    this.#first = next;
  }

  /** Reads the whole file once. Throws ConnectorError `rejected` when the settings do not fit the file. */
  static async open(bytes: Buffer, settings: CsvSettings, signal: AbortSignal): Promise<CsvFile> {
    const file = new CsvFile(bytes, settings);
    for await (const rows of file.#chunks(signal)) file.#addToIndex(rows);
    return file;
  }

  /** Returns the items of at most `limit` rows and the position of the next row; null after the last row. */
  read(from: RowPosition | null, limit: number): { items: ExternalItem[]; next: RowPosition | null } {
    const { rows, next } = readRows(this.#bytes, from ?? this.#first, limit, this.#settings.delimiter);
    return {
      items: rows.filter((row) => !isBlank(row)).map((row) => this.#item(row)),
      next: next.byte < this.#bytes.length ? next : null,
    };
  }

  byIds(ids: readonly string[]): ExternalItem[] {
    return ids.flatMap((id) => {
      const at = this.#index.get(id);
      return at ? this.read(at, 1).items : [];
    });
  }

  async *items(signal: AbortSignal): AsyncGenerator<ExternalItem> {
    for await (const rows of this.#chunks(signal)) for (const row of rows) yield this.#item(row);
  }

  #addToIndex(rows: readonly Row[]): void {
    this.total += rows.length;
    if (this.total > MAX_ROWS) throw new ConnectorError('rejected', `The file has more than ${MAX_ROWS} rows.`);
    for (const row of rows) {
      const id = idOf(row, this.#layout);
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

  async *#chunks(signal: AbortSignal): AsyncGenerator<Row[]> {
    let at = this.#first;
    while (at.byte < this.#bytes.length) {
      if (signal.aborted) throw new ConnectorError('aborted', 'Reading the file was aborted.');
      const { rows, next } = readRows(this.#bytes, at, CHUNK_ROWS, this.#settings.delimiter);
      yield rows.filter((row) => !isBlank(row));
      at = next;
      await setImmediate();
    }
  }
}
