import Big from 'big.js';
import type { CanonicalOrder, CanonicalOrderLine, Decimal } from '../../canonical/canonical.types.ts';

/**
 * What is written of an order is the source's lines, with what people changed in Odoo, then lines that people added there. Only the first
 * are ours to write. Their totals are those of the source, moved by what people changed.
 */
export function ownLines(data: CanonicalOrder, whole: CanonicalOrder): CanonicalOrder {
  const left = new Map<string, number>();
  for (const line of whole.lines ?? []) left.set(keyOf(line), (left.get(keyOf(line)) ?? 0) + 1);
  const lines = (data.lines ?? []).filter((line) => {
    const count = left.get(keyOf(line)) ?? 0;
    left.set(keyOf(line), count - 1);
    return count > 0;
  });
  const moved = (amountOf: (line: CanonicalOrderLine) => Decimal) =>
    sumOf(lines.map(amountOf)).minus(sumOf((whole.lines ?? []).map(amountOf)));
  const [net, tax] = [moved(({ total }) => total), moved(({ tax_total }) => tax_total ?? '0')];
  return {
    lines,
    ...(whole.total !== undefined && { total: new Big(whole.total).plus(net).plus(tax).toFixed() }),
    ...(whole.tax_total !== undefined && { tax_total: new Big(whole.tax_total).plus(tax).toFixed() }),
  };
}

/** As the plan of an order tells its lines apart. */
const keyOf = ({ kind, sku, name }: CanonicalOrderLine): string => `${kind} ${sku || name}`;

const sumOf = (amounts: readonly Decimal[]): Big => amounts.reduce((sum, amount) => sum.plus(amount), new Big(0));
