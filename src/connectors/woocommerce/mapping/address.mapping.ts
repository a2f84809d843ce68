import { known, membersOf, plainText } from '../../border/exact.value.ts';
import type { CanonicalAddress } from '../../canonical/canonical.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { recordOf } from './raw.reader.ts';

const SHOP_NAMES = {
  first_name: 'first_name',
  last_name: 'last_name',
  company: 'company',
  line1: 'address_1',
  line2: 'address_2',
  city: 'city',
  postcode: 'postcode',
  state: 'state',
  country: 'country',
  phone: 'phone',
  email: 'email',
} as const satisfies Record<keyof CanonicalAddress, string>;

export type AddressMember = keyof CanonicalAddress;
const ADDRESS_MEMBERS = Object.keys(SHOP_NAMES) as AddressMember[];

/**
 * Leaves out members that the shop does not return (a shipping address has no email). Addresses are not HTML-escaped. `field`: where it
 * stands, such as `billing`. Throws InvalidValue.
 */
export function addressFromShop(
  value: unknown,
  field: string,
  without: readonly AddressMember[] = [],
): CanonicalAddress {
  const of = membersOf(recordOf(value), `${field}.`);
  const members = ADDRESS_MEMBERS.filter((member) => !without.includes(member));
  return known(Object.fromEntries(members.map((member) => [member, of(SHOP_NAMES[member], plainText)])));
}

/** Writes only the given members; null empties one. */
export function addressToShop(address: CanonicalAddress): Raw {
  const given = ADDRESS_MEMBERS.filter((member) => address[member] !== undefined);
  return Object.fromEntries(given.map((member) => [SHOP_NAMES[member], address[member] ?? '']));
}
