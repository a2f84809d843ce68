import { readRecords, requireRecords } from '../orm/field.reader.ts';
import type { Environment, ModelMethod } from '../orm/model.types.ts';
import { accessError, OdooError, typeError } from '../orm/odoo.error.ts';
import { loadRows } from '../orm/record.loader.ts';
import { unlinkRecords } from '../orm/record.remover.ts';
import { isHidden, requireVisible } from '../orm/record.rules.ts';
import { countRecords, searchIds } from '../orm/record.search.ts';
import type { Stored, Values } from '../orm/record.types.ts';
import { createRecord, writeRecords } from '../orm/record.writer.ts';
import { checkAccess, hasAccess, type Operation } from './access.rights.ts';
import { describeFields } from './fields.description.ts';
import { COMMON_METHODS, OWN_METHODS, type Signature } from './method.signatures.ts';

export interface Call {
  model: string;
  method: string;
  /** The records it is called on; none for methods of the model. */
  ids: readonly number[];
  args: Readonly<Record<string, unknown>>;
}

/** The signature of a public method; throws what the server throws for private and unknown ones. */
export function signatureOf(env: Environment, model: string, method: string): Signature {
  const { methods } = env.db.model(model);
  if (method.startsWith('_') || (method === 'exists' && env.version >= 19)) {
    throw accessError(`Private methods (such as '${model}.${method}') cannot be called remotely.`);
  }
  const isOther = env.version >= 19 ? 'check_access_rights' : 'has_access';
  if (method === isOther) throw unknownMethod(model, method);
  const own = methods && Object.hasOwn(methods, method) ? OWN_METHODS[method] : undefined;
  const common = Object.hasOwn(COMMON_METHODS, method) ? COMMON_METHODS[method] : undefined;
  const context = model === 'res.users' && method === 'context_get' ? OWN_METHODS.context_get : undefined;
  const found = own ?? common ?? context;
  if (!found) throw unknownMethod(model, method);
  return found;
}

const unknownMethod = (model: string, method: string): OdooError =>
  new OdooError('builtins.AttributeError', `The method '${model}.${method}' does not exist`, 404);

/** What a record rule is asked for. */
const OPERATIONS: Readonly<Record<string, string>> = {
  read: 'read',
  write: 'write',
  unlink: 'unlink',
  action_archive: 'write',
  action_unarchive: 'write',
};

/** Runs a method with bound arguments. Does not check access rights. */
export function runMethod(env: Environment, { model, method, ids, args }: Call): unknown {
  const own: ModelMethod | undefined = env.db.model(model).methods?.[method];
  const operation = OPERATIONS[method] ?? (own && 'write');
  if (operation) requireVisible(env, model, ids, operation);
  if (own) {
    requireRecords(env, model, ids);
    return own(env, ids);
  }
  switch (method) {
    case 'search':
      return searchIds(env, model, args.domain, args);
    case 'search_read': {
      const found = searchIds(env, model, args.domain, args);
      return readRecords(env, model, found, args.fields as string[] | null);
    }
    case 'search_count':
      return countRecords(env, model, args.domain, args.limit as number | null);
    case 'name_search':
      return nameSearch(env, model, args);
    case 'create':
      return createAll(env, model, args.vals_list);
    case 'load':
      return loadRows(env, model, args.fields as string[], args.data as unknown[][]);
    case 'fields_get':
      return describeFields(env, model, args.allfields as string[] | null, args.attributes as string[] | null);
    case 'default_get':
      return defaults(env, model, args.fields as string[]);
    case 'read':
      return readRecords(env, model, ids, args.fields as string[] | null, args.load);
    case 'exists':
      return ids.filter((id) => env.db.table(model).has(id));
    case 'write':
      writeRecords(env, model, ids, values(args.vals));
      requireVisible(env, model, ids, 'write');
      return true;
    case 'unlink':
      unlinkRecords(env, model, ids);
      return true;
    case 'action_archive':
    case 'action_unarchive':
      writeRecords(env, model, ids, { active: method === 'action_unarchive' });
      return true;
    case 'context_get':
      return contextOf(env);
    case 'has_access':
    case 'check_access_rights':
      return mayDo(env, { model, method, ids, args });
    default:
      return true;
  }
}

/** Recordings 922. `check_access_rights` raises unless it is told not to. */
function mayDo(env: Environment, { model, ids, args }: Call): boolean {
  const operation = args.operation as Operation;
  if (args.raise_exception !== false && !hasAccess(env, model, operation) && env.version < 19)
    checkAccess(env, model, operation, operation !== 'read');
  return hasAccess(env, model, operation) && !ids.some((id) => isHidden(env, model, id));
}

/** The user's own language is told here, and applied to nothing unless a context names it. */
function contextOf(env: Environment) {
  const own = (name: string) => env.db.read(env, 'res.users', env.uid, name);
  return { lang: own('lang') ?? 'en_US', tz: own('tz') ?? false, uid: env.uid };
}

/** Returns one id for one set of values, a list for a list; nothing is saved if one of them fails. */
function createAll(env: Environment, model: string, list: unknown): number | number[] {
  const created = (Array.isArray(list) ? list : [list]).map((vals) => createRecord(env, model, values(vals)));
  // What its own user would not see is not saved (recordings 344 and 345).
  requireVisible(env, model, created, 'create');
  return Array.isArray(list) ? created : (created[0] ?? 0);
}

function values(value: unknown): Values {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values;
  throw typeError(`'${Array.isArray(value) ? 'list' : typeof value}' object is not a mapping`);
}

function nameSearch(env: Environment, model: string, args: Readonly<Record<string, unknown>>): [number, string][] {
  const { name = '', operator = 'ilike', domain = [], limit = 100 } = args;
  const byName = name === '' ? [] : [['display_name', operator, name]];
  const found = searchIds(env, model, [...byName, ...(domain as unknown[])], { limit: limit as number });
  return found.map((id) => [id, env.db.model(model).displayName(env, id)]);
}

function defaults(env: Environment, model: string, names: readonly string[]): Record<string, Stored> {
  const initial = names.map((name): [string, Stored] => [name, env.db.fieldOf(model, name)?.initial?.(env) ?? null]);
  return Object.fromEntries(initial.filter(([, value]) => value !== null));
}
