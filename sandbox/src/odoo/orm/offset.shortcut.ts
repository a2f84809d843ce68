import type { Narrowing } from './domain.narrowing.ts';
import type { DomainNode } from './domain.parser.ts';
import type { Environment } from './model.types.ts';
import type { OrderKey } from './record.order.ts';

export interface Shortcut {
  /** Index of the generated record to start reading at. */
  from: number;
  /** How many matching records before it are skipped. */
  skipped: number;
}

/**
 * How far a search can skip generated records that all match. Kept records are still read from the start, and any of them
 * may come before the offset, so the search skips fewer by their number.
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

/** Whether the domain is true of every generated record in the range it was narrowed to. */
function isStretch(node: DomainNode): boolean {
  if (node.kind === 'and') return node.nodes.every(isStretch);
  if (node.kind !== 'condition') return node.kind === 'always';
  const compares = ['>', '>=', '<', '<='].includes(node.operator);
  if (node.path === 'id') return compares && typeof node.value === 'number';
  return node.path === 'write_date' && compares && typeof node.value === 'string';
}
