import type { Environment } from './model.types.ts';
import { accessError } from './odoo.error.ts';

/** Whether a record rule keeps the record from the user (recordings 301 to 308). Odoo's own code passes over rules. */
export function isHidden(env: Environment, model: string, id: number): boolean {
  return !env.internal && (env.db.hidden.get(model)?.has(id) ?? false);
}

export function hidesAny(env: Environment, model: string): boolean {
  return !env.internal && (env.db.hidden.get(model)?.size ?? 0) > 0;
}

/** Refuses all of them when one is hidden. A record that does not exist is not hidden. */
export function requireVisible(env: Environment, model: string, ids: readonly number[], operation: string): void {
  const found = ids.find((id) => isHidden(env, model, id) && env.db.table(model).has(id));
  if (found === undefined) return;
  throw accessError(
    'Uh-oh! Looks like you have stumbled upon some top-secret records.\n\n' +
      `Sorry, this user (id=${env.uid}) doesn't have '${operation}' access to:\n` +
      `- ${env.db.model(model).label} (${model}: ${found})\n\n` +
      'If you really, really need access, perhaps you can win over your friendly administrator with a batch of freshly baked cookies.',
  );
}
