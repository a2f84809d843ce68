import type {
  CanonicalCustomer,
  CanonicalData,
  CanonicalProduct,
  EntityType,
} from '../connectors/canonical/canonical.types.ts';
import { contentHash } from './field.diff.ts';

/** The value by which two entities of the same type are recognized as the same. Null when the entity has none. */
function naturalKey(entity: EntityType, data: CanonicalData): string | null {
  if (entity === 'customer') return (data as CanonicalCustomer).email?.trim().toLowerCase() || null;
  if (entity === 'product') return (data as CanonicalProduct).sku || null;
  return null;
}

/** Whether both are the same customer by email, or the same product by SKU: its own, or that of a variation. */
export function shareNaturalKey(entity: EntityType, one: CanonicalData, other: CanonicalData): boolean {
  const keys = new Set(naturalKeys(entity, one));
  return naturalKeys(entity, other).some((key) => keys.has(key));
}

function naturalKeys(entity: EntityType, data: CanonicalData): string[] {
  const variations = entity === 'product' ? ((data as CanonicalProduct).variations ?? []) : [];
  return [naturalKey(entity, data), ...variations.map(({ sku }) => sku)].flatMap((key) => key || []);
}

/** What no two entries of a system share, each with its name: an e-mail, and of products the SKUs and barcodes of variations, too. */
export function rivalKeys(entity: EntityType, data: CanonicalData): string[] {
  if (entity === 'order') return [];
  const keys = naturalKeys(entity, data).map((key) => `${entity === 'customer' ? 'e-mail' : 'SKU'} ${key}`);
  if (entity === 'customer') return keys.map(bounded);
  const { barcode, variations } = data as CanonicalProduct;
  const barcodes = [barcode, ...(variations ?? []).map((variation) => variation.barcode)].flatMap((code) => code || []);
  return [...new Set([...keys, ...barcodes.map((code) => `barcode ${code}`)])].map(bounded);
}

/** It has to fit into an index. */
const bounded = (key: string): string => (key.length > 300 ? `${key.slice(0, 200)}… ${contentHash(key)}` : key);
