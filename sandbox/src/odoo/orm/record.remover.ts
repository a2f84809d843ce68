import { requireRecords } from './field.reader.ts';
import type { Environment, Field, Model } from './model.types.ts';
import { referenceError } from './odoo.error.ts';
import { idsWhere } from './relation.ids.ts';

/** Deletes records and what cascades from them. Throws when another record needs one of them. */
export function unlinkRecords(env: Environment, name: string, ids: readonly number[]): void {
  const model = env.db.model(name);
  requireRecords(env, name, ids);
  model.deleting?.(env, ids);
  for (const id of ids) {
    const before = env.db.table(name).row(id);
    if (!before || model.archivedInstead?.(env, id)) continue;
    // Deleted before its parts, so that deleting those does not update it; a refusal rolls this back.
    env.db.delete(name, id);
    releaseReferences(env, name, id, ids);
    model.deleted?.(env, before);
  }
}

/** Handles every many2one that points to a record to be deleted. */
function releaseReferences(env: Environment, name: string, id: number, together: readonly number[]): void {
  for (const [model, fieldName, field] of pointingTo(env, name)) {
    const all = idsWhere(env, model.name, fieldName, id);
    const referring = model.name === name ? all.filter((other) => !together.includes(other)) : all;
    if (referring.length === 0) continue;
    if (field.onDelete === 'cascade') unlinkRecords(env, model.name, referring);
    else if (field.onDelete === 'restrict' || field.required) {
      throw referenceError(env.version, model, fieldName);
    } else for (const other of referring) env.db.patch(env, model.name, other, { [fieldName]: null });
  }
}

function pointingTo(env: Environment, name: string): [Model, string, Field][] {
  return env.db.models().flatMap((model) =>
    Object.entries(model.fields)
      .filter(([, field]) => field.type === 'many2one' && field.relation === name && field.onDelete)
      .map(([fieldName, field]): [Model, string, Field] => [model, fieldName, field]),
  );
}
