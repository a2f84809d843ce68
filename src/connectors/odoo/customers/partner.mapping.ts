import { known, membersOf } from '../../border/exact.value.ts';
import { ItemRefused } from '../../border/item.refused.ts';
import type { CanonicalAddress, CanonicalCustomer } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { Row } from '../api/odoo-api.types.ts';
import type { Geography } from '../client/geography.ts';
import { markOf, withoutMark } from '../client/odoo.marker.ts';
import { idOf, isActive, orFalse, text } from '../client/odoo.values.ts';

/** The fields that a read requests, if the server has them. */
export const PARTNER_FIELDS = [
  'name',
  'email',
  'phone',
  'vat',
  'ref',
  'company_name',
  'street',
  'street2',
  'city',
  'zip',
  'state_id',
  'country_id',
  'active',
];

/** The canonical members of a partner, as the catalogue lists them. */
export const CUSTOMER_MEMBERS = ['email', 'name', 'company', 'phone', 'vat', 'reference', 'billing', 'active'];

/** Members of the billing address that map to one field of a partner, without conversion. */
const PLAIN_ADDRESS = { line1: 'street', line2: 'street2', city: 'city', postcode: 'zip' } as const;

export function customerFromPartner(row: Row, geography: Geography): CanonicalCustomer {
  const of = membersOf(row);
  const [email, company] = [of('email', text), of('company_name', text)];
  return known({
    email,
    name: of('name', (name) => ownName(text(name), [company ?? null, email ?? null])),
    company,
    phone: of('phone', text),
    vat: of('vat', text),
    reference: of('ref', (ref) => withoutMark(text(ref))),
    billing: known({
      line1: of('street', text),
      line2: of('street2', text),
      city: of('city', text),
      postcode: of('zip', text),
      state: of('state_id', (state) => geography.stateCode(idOf(state))),
      country: of('country_id', (country) => geography.countryCode(idOf(country))),
    }),
    active: of('active', isActive),
  });
}

/** Odoo requires a name. A partner whose name is its company or email (see nameFor) has no name of its own. */
function ownName(name: string | null, substitutes: readonly (string | null)[]): string | null {
  return name !== null && substitutes.includes(name) ? null : name;
}

function nameFor(data: CanonicalCustomer): string {
  const joined = [data.first_name, data.last_name].filter(Boolean).join(' ');
  const name = data.name?.trim() || joined.trim() || data.company?.trim() || data.email?.trim();
  if (name) return name;
  throw new ItemRefused('name_required', 'Odoo requires a name, and the customer has no name, company or email.');
}

/**
 * The values of a create (`paths` null), or of an update that writes only the `paths`. Throws ItemRefused when there is no name or
 * the country is unknown. Leaves the state empty when Odoo does not have it for the country.
 */
export function partnerValues(data: CanonicalCustomer, paths: readonly string[] | null, geography: Geography) {
  const values: Record<string, unknown> = {};
  const put = (member: keyof CanonicalCustomer, field: string) => {
    if (data[member] !== undefined && changes(paths, member)) values[field] = orFalse(data[member]);
  };
  put('email', 'email');
  put('company', 'company_name');
  put('phone', 'phone');
  put('vat', 'vat');
  put('reference', 'ref');
  if (data.active !== undefined && changes(paths, 'active')) values.active = data.active;
  if (needsName(data, paths)) values.name = nameFor(data);
  if (data.billing) Object.assign(values, addressValues(data.billing, paths, geography));
  return values;
}

/** True also when the company or the email, which substitutes for the name, changes. */
function needsName(data: CanonicalCustomer, paths: readonly string[] | null): boolean {
  if (paths === null || changes(paths, 'name')) return true;
  const substituted = data.name === null && !data.first_name && !data.last_name;
  return substituted && (changes(paths, 'company') || changes(paths, 'email'));
}

function addressValues(address: CanonicalAddress, paths: readonly string[] | null, geography: Geography) {
  const values: Record<string, unknown> = {};
  const changed = (member: string) =>
    paths === null || paths.includes('billing') || paths.includes(`billing.${member}`);
  for (const [member, field] of Object.entries(PLAIN_ADDRESS)) {
    const value = address[member as keyof typeof PLAIN_ADDRESS];
    if (value !== undefined && changed(member)) values[field] = orFalse(value);
  }
  if (!changed('country') && !changed('state')) return values;
  const country = address.country ? countryId(address.country, geography) : null;
  if (address.country !== undefined && changed('country')) values.country_id = orFalse(country);
  // A state belongs to a country, so it is looked up again when either changes.
  if (address.state !== undefined) {
    const state = address.state && country !== null ? geography.stateId(country, address.state) : null;
    values.state_id = orFalse(state);
  }
  return values;
}

function countryId(code: string, geography: Geography): number {
  const id = geography.countryId(code);
  if (id !== null) return id;
  throw new ItemRefused('unknown_country', `Odoo does not have the country "${code}".`);
}

/** Marks a partner without a reference with the key of its create. */
export function marked(values: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  return values.ref ? values : { ...values, ref: markOf(key) };
}
