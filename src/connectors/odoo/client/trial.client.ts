import { FIRST_TRIAL_ID } from '../../border/trial.http.ts';
import type { CallOptions, MethodArguments, Row, Values } from '../api/odoo-api.types.ts';
import { OdooClient, type Search } from './odoo.client.ts';

/** The methods that change nothing. */
const READS: ReadonlySet<string> = new Set([
  'search_read',
  'search_count',
  'search',
  'read',
  'fields_get',
  'context_get',
  'has_access',
  'check_access_rights',
]);

/** Reads for real and writes nothing: what would be created has an id that no record has. */
export class TrialClient extends OdooClient {
  readonly #made = new Map<string, Row>();
  #lastId = FIRST_TRIAL_ID;

  override async create(model: string, values: readonly Values[]): Promise<number[]> {
    return values.map((one) => {
      this.#lastId += 1;
      this.#made.set(`${model} ${this.#lastId}`, { ...one, id: this.#lastId });
      return this.#lastId;
    });
  }

  /** What the trial created is found by its id. */
  override async searchRead(model: string, search: Search, signal: AbortSignal): Promise<Row[]> {
    const [term, ...more] = search.domain;
    const ids = Array.isArray(term) && term[0] === 'id' && term[1] === 'in' && more.length === 0 ? term[2] : [];
    const made = (ids as readonly unknown[]).flatMap((id): Row[] => {
      const row = this.#made.get(`${model} ${id}`);
      return row ? [row] : [];
    });
    return [...(await super.searchRead(model, search, signal)), ...made];
  }

  override async call(model: string, method: string, args: MethodArguments, options: CallOptions): Promise<unknown> {
    return READS.has(method) ? super.call(model, method, args, options) : true;
  }
}
