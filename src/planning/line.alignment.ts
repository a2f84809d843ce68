import type { CanonicalData, CanonicalOrderLine } from '../connectors/canonical/canonical.types.ts';
import { byKey } from './list.elements.ts';

type Line = CanonicalOrderLine;

/**
 * The key of an order's line is its SKU, and one of two systems may no longer know it: a shop forgets the SKU of a product that was
 * deleted. Gives the lines of `data` without a SKU the one that the same line has in `reference`, so that the two are compared and not
 * taken for one that is gone and one that is new. The ids of products in both must be of one system. Pure.
 */
export function withSkusOf(reference: CanonicalData, data: CanonicalData): CanonicalData {
  const [theirs, mine] = [linesOf(reference), linesOf(data)];
  if (!theirs || !mine) return data;
  const pairs = pairsOf(onlyIn(mine, theirs), onlyIn(theirs, mine));
  if (pairs.size === 0) return data;
  return { ...data, lines: mine.map((line) => ({ ...line, ...pairs.get(line) })) } as CanonicalData;
}

/** The source with the SKUs of the target, whose lines are the same ones with references of the destination. Pure. */
export function withSkusFrom(target: CanonicalData, source: CanonicalData): CanonicalData {
  const [known, lines] = [linesOf(target), linesOf(source)];
  if (!known || !lines) return source;
  const worn = lines.map((line, i) => (line.sku === known[i]?.sku ? line : { ...line, sku: known[i]?.sku ?? null }));
  return { ...source, lines: worn } as CanonicalData;
}

/** The lines of products whose keys the others do not have. */
function onlyIn(lines: readonly Line[], others: readonly Line[]): readonly Line[] {
  const theirs = byKey('lines', others as never);
  const own = [...byKey('lines', lines as never)].filter(([key]) => !theirs.has(key));
  return own.map(([, line]) => line as never as Line).filter(({ kind }) => kind === 'product');
}

/** Lines of one product, or else of one name, of which one has a SKU. What is not unique is no pair. */
function pairsOf(mine: readonly Line[], theirs: readonly Line[]): ReadonlyMap<Line, Pick<Line, 'sku'>> {
  const found = new Map<Line, Pick<Line, 'sku'>>();
  for (const isSame of [sameProduct, sameName]) {
    for (const line of mine) {
      const [other, ...more] = theirs.filter((one) => isSame(line, one));
      if (!other || more.length > 0 || found.has(line) || line.sku) continue;
      if (mine.filter((one) => isSame(one, other)).length === 1) found.set(line, { sku: other.sku ?? null });
    }
  }
  return found;
}

const sameProduct = (a: Line, b: Line): boolean =>
  Boolean(a.product_external_id) && a.product_external_id === b.product_external_id && !(a.sku && b.sku);

/** Two SKUs, or two products, are never one line. */
const sameName = (a: Line, b: Line): boolean =>
  a.name === b.name && !(a.sku && b.sku) && (!a.product_external_id || !b.product_external_id);

const linesOf = (data: CanonicalData): readonly Line[] | undefined => ('lines' in data ? data.lines : undefined);
