import type {
  CanonicalCustomer,
  CanonicalData,
  CanonicalOrder,
  CanonicalProduct,
  EntityType,
} from '../connectors/canonical/canonical.types.ts';
import { comparableEmails, comparableName, comparableVat } from '../connectors/canonical/comparable.text.ts';
import type { Match } from '../connectors/contract/connector.types.ts';

/** What an item and an entry may have in common. `mark`: our own create made the entry for the item. `content`: see Match.lookalike. */
export const MATCH_KEYS = ['mark', 'email', 'name', 'vat', 'reference', 'sku', 'barcode', 'number', 'content'] as const;
export type MatchKey = (typeof MATCH_KEYS)[number];

/** Strong: the mark. Medium: enough to take the entry for the same. Weak: a person decides. */
export const MATCH_STRENGTHS = ['strong', 'medium', 'weak'] as const;
export type MatchStrength = (typeof MATCH_STRENGTHS)[number];

export interface ScoredMatch {
  readonly entry: Match;
  readonly strength: MatchStrength;
  readonly by: readonly MatchKey[];
  /** Of the entry by itself: it has no name and no VAT number that could be somebody else's. */
  readonly nameless: boolean;
}

/** How sure it is that an entry of the destination is the item. Pure; docs/matching.md has the table. */
export function scoreMatch(entity: EntityType, target: CanonicalData, entry: Match): ScoredMatch {
  const [mine, theirs] = [keysOf(entity, target), entry.data && keysOf(entity, entry.data)];
  // What is in a trash has no data; it was found by the key that the system searches for.
  const shared = theirs ? sharedKeys(mine, theirs) : ([entity === 'product' ? 'sku' : 'email'] as const);
  const by: readonly MatchKey[] = entry.marked
    ? ['mark', ...shared]
    : entry.lookalike
      ? [...shared, 'content']
      : shared;
  const nameless = !theirs?.name && !theirs?.vat;
  if (entry.marked) return { entry, by, nameless, strength: 'strong' };
  const differs = (key: MatchKey) => theirs !== null && isContradicted(mine[key], theirs[key]);
  return { entry, by, nameless, strength: isMedium(new Set(by), differs) ? 'medium' : 'weak' };
}

function isMedium(has: ReadonlySet<MatchKey>, differs: (key: MatchKey) => boolean): boolean {
  if (has.has('sku')) return true;
  if (has.has('barcode')) return !differs('sku');
  if (has.has('vat')) return has.has('email') || has.has('name');
  if (!has.has('name') || differs('vat')) return false;
  return has.has('email') || (has.has('reference') && !differs('email'));
}

/** The values of each key, in forms that can be compared. */
type Keys = Partial<Record<MatchKey, readonly string[]>>;

function keysOf(entity: EntityType, data: CanonicalData): Keys {
  if (entity === 'customer') return customerKeys(data as CanonicalCustomer);
  return entity === 'product'
    ? productKeys(data as CanonicalProduct)
    : keys({ number: [(data as CanonicalOrder).number] });
}

/** Whether the two have the same name or, of an order, the same number, and nothing by which people tell such two apart differs. Pure. */
export function looksAlike(entity: EntityType, one: CanonicalData, other: CanonicalData): boolean {
  const [mine, theirs] = [keysOf(entity, one), keysOf(entity, other)];
  if (!sharedKeys(mine, theirs).includes(entity === 'order' ? 'number' : 'name')) return false;
  return (
    !MATCH_KEYS.some((key) => isContradicted(mine[key], theirs[key])) &&
    distinctions(entity, one).every((value, index) => !differs(value, distinctions(entity, other)[index]))
  );
}

function distinctions(entity: EntityType, data: CanonicalData): (string | null | undefined)[] {
  if (entity === 'product') return [];
  if (entity === 'order') {
    const { created_at, customer, currency } = data as CanonicalOrder;
    return [created_at, customer?.external_id, currency];
  }
  const { phone, billing } = data as CanonicalCustomer;
  return [phone?.replace(/\D/g, ''), billing?.country, billing?.postcode, comparableName(billing?.city)];
}

const differs = (one: string | null | undefined, other: string | null | undefined): boolean =>
  Boolean(one) && Boolean(other) && one !== other;

function customerKeys(customer: CanonicalCustomer): Keys {
  const { name, first_name, last_name, company } = customer;
  const joined = [first_name, last_name].filter(Boolean).join(' ');
  return keys({
    email: comparableEmails(customer.email),
    // A company is the name of who has no other; a buyer of a company is not the company.
    name: [comparableName(name) ?? comparableName(joined) ?? comparableName(company)],
    vat: [comparableVat(customer.vat)],
    reference: [customer.reference],
  });
}

function productKeys(product: CanonicalProduct): Keys {
  const all = [product, ...(product.variations ?? [])];
  return keys({
    name: [comparableName(product.name)],
    sku: all.map(({ sku }) => sku),
    barcode: all.map(({ barcode }) => barcode),
  });
}

function keys(values: Readonly<Record<string, readonly (string | null | undefined)[]>>): Keys {
  const filled = Object.entries(values).map(([key, list]) => [key, list.filter((value) => Boolean(value))] as const);
  return Object.fromEntries(filled.filter(([, list]) => list.length > 0)) as Keys;
}

function sharedKeys(mine: Keys, theirs: Keys): MatchKey[] {
  return MATCH_KEYS.filter((key) => mine[key]?.some((value) => theirs[key]?.includes(value)));
}

const isContradicted = (mine: readonly string[] | undefined, theirs: readonly string[] | undefined): boolean =>
  mine !== undefined && theirs !== undefined && !mine.some((value) => theirs.includes(value));
