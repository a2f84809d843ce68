import { toStored } from './field.coercion.ts';
import { requireRecords, unknownField } from './field.reader.ts';
import type { Environment, Field, Model } from './model.types.ts';
import { mandatoryError } from './odoo.error.ts';
import { noteInChatter } from './record.chatter.ts';
import { inEveryLanguage, inOneLanguage } from './record.translation.ts';
import type { Row, Stored, Values } from './record.types.ts';
import { type Command, readCommands, runCommands } from './relation.commands.ts';

const ACTIONS = { create: createRecord, write: writeRecords };

/** Creates one record with the related records in its values; returns its id. */
export function createRecord(env: Environment, name: string, vals: Values): number {
  const model = env.db.model(name);
  checkFields(env, model, vals);
  const archived = model.broughtBack?.(env, vals) ?? null;
  if (archived !== null) {
    writeRecords(env, name, [archived], { ...vals, active: true });
    return archived;
  }
  const wished = withContextDefaults(env, model, vals);
  const given = model.prepare?.(env, { ...wished }) ?? wished;
  const id = env.db.table(name).nextId();
  const initial: Record<string, Stored> = {};
  for (const [field, spec] of Object.entries(model.fields)) {
    if (spec.initial && given[field] === undefined) initial[field] = spec.initial(env);
  }
  const { plain, relational, assigned } = split(env, model, given);
  const stamps = { create_date: env.now, write_date: env.now, create_uid: env.uid, write_uid: env.uid };
  const row: Row = { ...initial, ...inEveryLanguage(env, model, plain), ...stamps, id };
  checkRequired(model, row);
  env.db.put(name, row);
  finish(env, model, { id, before: null, vals: given, relational, assigned });
  return id;
}

/** Writes the same values to records. Always updates write_date, even when nothing changes. */
export function writeRecords(env: Environment, name: string, ids: readonly number[], vals: Values): void {
  const model = env.db.model(name);
  checkFields(env, model, vals);
  requireRecords(env, name, ids);
  for (const id of ids) {
    const before = env.db.table(name).row(id);
    if (!before) continue;
    const given = model.prepareWrite?.(env, before, { ...vals }) ?? vals;
    const { plain, relational, assigned } = split(env, model, given);
    const row: Row = { ...before, ...inOneLanguage(env, model, plain), write_date: env.now, write_uid: env.uid, id };
    checkRequired(model, row);
    env.db.put(name, row);
    finish(env, model, { id, before, vals: given, relational, assigned });
  }
}

interface Split {
  plain: Record<string, Stored>;
  /** x2many fields and their commands. */
  relational: [name: string, field: Field, commands: Command[]][];
  /** Fields of other records, and computed fields that can be written. */
  assigned: [name: string, field: Field, value: unknown][];
}

function split(env: Environment, model: Model, vals: Values): Split {
  const parts: Split = { plain: {}, relational: [], assigned: [] };
  for (const [name, value] of Object.entries(vals)) {
    const field = env.db.fieldOf(model.name, name);
    if (!field || name === 'id' || value === undefined) continue;
    if (isStamp(name) && !env.internal) continue;
    if (field.readonly && !env.internal) continue;
    if (field.related || field.compute) {
      if (field.related || field.assign) parts.assigned.push([name, field, value]);
      else if (field.type === 'one2many') parts.relational.push([name, field, readCommands(value)]);
    } else if (field.type === 'many2many') parts.relational.push([name, field, readCommands(value)]);
    else parts.plain[name] = toStored({ env, model: model.name, name, field }, value);
  }
  return parts;
}

interface Saved extends Omit<Split, 'plain'> {
  id: number;
  before: Row | null;
  vals: Values;
}

function finish(env: Environment, model: Model, { id, before, vals, relational, assigned }: Saved): void {
  for (const [name, field, commands] of relational)
    runCommands(env, { model: model.name, id, name, field }, commands, ACTIONS);
  for (const [name, field, value] of assigned) {
    if (field.assign) {
      field.assign(env, id, toStored({ env, model: model.name, name, field }, value));
    } else if (field.related) {
      const [via, target] = field.related;
      const other = env.db.read(env, model.name, id, via);
      const relation = env.db.fieldOf(model.name, via)?.relation ?? '';
      if (typeof other === 'number') writeRecords(env, relation, [other], { [target]: value });
    }
  }
  model.saved?.(env, id, before, vals);
  noteInChatter(env, model, id, before);
  if (!env.internal) env.db.watch?.(env, model.name, id);
}

/** `default_city` of the context is the city of a record that is created without one (recording 405). */
function withContextDefaults(env: Environment, model: Model, vals: Values): Values {
  const defaults = Object.entries(env.context).flatMap(([key, value]) => {
    const name = key.startsWith('default_') ? key.slice('default_'.length) : '';
    return name !== '' && vals[name] === undefined && env.db.fieldOf(model.name, name) ? [[name, value]] : [];
  });
  return defaults.length === 0 ? vals : { ...Object.fromEntries(defaults), ...vals };
}

function checkFields(env: Environment, model: Model, vals: Values): void {
  for (const name of Object.keys(vals)) {
    if (!env.db.fieldOf(model.name, name)) throw unknownField(env, model.name, name, true);
  }
}

function checkRequired(model: Model, row: Row): void {
  for (const [name, field] of Object.entries(model.fields)) {
    const value = row[name];
    if (field.required && !field.related && !field.compute && (value === null || value === undefined)) {
      throw mandatoryError(model.label, model.name, field.label, name);
    }
  }
}

/** Fields that only the ORM sets. */
function isStamp(name: string): boolean {
  return ['create_date', 'write_date', 'create_uid', 'write_uid'].includes(name);
}
