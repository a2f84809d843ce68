import type { Environment } from './model.types.ts';
import { scan } from './record.scan.ts';
import type { Stored } from './record.types.ts';

/** Ids of the records, including archived ones, whose many2one points to a record; ascending. */
export function idsWhere(env: Pick<Environment, 'db'>, model: string, field: string, target: number): number[] {
  const table = env.db.table(model);
  const found = table.findEqual(field, target);
  if (found) return found.sort((a, b) => a - b);
  const all = scan(table, { field: 'id', descending: false, from: 0, to: table.generated.count });
  return [...all].filter((id) => table.value(id, field) === target);
}

/** The ids a relation holds: one, several or none. */
export function idsIn(stored: Stored): readonly number[] {
  if (typeof stored === 'number') return [stored];
  return Array.isArray(stored) ? (stored as readonly number[]) : [];
}
