import type { Database, Environment, Field, Model, OdooVersion } from './model.types.ts';
import { OdooError, userError } from './odoo.error.ts';
import { RecordTable } from './record.table.ts';
import { languageOf, translationOf } from './record.translation.ts';
import type { Row, Stored } from './record.types.ts';

export interface EnvironmentParts {
  uid: number;
  context?: Readonly<Record<string, unknown>>;
  internal?: boolean;
  /** Microseconds since 1970; by default the next instant of the clock. */
  startedAt?: number;
}

/** All models and their records. A transaction that fails is rolled back. */
export class InMemoryDatabase implements Database {
  readonly version: OdooVersion;
  readonly #models = new Map<string, Model>();
  readonly #tables = new Map<string, RecordTable>();
  readonly #externalIds = new Map<string, { model: string; id: number }>();
  readonly #sequences = new Map<string, number>();
  readonly #clock: () => number;
  readonly hidden: Database['hidden'] = new Map();
  readonly denied: Database['denied'] = new Map();
  readonly decimals: Database['decimals'] = new Map();
  watch: Database['watch'] = null;
  #lastInstant = 0;
  #undo: (() => void)[] = [];

  /** `clock` gives milliseconds since 1970. */
  constructor(version: OdooVersion, models: readonly Model[], clock: () => number) {
    this.version = version;
    this.#clock = clock;
    for (const model of models) {
      const indexed = Object.entries(model.fields).filter(([, field]) => field.indexed);
      this.#models.set(model.name, model);
      this.#tables.set(model.name, new RecordTable({ ...model, indexed: indexed.map(([name]) => name) }));
    }
  }

  hasModel(name: string): boolean {
    return this.#models.has(name);
  }

  models(): Model[] {
    return [...this.#models.values()];
  }

  model(name: string): Model {
    const model = this.#models.get(name);
    if (!model) throw userError(`Object ${name} doesn't exist`);
    return model;
  }

  table(name: string): RecordTable {
    const table = this.#tables.get(name);
    if (!table) throw userError(`Object ${name} doesn't exist`);
    return table;
  }

  /** Runs one transaction; a throw rolls it back. */
  transaction<T>(parts: EnvironmentParts, work: (env: Environment) => T): T {
    const env: Environment = {
      db: this,
      version: this.version,
      uid: parts.uid,
      now: parts.startedAt ?? this.instant(),
      context: parts.context ?? {},
      internal: parts.internal ?? false,
    };
    this.#undo = [];
    try {
      return work(env);
    } catch (problem) {
      this.rollbackTo(0);
      throw problem instanceof RangeError ? new OdooError('builtins.RecursionError', problem.message) : problem;
    } finally {
      this.#undo = [];
    }
  }

  savepoint(): number {
    return this.#undo.length;
  }

  rollbackTo(savepoint: number): void {
    for (const undo of this.#undo.splice(savepoint).reverse()) undo();
  }

  /** The clock in microseconds: strictly increasing, and never on a whole second, which hardly ever happens in a real one. */
  instant(): number {
    const read = Math.floor(this.#clock() * 1000) + 1;
    this.#lastInstant = Math.max(read, this.#lastInstant + 1);
    return this.#lastInstant;
  }

  put(model: string, row: Row): void {
    const table = this.table(model);
    const change = table.put(row);
    this.#undo.push(() => table.restore(change));
  }

  delete(model: string, id: number): void {
    const table = this.table(model);
    const change = table.delete(id);
    this.#undo.push(() => table.restore(change));
  }

  patch(env: Environment, model: string, id: number, values: Readonly<Record<string, Stored>>): void {
    const row = this.table(model).row(id);
    if (row) this.put(model, { ...row, ...values, write_date: env.now, write_uid: env.uid });
  }

  read(env: Environment, model: string, id: number, name: string): Stored {
    const field = this.fieldOf(model, name);
    if (field?.compute) return field.compute(env, id);
    if (!field?.related) return this.#own(env, model, id, name);
    const [via, target] = field.related;
    const other = this.read(env, model, id, via);
    return typeof other === 'number' ? this.read(env, this.fieldOf(model, via)?.relation ?? '', other, target) : null;
  }

  #own(env: Environment, model: string, id: number, name: string): Stored {
    const language = this.fieldOf(model, name)?.translated ? languageOf(env) : null;
    const translation = language && this.table(model).value(id, translationOf(name, language));
    return translation ?? this.table(model).value(id, name);
  }

  fieldOf(model: string, name: string): Field | undefined {
    const { fields } = this.model(model);
    return Object.hasOwn(fields, name) ? fields[name] : undefined;
  }

  nextNumber(sequence: string, first: number): number {
    const number = this.#sequences.get(sequence) ?? first;
    this.#sequences.set(sequence, number + 1);
    return number;
  }

  externalId(name: string): { model: string; id: number } | null {
    const found = this.#externalIds.get(name);
    return found && this.table(found.model).has(found.id) ? found : null;
  }

  setExternalId(name: string, target: { model: string; id: number }): void {
    const before = this.#externalIds.get(name);
    this.#externalIds.set(name, target);
    this.#undo.push(() => {
      if (before) this.#externalIds.set(name, before);
      else this.#externalIds.delete(name);
    });
  }
}
