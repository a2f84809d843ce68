import { contradiction } from '../../border/fetch.bound.ts';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpClient } from '../../http/http.types.ts';
import { Json2Api } from '../api/json2.api.ts';
import { JsonRpcApi } from '../api/jsonrpc.api.ts';
import { OdooFault } from '../api/odoo.fault.ts';
import type { CallOptions, Domain, MethodArguments, OdooApi, Row, Values } from '../api/odoo-api.types.ts';
import { isRecord } from '../api/response.reader.ts';
import { RetryingApi } from '../api/retrying.api.ts';
import { detectVersion, type OdooVersion } from '../api/version.detection.ts';
import type { OdooSettings } from '../odoo.settings.ts';
import { idOf, text } from './odoo.values.ts';

/** Of all records in the domain, by id; with a limit the first of them, by `order`. */
export type Search = SearchOfAll | SearchOfFirst;

interface SearchOfFirst extends Omit<SearchOfAll, 'order' | 'limit'> {
  readonly order?: string;
  readonly limit: number;
}

interface SearchOfAll {
  readonly domain: Domain;
  readonly fields: readonly string[];
  readonly order?: undefined;
  readonly limit?: undefined;
}

/** Any other method may change something. */
const READS: ReadonlySet<string> = new Set(
  'search_read search_count read fields_get context_get has_access check_access_rights'.split(' '),
);

export type AccessOperation = 'read' | 'create' | 'write' | 'unlink';

/** What `fields_get` returns for a field that the server has and the user may see. */
interface FieldInfo {
  readonly type: string;
  /** Decimal places of a float, if they are fixed. */
  readonly decimals: number | null;
}

/** The owner of the key; null where the server does not say. */
export interface OdooUser {
  readonly uid: number | null;
  readonly language: string | null;
}

/** A sync is not a person: what it writes adds no follower, no line in the chatter and no mail. */
const QUIET: Values = { tracking_disable: true, mail_create_nolog: true, mail_create_nosubscribe: true };

export type FieldInfos = ReadonlyMap<string, FieldInfo>;

/** The calls of one session. Reads include archived records, writes are quiet, and all use the language and company of the settings. */
export class OdooClient {
  readonly settings: OdooSettings;
  readonly #http: HttpClient;
  readonly #infos = new Map<string, Promise<FieldInfos>>();
  #version: Promise<OdooVersion> | null = null;
  #api: Promise<OdooApi> | null = null;
  #user: Promise<OdooUser> | null = null;

  constructor(settings: OdooSettings, http: HttpClient) {
    this.settings = settings;
    this.#http = http;
  }

  version(signal: AbortSignal): Promise<OdooVersion> {
    this.#version ??= detectVersion(this.#http, this.settings.baseUrl, signal).catch((error) => {
      this.#version = null;
      throw error;
    });
    return this.#version;
  }

  /** The first rows of a search with a limit, which may be fewer than there are; without one all of them, by id. */
  searchRead(model: string, search: Search, signal: AbortSignal): Promise<Row[]> {
    return search.limit === undefined ? this.#searchAll(model, search, signal) : this.#search(model, search, signal);
  }

  /** A module or a proxy may cap an answer, so only one without rows ends the search, unless all ids that it asks for were found. */
  async #searchAll(model: string, { domain, fields }: SearchOfAll, signal: AbortSignal): Promise<Row[]> {
    const wanted = idsAskedFor(domain);
    const all: Row[] = [];
    for (let after = 0; ; ) {
      const behind = after === 0 ? domain : [...domain, ['id', '>', after]];
      const rows = await this.#search(model, { domain: behind, fields }, signal);
      all.push(...rows);
      const last = idOf(rows.at(-1)?.id);
      if (last === null || all.length === wanted) return all;
      if (last <= after) throw contradiction(`Odoo's list of ${model}`, 1);
      after = last;
    }
  }

  async #search(model: string, search: Search, signal: AbortSignal): Promise<Row[]> {
    const { domain, fields, order = 'id asc', limit } = search;
    const args = { domain, fields, order, ...(limit === undefined ? {} : { limit: Math.max(1, limit) }) };
    const canShrink = limit !== undefined && limit > 1;
    const rows = await this.call(model, 'search_read', args, { idempotent: true, canShrink, signal });
    if (Array.isArray(rows) && rows.every(isRecord)) return rows;
    throw new ConnectorError('protocol', `Odoo did not return a list of ${model}.`);
  }

  async searchCount(model: string, domain: Domain, signal: AbortSignal): Promise<number> {
    const count = await this.call(model, 'search_count', { domain }, { idempotent: true, signal });
    if (typeof count === 'number') return count;
    throw new ConnectorError('protocol', `Odoo did not return a count of ${model}.`);
  }

  /** Creates all records or none: one invalid record rolls back all. Returns the ids in the order of the values. */
  async create(model: string, values: readonly Values[], signal: AbortSignal): Promise<number[]> {
    const ids = await this.call(model, 'create', { vals_list: values }, { idempotent: false, signal });
    const list = Array.isArray(ids) ? ids : [ids];
    if (list.length === values.length && list.every((id) => typeof id === 'number')) return list;
    throw new ConnectorError('protocol', `Odoo did not return the ids of the new ${model}.`, { ambiguous: true });
  }

  /** `adds`: the values contain commands that add lines, which must not be sent twice. */
  async write(model: string, ids: readonly number[], vals: Values, signal: AbortSignal, adds = false): Promise<void> {
    await this.call(model, 'write', { ids, vals }, { idempotent: !adds, signal });
  }

  /** Whether the key may perform the operation on the model at all; null when the server does not say. */
  async mayAccess(model: string, operation: AccessOperation, signal: AbortSignal): Promise<boolean | null> {
    const { major } = await this.version(signal);
    const options = { idempotent: true, signal };
    try {
      const allowed =
        major >= 19
          ? await this.call(model, 'has_access', { ids: [], operation }, options)
          : await this.call(model, 'check_access_rights', { operation, raise_exception: false }, options);
      return typeof allowed === 'boolean' ? allowed : null;
    } catch (error) {
      if (error instanceof OdooFault && !error.transient) return null;
      throw error;
    }
  }

  async call(model: string, method: string, args: MethodArguments, options: CallOptions): Promise<unknown> {
    const { companyId, language } = this.settings;
    // Odoo applies no language to calls, not even the user's own, unless it is sent.
    const lang = language ?? (await this.user(options.signal)).language;
    return this.plainCall(model, method, args, options, {
      ...(lang === null ? {} : { lang }),
      ...(companyId === null ? {} : { allowed_company_ids: [companyId] }),
    });
  }

  /** Without the language and company of the settings, or with other ones. */
  async plainCall(
    model: string,
    method: string,
    args: MethodArguments,
    options: CallOptions,
    place: Values = {},
  ): Promise<unknown> {
    const api = await this.api(options.signal);
    const own = isRecord(args.context) ? args.context : {};
    const writes = !READS.has(method);
    // Odoo's own code would take archived records into account when it writes, such as variants that were sold long ago.
    const context = { ...(writes ? QUIET : { active_test: false }), ...place, ...own };
    return api.call(model, method, { ...args, context }, { writes, ...options });
  }

  /** Every user may ask this, and any call shows whether the credentials are valid. Asked once a session. */
  user(signal: AbortSignal): Promise<OdooUser> {
    this.#user ??= this.#readUser(signal).catch((error) => {
      this.#user = null;
      throw error;
    });
    return this.#user;
  }

  async #readUser(signal: AbortSignal): Promise<OdooUser> {
    const context = await this.plainCall('res.users', 'context_get', {}, { idempotent: true, signal });
    if (!isRecord(context)) return { uid: null, language: null };
    return { uid: idOf(context.uid), language: text(context.lang) };
  }

  /** The first record; null when there is none, when the key may not read the model, or when the server does not have it. */
  async firstReadable(model: string, search: SearchOfAll, signal: AbortSignal): Promise<Row | null> {
    try {
      const [row] = await this.searchRead(model, { ...search, limit: 1 }, signal);
      return row ?? null;
    } catch (error) {
      // 18 says in the user's language, as a UserError, that it has no such model.
      const isUnreadable =
        error instanceof OdooFault &&
        (error.kind === 'forbidden' || error.kind === 'not-found' || error.errorClass === 'user_error');
      if (isUnreadable) return null;
      throw error;
    }
  }

  /** Those of the fields that this server has. Each set of names is read once a session. */
  fields(model: string, names: readonly string[], signal: AbortSignal): Promise<FieldInfos> {
    const key = [model, ...names].join();
    const known = this.#infos.get(key);
    if (known) return known;
    const infos = this.#readFields(model, names, signal).catch((error) => {
      this.#infos.delete(key);
      throw error;
    });
    this.#infos.set(key, infos);
    return infos;
  }

  async api(signal: AbortSignal): Promise<OdooApi> {
    this.#api ??= this.#openApi(signal).catch((error) => {
      this.#api = null;
      throw error;
    });
    return this.#api;
  }

  async #openApi(signal: AbortSignal): Promise<OdooApi> {
    const { protocol, baseUrl, database, username, apiKey } = this.settings;
    const newer = protocol === 'auto' ? (await this.version(signal)).major >= 19 : protocol === 'json2';
    const options = { http: this.#http, baseUrl, database, username, apiKey };
    return new RetryingApi(newer ? new Json2Api(options) : new JsonRpcApi(options));
  }

  async #readFields(model: string, names: readonly string[], signal: AbortSignal): Promise<FieldInfos> {
    const args = { allfields: names, attributes: ['type', 'digits'] };
    const fields = await this.call(model, 'fields_get', args, { idempotent: true, signal });
    const infos = new Map<string, FieldInfo>();
    if (!isRecord(fields)) return infos;
    for (const name of names) {
      const info = fields[name];
      if (!isRecord(info)) continue;
      const decimals = Array.isArray(info.digits) ? info.digits[1] : null;
      infos.set(name, { type: String(info.type), decimals: typeof decimals === 'number' ? decimals : null });
    }
    return infos;
  }
}

/** How many different ids the domain asks for; null when it asks by something else, too. */
function idsAskedFor(domain: Domain): number | null {
  const [term, ...more] = domain;
  if (more.length > 0 || !Array.isArray(term) || term[0] !== 'id' || term[1] !== 'in') return null;
  return Array.isArray(term[2]) ? new Set(term[2]).size : null;
}
