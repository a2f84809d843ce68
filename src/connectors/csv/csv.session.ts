import type { EntityType } from '../canonical/canonical.types.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import type {
  Candidate,
  CheckResult,
  ConnectorSession,
  Cursor,
  ExternalItem,
  Page,
  ReadPosition,
  ReadQuery,
  SessionContext,
  WriteOperation,
  WriteResult,
} from '../contract/connector.types.ts';
import type { HttpClient } from '../http/http.types.ts';
import { download, type Validators } from './csv.download.ts';
import { CsvFile, fingerprintOf } from './csv.file.ts';
import { matchesOf } from './csv.matching.ts';
import type { RowPosition } from './csv.rows.ts';
import { type CsvSettings, readSettings } from './csv.settings.ts';

/** Keeps the newest version of the file that it has seen; every call but a page of a walk through it asks for a newer one. */
export class CsvSession implements ConnectorSession {
  readonly #settings: CsvSettings;
  readonly #http: HttpClient;
  #file: CsvFile | undefined;
  #validators: Validators = {};

  constructor({ connection, http }: SessionContext) {
    this.#settings = readSettings(connection);
    this.#http = http;
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    const { unusable, total } = await this.#newest(signal);
    const warnings = unusable > 0 ? [`${unusable} of ${total} rows have no id, or one that another row has.`] : [];
    return { version: null, account: null, credentials_expire_at: null, warnings };
  }

  async count(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<number> {
    this.#refuseUnknown(entity, query);
    const file = await this.#newest(signal);
    return isKnown(query, file) ? 0 : file.total;
  }

  async read(entity: EntityType, query: ReadQuery, position: ReadPosition, signal: AbortSignal): Promise<Page> {
    this.#refuseUnknown(entity, query);
    const { cursor, pageSize } = position;
    const goesOn = cursor !== null && cursor.file === this.#file?.fingerprint;
    const file = goesOn ? this.#held(signal) : await this.#newest(signal);
    const watermark = { file: file.fingerprint };
    if (cursor === null && isKnown(query, file)) return { items: [], next: null, total: 0, watermark };
    const { items, next } = file.read(placeIn(file, cursor), pageSize);
    const { total } = file;
    return next ? { items, total, next: { ...watermark, ...next } } : { items, total, next: null, watermark };
  }

  async readByIds(entity: EntityType, ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]> {
    this.#refuseUnknown(entity);
    return (await this.#newest(signal)).byIds(ids);
  }

  async findMatches(
    entity: EntityType,
    candidates: readonly Candidate[],
    signal: AbortSignal,
  ): Promise<ExternalItem[][]> {
    this.#refuseUnknown(entity);
    const file = await this.#newest(signal);
    return matchesOf(this.#settings.entity, candidates, file.items(signal));
  }

  async write(_entity: EntityType, operations: readonly WriteOperation[]): Promise<WriteResult[]> {
    const problem = { error_class: 'read_only', message: 'A CSV file cannot be written to.' };
    return operations.map(() => ({ ok: false, problem }));
  }

  async changeToken(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<string> {
    this.#refuseUnknown(entity, query);
    return (await this.#newest(signal)).fingerprint;
  }

  async #newest(signal: AbortSignal): Promise<CsvFile> {
    const got = await download(this.#settings, this.#http, this.#validators, signal);
    if (!got) return this.#held(signal);
    const same = this.#file?.fingerprint === fingerprintOf(got.bytes, this.#settings);
    const file = same ? this.#held(signal) : await CsvFile.open(got.bytes, this.#settings, signal);
    this.#validators = got.validators;
    this.#file = file;
    return file;
  }

  #held(signal: AbortSignal): CsvFile {
    if (signal.aborted) throw new ConnectorError('aborted', 'Reading the file was broken off.');
    if (this.#file) return this.#file;
    throw new ConnectorError('protocol', 'The server says that the file has not changed, and was not asked that.');
  }

  #refuseUnknown(entity: EntityType, query?: ReadQuery): void {
    if (entity !== this.#settings.entity)
      throw new ConnectorError('rejected', `The rows of this file are ${this.#settings.entity}s, not ${entity}s.`);
    const [filter] = Object.keys(query?.filters ?? {});
    if (filter !== undefined) throw new ConnectorError('rejected', `A CSV file has no filter ${filter}.`);
  }
}

/** An incremental sync of the file that the last one read has nothing to do. */
const isKnown = ({ mode, since }: ReadQuery, { fingerprint }: CsvFile): boolean =>
  mode === 'incremental' && since?.file === fingerprint;

/** From the top when the cursor is one of another version: rows may have moved either way. */
function placeIn({ fingerprint }: CsvFile, cursor: Cursor | null): RowPosition | null {
  return cursor?.file === fingerprint ? (cursor as unknown as RowPosition) : null;
}
