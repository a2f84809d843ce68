import { membersOf, plainText, readItem } from '../../border/exact.value.ts';
import type { CanonicalAddress, CanonicalCustomer } from '../../canonical/canonical.types.ts';
import { type Changes, changedMembers, changes } from '../../canonical/changed.paths.ts';
import type { ExternalItem } from '../../contract/connector.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { type AddressMember, addressFromShop, addressToShop } from './address.mapping.ts';
import { idOf, markedWith, recordOf, unmappable } from './raw.reader.ts';
import { encodeName, plainName, textOf } from './shop.values.ts';

/** The fields that a read requests. */
export const CUSTOMER_FIELDS = 'id,email,first_name,last_name,billing,shipping';

/** The shop stores a customer's phone and company in the billing address. They are mapped once, as members of the customer. */
const OF_THE_CUSTOMER: readonly AddressMember[] = ['company', 'phone'];

const GUEST_PREFIX = 'guest:';

export function guestId(email: string): string {
  return GUEST_PREFIX + email.trim().toLowerCase();
}

/** Null when the id is not the id of a guest. */
export function guestEmail(externalId: string): string | null {
  return externalId.startsWith(GUEST_PREFIX) ? externalId.slice(GUEST_PREFIX.length) : null;
}

export function customerFromShop(raw: Raw): ExternalItem {
  const broken = unmappable(raw);
  if (broken) return broken;
  return readItem(String(idOf(raw)), raw, () => customerData(raw));
}

function customerData(raw: Raw): CanonicalCustomer {
  const of = membersOf(raw);
  const billing = recordOf(raw.billing);
  const ofBilling = membersOf(billing, 'billing.');
  const [first, last] = [of('first_name', plainName), of('last_name', plainName)];
  return {
    email: of('email', plainText),
    name: first === undefined || last === undefined ? undefined : fullName(first, last),
    first_name: first,
    last_name: last,
    company: ofBilling('company', plainText),
    phone: ofBilling('phone', plainText),
    billing: of('billing', billingOf),
    shipping: of('shipping', addressFromShop),
    guest: false,
  };
}

/** The customer who placed an order without an account; null when the order has no email. */
export function guestFromOrder(order: Raw): ExternalItem | null {
  const billing = recordOf(order.billing);
  const email = textOf(billing.email)?.trim();
  if (!email) return null;
  return readItem(guestId(email), order, () => guestData(order, billing, email));
}

function guestData(order: Raw, billing: Raw, email: string): CanonicalCustomer {
  const ofBilling = membersOf(billing, 'billing.');
  const [first, last] = [ofBilling('first_name', plainText), ofBilling('last_name', plainText)];
  return {
    email,
    name: first === undefined || last === undefined ? undefined : fullName(first, last),
    first_name: first,
    last_name: last,
    company: ofBilling('company', plainText),
    phone: ofBilling('phone', plainText),
    billing: billingOf(billing, 'billing'),
    shipping: membersOf(order)('shipping', addressFromShop),
    guest: true,
  };
}

const billingOf = (value: unknown, field: string): CanonicalAddress => addressFromShop(value, field, OF_THE_CUSTOMER);

/** The body of a create (`paths` null), or of an update that writes only the `paths`. */
export function customerToShop(data: CanonicalCustomer, paths: Changes): Raw {
  const body: Record<string, unknown> = { ...namesToShop(data, paths) };
  if (data.email !== undefined && changes(paths, 'email')) body.email = data.email ?? '';
  const billing = billingToShop(data, paths);
  if (Object.keys(billing).length > 0) body.billing = billing;
  if (data.shipping && changes(paths, 'shipping')) {
    body.shipping = addressToShop(changedMembers(paths, 'shipping', data.shipping));
  }
  return body;
}

export function customerToCreate(data: CanonicalCustomer, key: string): Raw {
  return { ...customerToShop(data, null), meta_data: markedWith(key) };
}

function billingToShop(data: CanonicalCustomer, paths: Changes): Raw {
  const given: CanonicalAddress = data.billing ? changedMembers(paths, 'billing', data.billing) : {};
  const own: CanonicalAddress = {
    ...(data.company !== undefined && changes(paths, 'company') && { company: data.company }),
    ...(data.phone !== undefined && changes(paths, 'phone') && { phone: data.phone }),
  };
  // A create also accepts a phone that the source has only in the address. Updates write it only as a member of the customer.
  const { company: _company, phone: _phone, ...address } = given;
  return addressToShop({ ...(paths === null ? given : address), ...own });
}

/** First and last name take precedence over the full name, which is split at its last space. */
function namesToShop(data: CanonicalCustomer, paths: Changes): Raw {
  const parts: Record<string, string> = {};
  if (data.name !== undefined && changes(paths, 'name')) Object.assign(parts, splitName(data.name));
  if (data.first_name !== undefined && changes(paths, 'first_name')) parts.first_name = data.first_name ?? '';
  if (data.last_name !== undefined && changes(paths, 'last_name')) parts.last_name = data.last_name ?? '';
  return Object.fromEntries(Object.entries(parts).map(([member, text]) => [member, encodeName(text)]));
}

function splitName(name: string | null): { first_name: string; last_name: string } {
  const text = name?.trim() ?? '';
  const cut = text.lastIndexOf(' ');
  return cut < 0
    ? { first_name: text, last_name: '' }
    : { first_name: text.slice(0, cut).trimEnd(), last_name: text.slice(cut + 1) };
}

function fullName(first: string | null, last: string | null): string | null {
  return [first, last].filter((part) => part !== null).join(' ') || null;
}
