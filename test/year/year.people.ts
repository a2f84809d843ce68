export type ShopName = 'north' | 'south';

/** Keys of people and of products: the first third belongs to one shop, the second to the other, the last to both. */
export const SHARED = { first: 40, last: 59 };

/** The key that a shop uses for this number: a shop's own, or one that both have. */
export const keyOf = (shop: ShopName, number: number): string =>
  number >= SHARED.first ? `both-${number}` : `${shop}-${number % SHARED.first}`;

/** Both shops know the same of whom or what they share, so that they cannot differ about it. */
export const isShared = (key: string): boolean => key.startsWith('both-');

export const emailOf = (key: string): string => `${key}@people.example`;
export const skuOf = (key: string): string => `SKU-${key}`.toUpperCase();

/** What a shop knows of a person after so many changes. */
export const personOf = (key: string, version: number) => ({
  first_name: `Ada ${version}`,
  last_name: `Of ${key}`,
  billing: { phone: `+41 31 555 ${String(1_000 + version)}`, city: `Town ${version % 7}`, country: 'CH' },
});

export const priceOf = (cents: number): string => (cents / 100).toFixed(2);
