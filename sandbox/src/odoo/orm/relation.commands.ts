import { requireRecords } from './field.reader.ts';
import type { Environment, Field } from './model.types.ts';
import { valueError } from './odoo.error.ts';
import { pythonRepr } from './python.format.ts';
import { unlinkRecords } from './record.remover.ts';
import type { Values } from './record.types.ts';
import { idsIn } from './relation.ids.ts';

/** What to do with the records of an x2many. */
export type Command =
  | { kind: 'create'; vals: Values }
  | { kind: 'update'; id: number; vals: Values }
  | { kind: 'delete' | 'unlink' | 'link'; id: number }
  | { kind: 'set'; ids: readonly number[] };

/** Reads `[[0, 0, {…}], [4, 7], [6, 0, [1, 2]], …]`; a bare list of ids sets them. */
export function readCommands(value: unknown): Command[] {
  if (value === false || value === null) return [{ kind: 'set', ids: [] }];
  if (!Array.isArray(value)) throw valueError(`Wrong value for an x2many field: ${pythonRepr(value)}`);
  if (value.length > 0 && value.every((item) => typeof item === 'number')) return [{ kind: 'set', ids: value }];
  return value.map(readCommand);
}

function readCommand(item: unknown): Command {
  const [code, id, last] = Array.isArray(item) ? (item as unknown[]) : [];
  switch (code) {
    case 0:
      return { kind: 'create', vals: last as Values };
    case 1:
      return { kind: 'update', id: Number(id), vals: last as Values };
    case 2:
      return { kind: 'delete', id: Number(id) };
    case 3:
      return { kind: 'unlink', id: Number(id) };
    case 4:
      return { kind: 'link', id: Number(id) };
    case 5:
      return { kind: 'set', ids: [] };
    case 6:
      return { kind: 'set', ids: last as number[] };
    default:
      throw valueError(`Wrong value for an x2many field: ${pythonRepr(item)}`);
  }
}

/** The x2many field of one record. */
export interface Place {
  model: string;
  id: number;
  name: string;
  field: Field;
}

/** How records are saved. Passed in, because saving a record runs the commands in its values. */
export interface RecordActions {
  create(env: Environment, model: string, vals: Values): number;
  write(env: Environment, model: string, ids: readonly number[], vals: Values): void;
}

export function runCommands(
  env: Environment,
  place: Place,
  commands: readonly Command[],
  actions: RecordActions,
): void {
  const relation = place.field.relation ?? '';
  for (const command of commands) {
    switch (command.kind) {
      case 'create':
        attach(env, actions, place, [actions.create(env, relation, { ...command.vals, ...owner(place) })]);
        break;
      case 'update':
        actions.write(env, relation, [command.id], command.vals);
        break;
      case 'delete':
        detach(env, actions, place, [command.id], true);
        unlinkRecords(env, relation, [command.id]);
        break;
      case 'unlink':
        detach(env, actions, place, [command.id]);
        break;
      case 'link':
        attach(env, actions, place, [command.id]);
        break;
      case 'set': {
        const now = current(env, place);
        detach(
          env,
          actions,
          place,
          now.filter((id) => !command.ids.includes(id)),
        );
        attach(
          env,
          actions,
          place,
          command.ids.filter((id) => !now.includes(id)),
        );
        break;
      }
    }
  }
}

function owner({ field, id }: Place): Values {
  return field.type === 'one2many' && field.inverse ? { [field.inverse]: id } : {};
}

function current(env: Environment, { model, id, name }: Place): readonly number[] {
  return idsIn(env.db.read(env, model, id, name));
}

function attach(env: Environment, actions: RecordActions, place: Place, ids: readonly number[]): void {
  const { model, id, name, field } = place;
  requireRecords(env, field.relation ?? '', ids);
  if (field.type === 'one2many') {
    const elsewhere = ids.filter((other) => !current(env, place).includes(other));
    if (elsewhere.length > 0) actions.write(env, field.relation ?? '', elsewhere, owner(place));
    return;
  }
  env.db.patch(env, model, id, { [name]: [...new Set([...current(env, place), ...ids])] });
}

/** Unlinks records. Those that belong to this record alone (a required or cascading inverse) are deleted. */
function detach(env: Environment, actions: RecordActions, place: Place, ids: readonly number[], keep = false): void {
  const { model, id, name, field } = place;
  if (ids.length === 0) return;
  if (field.type === 'many2many') {
    env.db.patch(env, model, id, { [name]: current(env, place).filter((other) => !ids.includes(other)) });
    return;
  }
  const inverse = env.db.fieldOf(field.relation ?? '', field.inverse ?? '');
  if (keep) return;
  if (inverse?.required || inverse?.onDelete === 'cascade') unlinkRecords(env, field.relation ?? '', ids);
  else actions.write(env, field.relation ?? '', ids, { [field.inverse ?? '']: false });
}
