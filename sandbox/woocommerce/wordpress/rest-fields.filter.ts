import { wordsOf } from './rest-args.sanitizer.ts';

type Tree = Map<string, Tree>;

/**
 * Keeps only what `_fields` names (`id,billing.email`), in the order of the data, not of the list (recording 67).
 * Nothing asked keeps all; an object left without fields is `[]`, as PHP writes an empty array.
 */
export function filterFields(body: unknown, fields: unknown): unknown {
  const names = wordsOf(fields);
  if (names.length === 0) return body;
  const tree: Tree = new Map();
  for (const name of names) {
    let node = tree;
    for (const key of name.split('.')) {
      const child: Tree = node.get(key) ?? new Map();
      node.set(key, child);
      node = child;
    }
  }
  return Array.isArray(body) ? body.map((item) => prune(item, tree)) : prune(body, tree);
}

function prune(value: unknown, tree: Tree): unknown {
  if (tree.size === 0 || typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, part]) => {
    const child = tree.get(key);
    return child ? [[key, prune(part, child)] as const] : [];
  });
  return kept.length === 0 ? [] : Object.fromEntries(kept);
}
