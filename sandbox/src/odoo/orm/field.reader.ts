import { formatDatetime } from './datetime.format.ts';
import type { Environment, Field } from './model.types.ts';
import { missingError, valueError } from './odoo.error.ts';
import { PythonFloat } from './python.format.ts';
import type { Stored } from './record.types.ts';
import { idsIn } from './relation.ids.ts';

export type ReadRecord = Record<string, unknown>;

/**
 * Records as `read` returns them, id first, without ids that do not exist, unless nothing but the id is asked for: a record is looked up
 * for its other fields only (`Id.__get__` and `_read_format` of Odoo's ORM). `load` '' returns ids for many2one.
 */
export function readRecords(
  env: Environment,
  model: string,
  ids: readonly number[],
  fields?: readonly string[] | null | false,
  load: unknown = '_classic_read',
): ReadRecord[] {
  const { fields: known } = env.db.model(model);
  const names = fields && fields.length > 0 ? fields : Object.keys(known);
  const wanted = names.map((name): [string, Field] => {
    const field = env.db.fieldOf(model, name);
    if (!field) throw unknownField(env, model, name);
    return [name, field];
  });
  const table = env.db.table(model);
  const isOfIds = names.every((name) => name === 'id');
  return [...new Set(ids)]
    .filter((id) => isOfIds || table.has(id))
    .map((id) => {
      const record: ReadRecord = { id };
      for (const [name, field] of wanted) {
        if (name !== 'id') record[name] = shown(env, field, env.db.read(env, model, id, name), load);
      }
      return record;
    });
}

/** Throws MissingError for the first id that does not exist. */
export function requireRecords(env: Environment, model: string, ids: readonly number[]): void {
  const table = env.db.table(model);
  for (const id of ids) if (!table.has(id)) throw missingError(model, id, env.uid);
}

/** The message of reads; writes on 19 say `in` instead of `on`. */
export function unknownField(env: Environment, model: string, name: string, writing = false): Error {
  if (env.version === 18) return valueError(`Invalid field '${name}' on model '${model}'`);
  return valueError(`Invalid field '${name}' ${writing ? 'in' : 'on'} '${model}'`);
}

/** A stored value as the API shows it: false for empty, [id, name] for a many2one. */
function shown(env: Environment, field: Field, stored: Stored, load: unknown): unknown {
  switch (field.type) {
    case 'boolean':
      return stored === true;
    case 'integer':
      return stored ?? 0;
    case 'float':
    case 'monetary':
      return new PythonFloat(Number(stored ?? 0));
    case 'datetime':
      return typeof stored === 'number' ? formatDatetime(stored) : false;
    case 'many2one': {
      if (typeof stored !== 'number') return false;
      return load === '_classic_read' ? [stored, env.db.model(field.relation ?? '').displayName(env, stored)] : stored;
    }
    case 'one2many':
    case 'many2many':
      return visible(env, field, idsIn(stored));
    default:
      return stored ?? false;
  }
}

/** Relations do not show archived records either, unless the context asks for them. */
function visible(env: Environment, field: Field, ids: readonly number[]): readonly number[] {
  const relation = field.relation ?? '';
  const table = env.db.table(relation);
  const here = ids.filter((id) => table.has(id));
  const shownAll = env.context.active_test === false && !field.activeOnly;
  if (shownAll || !env.db.fieldOf(relation, 'active')) return here;
  return here.filter((id) => env.db.read(env, relation, id, 'active') === true);
}
