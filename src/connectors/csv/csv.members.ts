import type { CanonicalAddress, CanonicalCustomer, CanonicalProduct } from '../canonical/canonical.types.ts';

/** The type of a cell. `price` and `quantity`: decimals; `flag`: true or false; `country`: two letters of ISO 3166-1. */
export type CellKind = 'text' | 'price' | 'quantity' | 'flag' | 'country';
export type CsvEntity = 'customer' | 'product';

const ADDRESS = {
  ...{ first_name: 'text', last_name: 'text', company: 'text', line1: 'text', line2: 'text', city: 'text' },
  ...{ postcode: 'text', state: 'text', country: 'country', phone: 'text', email: 'text' },
} as const satisfies Record<keyof CanonicalAddress, CellKind>;

const CUSTOMER: Partial<Record<keyof CanonicalCustomer, CellKind>> = {
  ...{ email: 'text', name: 'text', first_name: 'text', last_name: 'text', company: 'text', phone: 'text' },
  ...{ vat: 'text', reference: 'text', active: 'flag' },
};

const PRODUCT: Partial<Record<keyof CanonicalProduct, CellKind>> = {
  ...{ sku: 'text', name: 'text', description: 'text', short_description: 'text', barcode: 'text' },
  ...{ active: 'flag', published: 'flag' },
  ...{ price: 'price', sale_price: 'price', cost: 'price', weight: 'quantity', stock: 'quantity' },
};

const under = (member: string) => Object.entries(ADDRESS).map(([name, kind]) => [`${member}.${name}`, kind] as const);

/** The members that a column can map to, by path: those that fit in one cell. */
export const MEMBERS: Readonly<Record<CsvEntity, ReadonlyMap<string, CellKind>>> = {
  customer: new Map([...Object.entries(CUSTOMER), ...under('billing'), ...under('shipping')]),
  product: new Map(Object.entries(PRODUCT)),
};
