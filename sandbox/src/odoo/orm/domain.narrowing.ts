import { datetimeTest } from './datetime.condition.ts';
import type { Condition, DomainNode } from './domain.parser.ts';
import type { Environment, Field } from './model.types.ts';
import { isPlainPattern } from './text.pattern.ts';

/**
 * Where the records of a domain can be: a list of ids, or a range of the generated ones (by index, `to` excluded) and all
 * others. It may be too large, never too small; the domain decides.
 */
export interface Narrowing {
  ids: readonly number[] | null;
  from: number;
  to: number;
}

/** Uses conditions on ids, indexed fields and write dates, so that a search need not read every record. */
export function narrow(env: Environment, model: string, node: DomainNode): Narrowing {
  const all = { ids: null, from: 0, to: env.db.table(model).generated.count };
  if (node.kind === 'never') return { ids: [], from: 0, to: 0 };
  if (node.kind === 'condition') return narrowCondition(env, model, node, all);
  if (node.kind === 'and') {
    const parts = node.nodes.map((part) => narrow(env, model, part));
    const listed = parts.flatMap(({ ids }) => (ids ? [ids] : [])).sort((a, b) => a.length - b.length);
    const from = Math.max(0, ...parts.map((part) => part.from));
    return { ids: listed[0] ?? null, from, to: Math.min(all.to, ...parts.map((part) => part.to)) };
  }
  if (node.kind === 'or') {
    const parts = node.nodes.map((part) => narrow(env, model, part));
    if (parts.every(({ ids }) => ids)) return { ...all, ids: [...new Set(parts.flatMap(({ ids }) => ids ?? []))] };
    if (parts.some(({ ids }) => ids)) return all;
    const from = Math.min(...parts.map((part) => part.from));
    return { ids: null, from, to: Math.max(...parts.map((part) => part.to)) };
  }
  return all;
}

function narrowCondition(env: Environment, model: string, condition: Condition, all: Narrowing): Narrowing {
  const { path, operator, value } = condition;
  const field = env.db.fieldOf(model, path);
  if (!field) return all;
  const table = env.db.table(model);
  if (path === 'id' && typeof value === 'number') {
    const index = value - table.generated.firstId;
    if (operator === '>' || operator === '>=') return { ...all, from: Math.max(0, index + (operator === '>' ? 1 : 0)) };
    if (operator === '<' || operator === '<=') {
      return { ...all, to: Math.min(all.to, index + (operator === '<' ? 0 : 1)) };
    }
  }
  if (path === 'write_date') {
    const { from, before } = datetimeTest(env.version, condition);
    const dateAt = (index: number) => Number(table.generated.columns.write_date?.(index) ?? 0);
    return {
      ...all,
      from: firstWhere(all.to, (i) => dateAt(i) >= from),
      to: firstWhere(all.to, (i) => dateAt(i) >= before),
    };
  }
  const wanted = equalTo(path, operator, value);
  if (!wanted) return all;
  const lists = wanted.map((item) => idsWith(env, model, path, field, item));
  return lists.every((list) => list !== null) ? { ...all, ids: [...new Set(lists.flat())] as number[] } : all;
}

/** The values that a condition compares for equality, or null for another condition. */
function equalTo(path: string, operator: string, value: unknown): (string | number)[] | null {
  if (operator === '=ilike') return typeof value === 'string' && isPlainPattern(value) ? [value] : null;
  if (operator !== '=' && operator !== 'in') return null;
  const items: unknown[] = Array.isArray(value) ? value : [value];
  const usable = items.every((item) => typeof item === 'number' || (typeof item === 'string' && path !== 'id'));
  return usable ? (items as (string | number)[]).filter((item) => item !== '') : null;
}

function idsWith(env: Environment, model: string, path: string, field: Field, value: string | number) {
  if (path === 'id') return env.db.table(model).has(Number(value)) ? [Number(value)] : [];
  if (field.candidates) return field.candidates(env.db, value);
  // A name in place of an id requires reading all records.
  if (field.relation && typeof value === 'string') return null;
  return field.indexed ? env.db.table(model).findEqual(path, field.relation ? value : String(value)) : null;
}

/** The first of 0…length-1 for which a condition that stays true once it is true holds, or length. */
function firstWhere(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
