import type { Environment } from './orm/model.types.ts';
import { OdooError, validationError } from './orm/odoo.error.ts';

/** What goes wrong inside an Odoo, beside what the network does to it. */
export interface OdooFaults {
  /** Each n-th call that writes fails to serialize and leaves nothing behind, as after Odoo's own five tries. */
  serializationFailureEvery?: number;
  /** The key and password stop working with the n-th call that uses one. */
  keyExpiresAtCall?: number;
  /** Records that are refused, one by one, when they are created or written from outside. */
  refuse?: readonly RefusedRecord[];
}

interface RefusedRecord {
  model: string;
  field: string;
  /** Part of the field's text, or a pattern of it. */
  matching: string | RegExp;
  /** Of the ValidationError. */
  message?: string;
}

/** The faults in force and how far each has counted; new ones start counting at nothing. */
export class OdooFaultPlan {
  #faults: OdooFaults;
  #writes = 0;
  #calls = 0;

  constructor(faults: OdooFaults = {}) {
    this.#faults = faults;
  }

  set(faults: OdooFaults): void {
    this.#faults = faults;
    this.#writes = 0;
    this.#calls = 0;
  }

  /** Counts a call with credentials: are they still good? */
  keyHolds(): boolean {
    this.#calls += 1;
    return this.#calls < (this.#faults.keyExpiresAtCall ?? Number.POSITIVE_INFINITY);
  }

  /** Counts a call that writes; throws when it is one to fail. To be called when its work is done. */
  beforeCommit(): void {
    const every = this.#faults.serializationFailureEvery;
    this.#writes += 1;
    if (every === undefined || this.#writes % every !== 0) return;
    throw new OdooError(
      'psycopg2.errors.SerializationFailure',
      'could not serialize access due to concurrent update\n',
    );
  }

  /** Throws a ValidationError for a record that is to be refused. */
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
