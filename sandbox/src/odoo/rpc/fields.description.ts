import { digitsOf } from '../orm/field.digits.ts';
import type { Environment, Field } from '../orm/model.types.ts';

type Description = Record<string, unknown>;

/** The result of fields_get: by field name, the requested attributes or all. */
export function describeFields(
  env: Environment,
  model: string,
  names?: readonly string[] | null,
  attributes?: readonly string[] | null,
): Record<string, Description> {
  const { fields } = env.db.model(model);
  const wanted = Object.entries(fields).filter(([name]) => !names?.length || names.includes(name));
  return Object.fromEntries(wanted.map(([name, field]) => [name, pick(describe(env, name, field), attributes)]));
}

function describe(env: Environment, name: string, field: Field): Description {
  const digits = digitsOf(env.db, field);
  const stored = !field.compute && !field.related;
  return {
    name,
    type: field.type,
    string: field.label,
    required: field.required ?? false,
    readonly: field.readonly ?? (Boolean(field.compute) && !field.assign && field.type !== 'one2many'),
    store: stored || field.type === 'one2many',
    searchable: true,
    sortable: stored,
    ...(field.relation && { relation: field.relation }),
    ...(digits && { digits }),
    ...(field.inverse && { relation_field: field.inverse }),
    ...(field.selection && { selection: field.selection }),
  };
}

function pick(description: Description, attributes?: readonly string[] | null): Description {
  if (!attributes?.length) return description;
  return Object.fromEntries(Object.entries(description).filter(([name]) => attributes.includes(name)));
}
