import type { CanonicalCustomer, CanonicalData, CanonicalProduct } from '../canonical/canonical.types.ts';
import type { Candidate, ExternalItem } from '../contract/connector.types.ts';
import type { CsvEntity } from './csv.members.ts';

/** The natural keys of an item. Two items that share one match. */
function keysOf(entity: CsvEntity, data: CanonicalData): string[] {
  const { email, vat, reference } = data as CanonicalCustomer;
  const { sku, barcode } = data as CanonicalProduct;
  const keys = entity === 'customer' ? { email: email?.toLowerCase(), vat, reference } : { sku, barcode };
  return Object.entries(keys).flatMap(([name, value]) => (value ? `${name} ${value}` : []));
}

/** The items that share a key with each candidate, in the candidates' order. */
export async function matchesOf(
  entity: CsvEntity,
  candidates: readonly Candidate[],
  items: AsyncIterable<ExternalItem>,
): Promise<ExternalItem[][]> {
  const found = candidates.map((): ExternalItem[] => []);
  const wanted = candidates.map(({ data }) => new Set(keysOf(entity, data)));
  for await (const item of items) {
    const keys = item.data ? keysOf(entity, item.data) : [];
    for (const [index, own] of wanted.entries()) if (keys.some((key) => own.has(key))) found[index]?.push(item);
  }
  return found;
}
