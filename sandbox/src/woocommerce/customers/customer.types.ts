/** A billing or shipping address as the API shows it; absent parts are empty text. */
export interface Address {
  first_name: string;
  last_name: string;
  company: string;
  address_1: string;
  address_2: string;
  city: string;
  postcode: string;
  /** ISO 3166 code of two letters. */
  country: string;
  state: string;
  phone: string;
}

export interface BillingAddress extends Address {
  email: string;
}

export interface MetaItem {
  id: number;
  key: string;
  value: unknown;
}

interface CustomerNames {
  first_name: string;
  last_name: string;
}

/** A customer as the shop keeps it; customer.presenter.ts turns it into what the API shows. */
export interface CustomerRecord extends CustomerNames {
  id: number;
  /** Milliseconds since 1970, whole seconds. */
  createdAt: number;
  /** Null for a customer made outside WooCommerce and never saved since. */
  modifiedAt: number | null;
  email: string;
  role: string;
  username: string;
  billing: BillingAddress;
  shipping: Address;
  is_paying_customer: boolean;
  meta_data: readonly MetaItem[];
}

/** What the generated part of a shop depends on; equal options make equal shops. */
export interface ShopSeed {
  seed: number;
  /** How many customers are generated; index 0 is the first, its id is 2 (1 is the administrator). */
  customers: number;
  /** Share of them whose data a destination would refuse, 0 to 1. */
  badRate: number;
}
