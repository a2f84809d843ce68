import type { Narrowing } from './domain.narrowing.ts';
import type { DomainNode } from './domain.parser.ts';
import type { Environment } from './model.types.ts';
import type { OrderKey } from './record.order.ts';

export interface Shortcut {
  /** Index of the generated record to start reading at. */
  from: number;
  /** How many fitting records lie before it that reading from there does not meet. */
  skipped: number;
}

/**
 * How far a search can jump over generated records that all fit. Kept records are still read from the start, and any of
 * them may come before the offset: so the jump falls short by as many as there are.
 */
export function shortcutTo(
  offset: number,
  parts: { env: Environment; model: string; node: DomainNode; keys: readonly OrderKey[]; narrowing: Narrowing },
): Shortcut {
  const { env, model, node, keys, narrowing } = parts;
  const { from, to } = narrowing;
  if (offset === 0 || !isAscending(keys) || !isStretch(node)) return { from, skipped: 0 };
  const table = env.db.table(model);
  const reach = offset - table.keptSortedBy('id').length;
  const start = Math.max(from, Math.min(to, from + reach));
  return { from: start, skipped: start - from - table.touchedBetween(from, start) };
}

function isAscending([first, second]: readonly OrderKey[]): boolean {
  if (!first || first.descending) return false;
  if (first.field === 'id') return true;
  return first.field === 'write_date' && second?.field === 'id' && !second.descending;
}

/** Is that true of every generated record in the stretch the domain was narrowed to? */
function isStretch(node: DomainNode): boolean {
  if (node.kind === 'and') return node.nodes.every(isStretch);
  if (node.kind !== 'condition') return node.kind === 'always';
  const compares = ['>', '>=', '<', '<='].includes(node.operator);
  if (node.path === 'id') return compares && typeof node.value === 'number';
  return node.path === 'write_date' && compares && typeof node.value === 'string';
}
