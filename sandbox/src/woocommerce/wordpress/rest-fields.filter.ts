import { wordsOf } from './rest-args.sanitizer.ts';

type Tree = Map<string, Tree>;

/**
 * Keeps only what `_fields` names (`id,billing.email`), in the order of the data, not of the list (recording 67).
 * `inRequestedOrder` keeps the order of the list, as products do (recording 64). One thing alone keeps its links (151, 282, 618).
 * Without `_fields` everything is kept. An object without fields becomes `[]`, as PHP writes an empty array. What is asked for within a list
 * of a thing leaves out the list, and of products within an object, too (543, 544).
 */
export function filterFields(body: unknown, fields: unknown, inRequestedOrder = false): unknown {
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
  const links = linksOf(body);
  const isWhole = (part: unknown) => !inRequestedOrder && !Array.isArray(part);
  for (const item of Array.isArray(body) ? body : links === null ? [] : [body])
    for (const [name, part] of Object.entries(item))
      if ((tree.get(name)?.size ?? 0) > 0 && !isWhole(part)) tree.delete(name);
  const cut = (item: unknown) => (inRequestedOrder ? inOrderOf(tree, prune(item, tree)) : prune(item, tree));
  return Array.isArray(body) ? body.map(cut) : links === null ? cut(body) : { ...(cut(body) as object), _links: links };
}

function inOrderOf(tree: Tree, item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const parts = new Map(Object.entries(item));
  return Object.fromEntries(
    [...tree.keys()].flatMap((key) => (parts.has(key) ? [[key, parts.get(key)] as const] : [])),
  );
}

function prune(value: unknown, tree: Tree): unknown {
  if (tree.size === 0 || typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, part]) => {
    const child = tree.get(key);
    return child ? [[key, prune(part, child)] as const] : [];
  });
  return kept.length === 0 ? [] : Object.fromEntries(kept);
}

function linksOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && '_links' in body ? body._links : null;
}
