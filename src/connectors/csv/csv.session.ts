import type { EntityType } from '../canonical/canonical.types.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import type {
  Candidate,
  CheckResult,
  ConnectorSession,
  Cursor,
  ExternalItem,
  IdPage,
  ItemProblem,
  Match,
  Page,
  ReadPosition,
  ReadQuery,
  SessionContext,
  SystemIdentity,
  WriteOperation,
  WriteResult,
} from '../contract/connector.types.ts';
import type { HttpClient } from '../http/http.types.ts';
import { download, type Validators } from './csv.download.ts';
import { CsvFile, fingerprintOf } from './csv.file.ts';
import { matchesOf } from './csv.matching.ts';
import type { RowPosition } from './csv.rows.ts';
import { type CsvSettings, checkRead, readSettings } from './csv.settings.ts';

/** Keeps the latest version of the file. Every call checks for a newer one, except the later pages of a read. */
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
    const { unusable, wrong, total } = await this.#latest(signal);
    const warnings = [
      ...(unusable > 0 ? [`${unusable} of ${total} rows have no id, or the id of an earlier row.`] : []),
      ...(wrong > 0
        ? [`${wrong} of ${total} rows have a quote that is not closed, or quotes that are not doubled.`]
        : []),
    ];
    return { version: null, account: null, credentials_expire_at: null, warnings };
  }

  /** A file says nothing of itself: it is the one at this address, and its ids are those of this column. */
  async identify(): Promise<SystemIdentity> {
    const { url, entity, idColumn } = this.#settings;
    const scope = `${entity} ${idColumn}`;
    return { identity: null, place: `${url} ${scope}`, scope };
  }

  async count(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<number> {
    this.#checkQuery(entity, query);
    const file = await this.#latest(signal);
    return isUnchanged(query, file) ? 0 : file.total;
  }

  async read(entity: EntityType, query: ReadQuery, position: ReadPosition, signal: AbortSignal): Promise<Page> {
    this.#checkQuery(entity, query);
    const { cursor, pageSize } = position;
    const isSameFile = cursor !== null && cursor.file === this.#file?.fingerprint;
    const file = isSameFile ? this.#current(signal) : await this.#latest(signal);
    const watermark = { file: file.fingerprint };
    if (cursor === null && isUnchanged(query, file)) return { items: [], next: null, total: 0, watermark };
    const restarts = restartsOf(file, cursor);
    const { items, next } = await file.read(positionIn(file, cursor), pageSize, signal);
    // Rows that were read of another version are read again, as new ones: they may have changed.
    const page = { items, rows: items.length, total: file.total };
    return next ? { ...page, next: { ...watermark, ...next, restarts } } : { ...page, next: null, watermark };
  }

  async readIds(entity: EntityType, position: ReadPosition, signal: AbortSignal): Promise<IdPage> {
    const { items, next, total } = await this.read(entity, ALL, position, signal);
    return { ids: items.map(({ external_id }) => external_id), next, total };
  }

  async readByIds(entity: EntityType, ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]> {
    this.#checkQuery(entity);
    return (await this.#latest(signal)).byIds(ids, signal);
  }

  async findMatches(entity: EntityType, candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    this.#checkQuery(entity);
    const file = await this.#latest(signal);
    return matchesOf(this.#settings.entity, candidates, file.items(signal));
  }

  async write(_entity: EntityType, operations: readonly WriteOperation[]): Promise<WriteResult[]> {
    const problem = { error_class: 'read_only', message: 'A CSV file cannot be written to.' };
    return operations.map(() => ({ ok: false, problem }));
  }

  async findRefusals(entity: EntityType, operations: readonly WriteOperation[]): Promise<(ItemProblem | null)[]> {
    return (await this.write(entity, operations)).map((result) => (result.ok ? null : result.problem));
  }

  async changeToken(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<string> {
    this.#checkQuery(entity, query);
    return (await this.#latest(signal)).fingerprint;
  }

  async #latest(signal: AbortSignal): Promise<CsvFile> {
    const downloaded = await download(this.#settings, this.#http, this.#validators, signal);
    if (!downloaded) return this.#current(signal);
    const { bytes, validators } = downloaded;
    const same = this.#file?.fingerprint === fingerprintOf(bytes, this.#settings);
    const file = same ? this.#current(signal) : await CsvFile.open(bytes, this.#settings, signal);
    this.#validators = validators;
    this.#file = file;
    return file;
  }

  #current(signal: AbortSignal): CsvFile {
    if (signal.aborted) throw new ConnectorError('aborted', 'Reading the file was aborted.');
    if (this.#file) return this.#file;
    throw new ConnectorError(
      'protocol',
      'The server responded that the file has not changed, although the request did not ask that.',
    );
  }

  #checkQuery(entity: EntityType, query?: ReadQuery): void {
    checkRead(this.#settings.entity, entity, query?.filters);
  }
}

const ALL: ReadQuery = { mode: 'full', since: null, filters: {} };

/** True when the last sync read this version of the file, so that an incremental sync has nothing to do. */
const isUnchanged = ({ mode, since }: ReadQuery, { fingerprint }: CsvFile): boolean =>
  mode === 'incremental' && since?.file === fingerprint;

/** Null, which restarts the read, when the cursor belongs to another version: rows may have moved in either direction. */
function positionIn({ fingerprint }: CsvFile, cursor: Cursor | null): RowPosition | null {
  return cursor?.file === fingerprint ? (cursor as unknown as RowPosition) : null;
}

/** A file that is another one at each download would never be read to its end. */
const MAX_RESTARTS = 20;

function restartsOf({ fingerprint }: CsvFile, cursor: Cursor | null): number {
  const restarts = Number(cursor?.restarts ?? 0) + (cursor !== null && cursor.file !== fingerprint ? 1 : 0);
  if (restarts <= MAX_RESTARTS) return restarts;
  throw new ConnectorError('protocol', `The file changed ${MAX_RESTARTS} times while it was read.`, {
    permanent: true,
  });
}
