import type { Environment } from './orm/model.types.ts';
import { OdooError, validationError } from './orm/odoo.error.ts';

/** Faults of the Odoo server itself. Network faults are FaultRules. */
export interface OdooFaults {
  /** Every n-th call that writes fails with a serialization failure and is rolled back, as after Odoo's own five attempts. */
  serializationFailureEvery?: number;
  /** The key and the password are invalid from the n-th call that uses one. */
  keyExpiresAtCall?: number;
  /** Records that are refused when a client creates or writes them. */
  refuse?: readonly RefusedRecord[];
  /** An answer of search, search_read or read has at most this many rows, as a module or proxy may have it; a list is gone round. Counts stay. */
  capRows?: number | readonly number[];
}

interface RefusedRecord {
  model: string;
  field: string;
  /** A part of the field's text, or a pattern. */
  matching: string | RegExp;
  /** Of the ValidationError. */
  message?: string;
}

const CAPPED: ReadonlySet<string> = new Set(['search', 'search_read', 'read']);

/** The active faults and their counters; new faults start counting at 0. */
export class OdooFaultPlan {
  #faults: OdooFaults;
  #writes = 0;
  #calls = 0;
  #lists = 0;

  constructor(faults: OdooFaults = {}) {
    this.#faults = faults;
  }

  set(faults: OdooFaults): void {
    this.#faults = faults;
    this.#writes = 0;
    this.#calls = 0;
    this.#lists = 0;
  }

  /** What remains of the result of a call. */
  capped(method: string, result: unknown): unknown {
    const { capRows } = this.#faults;
    if (capRows === undefined || !Array.isArray(result) || !CAPPED.has(method)) return result;
    const caps = typeof capRows === 'number' ? [capRows] : capRows;
    this.#lists += 1;
    return result.slice(0, caps[this.#lists % caps.length]);
  }

  /** Counts a call with credentials; returns whether they are still valid. */
  keyHolds(): boolean {
    this.#calls += 1;
    return this.#calls < (this.#faults.keyExpiresAtCall ?? Number.POSITIVE_INFINITY);
  }

  /** Counts a call that writes and throws when it must fail. Call it when the work is done. */
  beforeCommit(): void {
    const every = this.#faults.serializationFailureEvery;
    this.#writes += 1;
    if (every === undefined || this.#writes % every !== 0) return;
    throw new OdooError(
      'psycopg2.errors.SerializationFailure',
      'could not serialize access due to concurrent update\n',
    );
  }

  /** Throws a ValidationError for a record that must be refused. */
  checkRecord(env: Environment, model: string, id: number): void {
    for (const { model: refused, field, matching, message } of this.#faults.refuse ?? []) {
      if (refused !== model) continue;
      const text = String(env.db.read(env, model, id, field) ?? '');
      const strikes = typeof matching === 'string' ? text.includes(matching) : text.search(matching) >= 0;
      if (strikes)
        throw validationError(message ?? `The operation cannot be completed: ${field} '${text}' is not accepted`);
    }
  }
}
