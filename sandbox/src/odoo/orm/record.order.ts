import { hash32 } from '../../seeded.random.ts';
import type { Environment } from './model.types.ts';
import { valueError } from './odoo.error.ts';
import type { Stored } from './record.types.ts';

export interface OrderKey {
  field: string;
  descending: boolean;
}

/** Parses `write_date desc, id`; throws for unknown fields and other words. */
export function parseOrder(env: Environment, model: string, order: string): OrderKey[] {
  return order.split(',').map((part) => {
    const [, field = '', direction] =
      /^([\w.]+)(?: +(asc|desc))?(?: +nulls +(?:first|last))?$/i.exec(part.trim()) ?? [];
    if (!field) {
      throw valueError(
        `Invalid "order" specified (${order}). A valid "order" specification is a comma-separated list of valid field names (optionally followed by asc/desc for the direction)`,
      );
    }
    if (!env.db.fieldOf(model, field.split('.')[0] ?? '')) {
      throw valueError(
        env.version === 18 ? `Invalid field '${field}' on model '${model}'` : `Invalid field '${field}' on '${model}'`,
      );
    }
    return { field, descending: direction?.toLowerCase() === 'desc' };
  });
}

const collator = new Intl.Collator('en');

/**
 * Compares records by keys. Ties that the id does not break are ordered by `salt`: a database guarantees no order of ties
 * and may return them in another order on another page.
 */
export function recordComparator(env: Environment, model: string, keys: readonly OrderKey[], salt: number) {
  const readers = keys.map(({ field }) => sortValue(env, model, field));
  return (a: number, b: number): number => {
    for (const [i, key] of keys.entries()) {
      const read = readers[i];
      const sign = read ? compareStored(read(a), read(b)) : 0;
      if (sign !== 0) return key.descending ? -sign : sign;
    }
    return hash32(salt, a, 1) - hash32(salt, b, 1) || a - b;
  };
}

/** Relations are sorted by the name of the other record. */
function sortValue(env: Environment, model: string, name: string): (id: number) => Stored {
  const field = env.db.fieldOf(model, name);
  if (field?.type !== 'many2one') return (id) => env.db.read(env, model, id, name);
  return (id) => {
    const other = env.db.read(env, model, id, name);
    return typeof other === 'number' ? env.db.model(field.relation ?? '').displayName(env, other) : null;
  };
}

/** Empty values come last when ascending, first when descending. */
function compareStored(a: Stored, b: Stored): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === 'string' && typeof b === 'string') return collator.compare(a, b);
  return a < b ? -1 : 1;
}
