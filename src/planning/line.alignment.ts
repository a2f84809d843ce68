import type { CanonicalData, CanonicalOrderLine } from '../connectors/canonical/canonical.types.ts';

type Line = CanonicalOrderLine;

/**
 * The key of an order's line is its SKU, and one of two systems may no longer know it: a shop forgets the SKU of a product that was
 * deleted. Gives the lines of `data` without a SKU the one that the same line has in `reference`, so that the two are compared and not
 * taken for one that is gone and one that is new. The ids of products in both must be of one system. Pure.
 */
export function withSkusOf(reference: CanonicalData, data: CanonicalData): CanonicalData {
  const [theirs, mine] = [linesOf(reference), linesOf(data)];
  if (!theirs || !mine) return data;
  const isNew = ({ sku }: Line) => sku && !mine.some((line) => line.sku === sku);
  const pairs = pairsOf(
    mine.filter(({ kind, sku }) => kind === 'product' && !sku),
    theirs.filter(isNew),
  );
  if (pairs.size === 0) return data;
  return { ...data, lines: mine.map((line) => ({ ...line, sku: (pairs.get(line) ?? line).sku })) } as CanonicalData;
}

/** The source with the SKUs of the target, whose lines are the same ones with references of the destination. Pure. */
export function withSkusFrom(target: CanonicalData, source: CanonicalData): CanonicalData {
  const [known, lines] = [linesOf(target), linesOf(source)];
  if (!known || !lines) return source;
  const worn = lines.map((line, i) => (line.sku === known[i]?.sku ? line : { ...line, sku: known[i]?.sku ?? null }));
  return { ...source, lines: worn } as CanonicalData;
}

/** From the most to the least certain. Lines of one SKU are taken in their order; between two SKUs nothing is guessed. */
function pairsOf(mine: readonly Line[], theirs: readonly Line[]): ReadonlyMap<Line, Line> {
  const found = new Map<Line, Line>();
  const free = new Set(theirs);
  for (const isSame of [every(sameName, sameAmounts), sameName, sameProduct]) {
    for (const line of mine.filter((one) => !found.has(one))) {
      const [other, ...more] = [...free].filter((one) => isSame(line, one));
      if (!other || more.some(({ sku }) => sku !== other.sku)) continue;
      found.set(line, other);
      free.delete(other);
    }
  }
  return found;
}

/**
 * Whether a line without a SKU may be one of several of the other side: which one cannot be told, so a list with it is not written.
 * Both are aligned. Pure.
 */
export function isUnclear(target: CanonicalData, current: CanonicalData): boolean {
  const [mine, theirs] = [linesOf(target) ?? [], linesOf(current) ?? []];
  const others = theirs.filter(({ kind, sku }) => kind === 'product' && sku && !mine.some((line) => line.sku === sku));
  return mine.some((line) => line.kind === 'product' && !line.sku && others.some((one) => mayBe(line, one)));
}

type Rule = (a: Line, b: Line) => boolean;

const every =
  (...rules: readonly Rule[]): Rule =>
  (a, b) =>
    rules.every((rule) => rule(a, b));
const sameProduct: Rule = (a, b) => Boolean(a.product_external_id) && a.product_external_id === b.product_external_id;
/** Of two products they are not one. */
const sameName: Rule = (a, b) =>
  a.name === b.name && (!a.product_external_id || !b.product_external_id || sameProduct(a, b));
const sameAmounts: Rule = (a, b) => a.quantity === b.quantity && a.total === b.total;
const mayBe: Rule = (a, b) => sameName(a, b) || sameProduct(a, b);

const linesOf = (data: CanonicalData): readonly Line[] | undefined => ('lines' in data ? data.lines : undefined);
