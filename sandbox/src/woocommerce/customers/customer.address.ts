import type { Address, BillingAddress } from './customer.types.ts';

/** An address with nothing in it, as the API shows one that was never given. */
export const EMPTY_ADDRESS: Readonly<Address> = {
  first_name: '',
  last_name: '',
  company: '',
  address_1: '',
  address_2: '',
  city: '',
  postcode: '',
  country: '',
  state: '',
  phone: '',
};

/** The same with an email, fields in recorded order. */
export const EMPTY_BILLING: Readonly<BillingAddress> = (({ phone, ...rest }) => ({ ...rest, email: '', phone }))(
  EMPTY_ADDRESS,
);

/** The address with every given field replaced. Unknown fields are ignored. */
export function mergeAddress<T extends object>(address: T, given: unknown): T {
  if (typeof given !== 'object' || given === null) return address;
  const known = Object.entries(given).filter(
    ([name, value]) => name in address && value !== undefined && value !== null,
  );
  return { ...address, ...Object.fromEntries(known.map(([name, value]) => [name, String(value)])) };
}
