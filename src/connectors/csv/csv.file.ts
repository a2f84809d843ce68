import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ConnectorError } from '../contract/connector.error.ts';
import type { ExternalItem } from '../contract/connector.types.ts';
import { type Layout, layoutOf } from './csv.layout.ts';
import { idOf, itemOf, problemOf } from './csv.mapping.ts';
import { type Row, type RowPosition, readRows, START } from './csv.rows.ts';
import type { CsvSettings } from './csv.settings.ts';

/** Of an index that has to fit into memory. */
const MAX_ROWS = 500_000;
/** Parsed at a stretch; then others have a turn. */
const STRETCH = 1_000;

const isBlank = ({ cells }: Row): boolean => cells.every((cell) => cell === '');

/** Changes with the file and with the settings that say how it is read. */
export function fingerprintOf(bytes: Buffer, { url, authorization, ...reading }: CsvSettings): string {
  return createHash('sha256').update(JSON.stringify(reading)).update(bytes).digest('hex').slice(0, 32);
}

/** One version of the file, with where each id stands in it. */
export class CsvFile {
  readonly fingerprint: string;
  /** Rows that are not blank. */
  total = 0;
  /** Rows whose id another row has, or that have none. */
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

  /** Walks it once. Throws ConnectorError `rejected` when it cannot be read with these settings. */
  static async open(bytes: Buffer, settings: CsvSettings, signal: AbortSignal): Promise<CsvFile> {
    const file = new CsvFile(bytes, settings);
    for await (const rows of file.#stretches(signal)) file.#enter(rows);
    return file;
  }

  /** The items of at most `limit` rows, and where the next begins; null: that was the last. */
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
    for await (const rows of this.#stretches(signal)) for (const row of rows) yield this.#item(row);
  }

  #enter(rows: readonly Row[]): void {
    this.total += rows.length;
    if (this.total > MAX_ROWS) throw new ConnectorError('rejected', `The file has more than ${MAX_ROWS} rows.`);
    for (const row of rows) {
      const id = idOf(row, this.#layout);
      if (id === undefined || this.#index.has(id)) this.unusable += 1;
      else this.#index.set(id, row.at);
    }
  }

  /** The first row with an id is the one that counts. */
  #item(row: Row): ExternalItem {
    const first = this.#index.get(idOf(row, this.#layout) ?? '');
    if (!first || first.row === row.at.row) return itemOf(row, this.#layout);
    return problemOf(row, this.#layout, 'duplicate_id', `row ${first.row} has the same id, and was taken`);
  }

  async *#stretches(signal: AbortSignal): AsyncGenerator<Row[]> {
    let at = this.#first;
    while (at.byte < this.#bytes.length) {
      if (signal.aborted) throw new ConnectorError('aborted', 'Reading the file was broken off.');
      const { rows, next } = readRows(this.#bytes, at, STRETCH, this.#settings.delimiter);
      yield rows.filter((row) => !isBlank(row));
      at = next;
      await setImmediate();
    }
  }
}
