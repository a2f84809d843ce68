import type { Environment, Field, FieldType, Model } from '../orm/model.types.ts';
import { idsWhere } from '../orm/relation.ids.ts';

type Extra = Partial<Field>;

/** A field that holds a value of its own. */
export function field(type: FieldType, label: string, extra: Extra = {}): Field {
  return { type, label, ...extra };
}

/** A many2one; emptied when its target is deleted, unless `extra` says otherwise. */
export function many2one(relation: string, label: string, extra: Extra = {}): Field {
  return { type: 'many2one', relation, label, onDelete: extra.required ? 'restrict' : 'empty', ...extra };
}

export function many2many(relation: string, label: string, extra: Extra = {}): Field {
  return { type: 'many2many', relation, label, ...extra };
}

/** The records of another model that point here. */
export function one2many(relation: string, inverse: string, label: string): Field {
  const compute = (env: Environment, id: number) => idsWhere(env, relation, inverse, id);
  return { type: 'one2many', relation, inverse, label, compute };
}

export function boolean(label: string, initial: boolean): Field {
  return { type: 'boolean', label, initial: () => initial };
}

/** The fields of every model. */
function commonFields(displayName: Model['displayName']): Record<string, Field> {
  return {
    id: { type: 'integer', label: 'ID', readonly: true },
    display_name: { type: 'char', label: 'Display Name', compute: displayName },
    create_date: { type: 'datetime', label: 'Created on', readonly: true },
    write_date: { type: 'datetime', label: 'Last Updated on', readonly: true },
    create_uid: { type: 'many2one', relation: 'res.users', label: 'Created by', readonly: true },
    write_uid: { type: 'many2one', relation: 'res.users', label: 'Last Updated by', readonly: true },
  };
}

export type ModelParts = Omit<Model, 'displayName'> & Partial<Pick<Model, 'displayName'>>;

/** A model with the common fields; its display name is its `name` by default. */
export function model(parts: ModelParts): Model {
  const displayName: Model['displayName'] =
    parts.displayName ?? ((env, id) => String(env.db.read(env, parts.name, id, 'name') ?? ''));
  return { ...parts, displayName, fields: { ...commonFields(displayName), ...parts.fields } };
}
