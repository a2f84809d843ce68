import type { CanonicalAddress, CanonicalCustomer } from '../../canonical/canonical.types.ts';
import { changes } from '../../canonical/changed.paths.ts';
import type { Row } from '../api/odoo-api.types.ts';
import type { Geography } from '../client/geography.ts';
import { markOf, withoutMark } from '../client/odoo.marker.ts';
import { idOf, orFalse, text } from '../client/odoo.values.ts';
import { ItemRefused } from '../odoo.entity.ts';

/** What a read asks for, as far as the server has it. */
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

/** The canonical members a partner holds, as the catalogue tells them. */
export const CUSTOMER_MEMBERS = ['email', 'name', 'company', 'phone', 'vat', 'reference', 'billing', 'active'];

/** Members of the billing address that a partner holds under one name and as they are. */
const PLAIN_ADDRESS = { line1: 'street', line2: 'street2', city: 'city', postcode: 'zip' } as const;

export function customerFromPartner(row: Row, geography: Geography): CanonicalCustomer {
  const [email, company] = [text(row.email), text(row.company_name)];
  return {
    email,
    name: ownName(text(row.name), [company, email]),
    company,
    phone: text(row.phone),
    vat: text(row.vat),
    reference: withoutMark(text(row.ref)),
    billing: {
      line1: text(row.street),
      line2: text(row.street2),
      city: text(row.city),
      postcode: text(row.zip),
      state: geography.stateCode(idOf(row.state_id)),
      country: geography.countryCode(idOf(row.country_id)),
    },
    active: row.active !== false,
  };
}

/** Odoo wants a name: a partner that got its email or company for one (see nameFor) has none of its own. */
function ownName(name: string | null, standIns: readonly (string | null)[]): string | null {
  return name !== null && standIns.includes(name) ? null : name;
}

function nameFor(data: CanonicalCustomer): string {
  const joined = [data.first_name, data.last_name].filter(Boolean).join(' ');
  const name = data.name?.trim() || joined.trim() || data.company?.trim() || data.email?.trim();
  if (name) return name;
  throw new ItemRefused('name_required', 'Odoo needs a name, and the customer has neither name, company nor email.');
}

/**
 * The values of a create (`paths` null) or of an update that writes only what `paths` name. Throws ItemRefused when there is no
 * name or the country is unknown. A state that its country does not know in Odoo is left empty.
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

/** The name may stand for the company or the email: it follows them. */
function needsName(data: CanonicalCustomer, paths: readonly string[] | null): boolean {
  if (paths === null || changes(paths, 'name')) return true;
  const standIn = data.name === null && !data.first_name && !data.last_name;
  return standIn && (changes(paths, 'company') || changes(paths, 'email'));
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
  // A state belongs to its country: it is looked up anew when either changes.
  if (address.state !== undefined) {
    const state = address.state && country !== null ? geography.stateId(country, address.state) : null;
    values.state_id = orFalse(state);
  }
  return values;
}

function countryId(code: string, geography: Geography): number {
  const id = geography.countryId(code);
  if (id !== null) return id;
  throw new ItemRefused('unknown_country', `Odoo does not know the country "${code}".`);
}

/** Marks a partner that has no reference of its own with the key of its create. */
export function marked(values: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  return values.ref ? values : { ...values, ref: markOf(key) };
}
