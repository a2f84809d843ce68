import { compileDomain, type RecordTest } from './domain.compiler.ts';
import { type Narrowing, narrow } from './domain.narrowing.ts';
import { type DomainNode, mentions, parseDomain } from './domain.parser.ts';
import type { Environment } from './model.types.ts';
import { shortcutTo } from './offset.shortcut.ts';
import { type OrderKey, parseOrder, recordComparator } from './record.order.ts';
import { hidesAny, isHidden } from './record.rules.ts';
import { scan } from './record.scan.ts';

export interface SearchParts {
  offset?: number;
  /** 0 and null mean no limit. */
  limit?: number | null;
  order?: string | null;
}

/** Ids of the records that match a domain, in order. Archived records only if the domain or the context asks for them. */
export function searchIds(env: Environment, model: string, domain: unknown, parts: SearchParts = {}): number[] {
  const { order, limit } = parts;
  const keys = parseOrder(env, model, order || env.db.model(model).order);
  const offset = Math.max(0, Number(parts.offset ?? 0) || 0);
  const end = limit ? offset + Number(limit) : Number.POSITIVE_INFINITY;
  const node = withActiveTest(env, model, parseDomain(domain));
  const test = visibleTest(env, model, node);
  // The salt makes the order of ties differ between pages.
  const query = { node, test, keys, salt: offset * 7919 + Number(limit ?? 0), end };
  const narrowing = narrow(env, model, node);
  if (narrowing.ids || !comesSorted(keys) || hidesAny(env, model)) return take(sorted(env, model, query), offset, end);
  const { from, skipped } = shortcutTo(offset, { env, model, node, keys, narrowing });
  return take(inOrder(env, model, query, { ...narrowing, from }), offset - skipped, end - skipped);
}

/** How many records match. */
export function countRecords(env: Environment, model: string, domain: unknown, limit?: number | null): number {
  const node = withActiveTest(env, model, parseDomain(domain));
  const test = visibleTest(env, model, node);
  const most = limit || Number.POSITIVE_INFINITY;
  let count = 0;
  for (const id of candidates(env, model, node)) {
    if (count >= most) break;
    if (test(id)) count += 1;
  }
  return count;
}

/** A record that a rule hides matches nothing. */
function visibleTest(env: Environment, model: string, node: DomainNode): RecordTest {
  const test = compileDomain(env, model, node);
  return hidesAny(env, model) ? (id) => !isHidden(env, model, id) && test(id) : test;
}

interface Query {
  node: DomainNode;
  test: RecordTest;
  keys: readonly OrderKey[];
  salt: number;
  /** How many results are needed. */
  end: number;
}

/** Generated records ascend by these. */
function comesSorted([first]: readonly OrderKey[]): boolean {
  return first?.field === 'id' || first?.field === 'write_date';
}

function sorted(env: Environment, model: string, { node, test, keys, salt, end }: Query): number[] {
  const compare = recordComparator(env, model, keys, salt);
  return smallest(candidates(env, model, node), { test, compare, end });
}

/** Matching records in reading order, which is sorted by the first key already: only ties in it are sorted here. */
function* inOrder(
  env: Environment,
  model: string,
  { test, keys, salt }: Query,
  { from, to }: Narrowing,
): Generator<number> {
  const [first = { field: 'id', descending: false }, ...rest] = keys;
  const table = env.db.table(model);
  const compare = recordComparator(env, model, rest, salt);
  const key = (id: number) => table.value(id, first.field);
  let group: number[] = [];
  for (const id of scan(table, { field: first.field, descending: first.descending, from, to })) {
    if (!test(id)) continue;
    const [head] = group;
    if (head !== undefined && key(head) !== key(id)) {
      yield* group.length > 1 ? group.sort(compare) : group;
      group = [];
    }
    group.push(id);
  }
  yield* group.sort(compare);
}

/** The first `end` matching ids by a comparison, sorted; holds at most twice as many in memory. */
function smallest(
  ids: Iterable<number>,
  { test, compare, end }: { test: RecordTest; compare: (a: number, b: number) => number; end: number },
): number[] {
  let found: number[] = [];
  let last: number | null = null;
  for (const id of ids) {
    if (!test(id) || (last !== null && compare(id, last) >= 0)) continue;
    found.push(id);
    if (found.length < 2 * end) continue;
    found = found.sort(compare).slice(0, end);
    last = found.at(-1) ?? null;
  }
  return found.sort(compare);
}

function* candidates(env: Environment, model: string, node: DomainNode): Generator<number> {
  const { ids, from, to } = narrow(env, model, node);
  if (ids) yield* ids;
  else yield* scan(env.db.table(model), { field: 'id', descending: false, from, to });
}

function take(source: Iterable<number>, offset: number, end: number): number[] {
  const found: number[] = [];
  let position = 0;
  if (end <= offset) return found;
  for (const id of source) {
    if (position >= offset) found.push(id);
    position += 1;
    if (position >= end) break;
  }
  return found;
}

function withActiveTest(env: Environment, model: string, node: DomainNode): DomainNode {
  if (!env.db.fieldOf(model, 'active') || env.context.active_test === false || mentions(node, 'active')) return node;
  const active = {
    kind: 'condition',
    path: 'active',
    operator: '=',
    value: true,
    sent: ['active', '=', true],
  } as const;
  return { kind: 'and', nodes: [node, active] };
}
