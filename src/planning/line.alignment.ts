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

/** Lines of one product, or else of one name. What is not unique is no pair. */
function pairsOf(mine: readonly Line[], theirs: readonly Line[]): ReadonlyMap<Line, Line> {
  const found = new Map<Line, Line>();
  for (const isSame of [sameProduct, sameName]) {
    const taken = new Set(found.values());
    for (const line of mine.filter((one) => !found.has(one))) {
      const [other, ...more] = theirs.filter((one) => !taken.has(one) && isSame(line, one));
      if (other && more.length === 0 && mine.filter((one) => isSame(one, other)).length === 1) found.set(line, other);
    }
  }
  return found;
}

const sameProduct = (a: Line, b: Line): boolean =>
  Boolean(a.product_external_id) && a.product_external_id === b.product_external_id;

/** Of two products they are not one. */
const sameName = (a: Line, b: Line): boolean => a.name === b.name && (!a.product_external_id || !b.product_external_id);

const linesOf = (data: CanonicalData): readonly Line[] | undefined => ('lines' in data ? data.lines : undefined);
