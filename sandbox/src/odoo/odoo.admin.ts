import { ADMIN_UID } from './models/user.model.ts';
import type { InMemoryDatabase } from './orm/database.ts';
import { readRecords } from './orm/field.reader.ts';
import type { Environment, Precision } from './orm/model.types.ts';
import { unlinkRecords } from './orm/record.remover.ts';
import { searchIds } from './orm/record.search.ts';
import type { Row, Values } from './orm/record.types.ts';
import { createRecord, writeRecords } from './orm/record.writer.ts';
import type { Operation } from './rpc/access.rights.ts';
import { runMethod } from './rpc/method.calls.ts';

/** Changes records like a user of Odoo's own interface: not over HTTP, not counted, without faults. */
export interface OdooAdmin {
  create(model: string, vals: Values): number;
  write(model: string, ids: readonly number[], vals: Values): void;
  unlink(model: string, ids: readonly number[]): void;
  archive(model: string, ids: readonly number[]): void;
  /** From now on a record rule keeps these from the API's users, and no others. */
  hide(model: string, ids: readonly number[]): void;
  /** From now on the API's users lack these rights on the model, and have all others. */
  deny(model: string, operations: readonly Operation[]): void;
  /** From now on numbers of this kind are kept with so many decimals. Those that are there stay. */
  setDecimals(precision: Precision, decimals: number): void;
  /** Runs a method of records, such as action_confirm. */
  call(model: string, method: string, ids: readonly number[]): unknown;
  /** Ids, including archived records. */
  search(model: string, domain: readonly unknown[], order?: string): number[];
  /** Records as the API shows them, including archived ones in relations. */
  read(model: string, ids: readonly number[], fields?: readonly string[]): AdminRecord[];
  /** One record; throws if it does not exist. */
  get(model: string, id: number, fields?: readonly string[]): AdminRecord;
  /** Starts a transaction. Its changes become visible when it commits, with the write_date of its start. */
  begin(): LateTransaction;
}

// biome-ignore lint/suspicious/noExplicitAny: the fields that were asked for, as JSON has them
type AdminRecord = Record<string, any>;

/** Changes that wait for the commit. */
interface LateTransaction {
  create(model: string, vals: Values): void;
  write(model: string, ids: readonly number[], vals: Values): void;
  unlink(model: string, ids: readonly number[]): void;
  /** Makes all changes visible at once. */
  commit(): void;
}

/** The state of a model's records: how many there are, and all that differ from the generated ones. */
export interface ModelState {
  count: number;
  /** Created or changed records, and those that exist from the start without being generated; by id. */
  kept: Row[];
  /** Ids. */
  deleted: number[];
}

export function adminOf(db: InMemoryDatabase): OdooAdmin {
  const run = <T>(work: (env: Environment) => T, startedAt?: number): T =>
    db.transaction({ uid: ADMIN_UID, internal: true, context: EVERYTHING, startedAt }, work);
  const read: OdooAdmin['read'] = (model, ids, fields) =>
    JSON.parse(JSON.stringify(run((env) => readRecords(env, model, ids, fields))));
  return {
    create: (model, vals) => run((env) => createRecord(env, model, vals)),
    write: (model, ids, vals) => run((env) => writeRecords(env, model, ids, vals)),
    unlink: (model, ids) => run((env) => unlinkRecords(env, model, ids)),
    archive: (model, ids) => run((env) => writeRecords(env, model, ids, { active: false })),
    hide: (model, ids) => void db.hidden.set(model, new Set(ids)),
    deny: (model, operations) => void db.denied.set(model, new Set(operations)),
    setDecimals: (precision, decimals) => void db.decimals.set(precision, decimals),
    call: (model, method, ids) => run((env) => runMethod(env, { model, method, ids, args: {} })),
    search: (model, domain, order = 'id') => run((env) => searchIds(env, model, domain, { order })),
    read,
    get(model, id, fields) {
      const [record] = read(model, [id], fields);
      if (!record) throw new RangeError(`There is no ${model} ${id}.`);
      return record;
    },
    begin() {
      const startedAt = db.instant();
      const work: ((env: Environment) => void)[] = [];
      return {
        create: (model, vals) => void work.push((env) => createRecord(env, model, vals)),
        write: (model, ids, vals) => void work.push((env) => writeRecords(env, model, ids, vals)),
        unlink: (model, ids) => void work.push((env) => unlinkRecords(env, model, ids)),
        commit() {
          run((env) => {
            for (const change of work.splice(0)) change(env);
          }, startedAt);
        },
      };
    },
  };
}

const EVERYTHING = { active_test: false, disable_cancel_warning: true };

export function stateOf(db: InMemoryDatabase): Record<string, ModelState> {
  return Object.fromEntries(db.models().map(({ name }) => [name, modelState(db, name)]));
}

function modelState(db: InMemoryDatabase, name: string): ModelState {
  const table = db.table(name);
  const ids = table.keptSortedBy('id');
  const deleted = table.deletedIds();
  const generated = table.generated.count - deleted.filter((id) => table.isGenerated(id)).length;
  const added = ids.filter((id) => !table.isGenerated(id)).length;
  return { count: generated + added, kept: ids.flatMap((id) => table.row(id) ?? []), deleted };
}
