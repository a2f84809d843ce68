import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import { geographyOf } from '../client/geography.ts';
import { customerFromPartner, marked, partnerValues } from './partner.mapping.ts';

const GEOGRAPHY = geographyOf(
  [
    { id: 75, code: 'FR' },
    { id: 233, code: 'US' },
  ],
  [
    { id: 13, code: 'CA', countryId: 233 },
    { id: 14, code: 'TX', countryId: 233 },
  ],
);

/** As recorded of Odoo 19 (10-search_read), with the address added. */
const RECORDED = {
  id: 6,
  name: "Björn O'Brien 1",
  ref: 'PEER-0001',
  email: 'partner1@example.test',
  phone: '+49 30 0000001',
  vat: false,
  company_name: false,
  street: '1 Rue Neuve',
  street2: false,
  city: 'Paris',
  zip: '75001',
  state_id: false,
  country_id: [75, 'France'],
  active: true,
  write_date: '2025-05-01 10:00:00',
};

describe('a partner', () => {
  it('becomes a customer whose empty fields are null', () => {
    expect(customerFromPartner(RECORDED, GEOGRAPHY)).toEqual({
      name: "Björn O'Brien 1",
      email: 'partner1@example.test',
      company: null,
      phone: '+49 30 0000001',
      vat: null,
      reference: 'PEER-0001',
      billing: { line1: '1 Rue Neuve', line2: null, city: 'Paris', postcode: '75001', state: null, country: 'FR' },
      active: true,
    });
  });

  it('keeps what it is through Odoo and back', () => {
    const maybe = fc.option(
      fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
      { nil: null },
    );
    const place = fc.constantFrom(
      { country: 'US', state: 'CA' },
      { country: 'US', state: null },
      { country: 'FR', state: null },
      { country: null, state: null },
    );
    const address = fc.tuple(fc.record({ line1: maybe, line2: maybe, city: maybe, postcode: maybe }), place);
    const customer = fc.record({
      email: fc.emailAddress(),
      name: fc.option(fc.constantFrom('Ann Lee', 'Zoë', '张伟'), { nil: null }),
      company: fc.option(fc.constantFrom('Acme', 'Ltd & Co'), { nil: null }),
      phone: maybe,
      vat: maybe,
      reference: maybe,
      billing: address.map(([lines, where]) => ({ ...lines, ...where })),
      active: fc.boolean(),
    });
    fc.assert(
      fc.property(customer, (data: CanonicalCustomer) => {
        expect(customerFromPartner(asRow(marked(partnerValues(data, null, GEOGRAPHY), 'k:1')), GEOGRAPHY)).toEqual(
          data,
        );
      }),
    );
  });
});

describe('writing a customer', () => {
  it('touches only what changed', () => {
    const data = { email: 'a@b.test', phone: null, name: 'Ann', billing: { city: 'Lyon', line1: 'x' } };
    expect(partnerValues(data, ['phone', 'billing.city'], GEOGRAPHY)).toEqual({ phone: false, city: 'Lyon' });
  });

  it('looks the state up in the country even when only the state changed', () => {
    const billing = { country: 'US', state: 'TX' };
    expect(partnerValues({ billing }, ['billing.state'], GEOGRAPHY)).toEqual({ state_id: 14 });
  });

  it('leaves a state empty that the country does not know', () => {
    const billing = { country: 'FR', state: 'CA' };
    expect(partnerValues({ billing }, ['billing'], GEOGRAPHY)).toEqual({ country_id: 75, state_id: false });
  });

  it('refuses a country that Odoo does not know', () => {
    const refused = () => partnerValues({ name: 'Ann', billing: { country: 'XX' } }, null, GEOGRAPHY);
    expect(refused).toThrow('does not have the country "XX"');
  });

  it('uses the email as the name where there is none, and refuses a customer without either', () => {
    expect(partnerValues({ name: null, email: 'a@b.test' }, null, GEOGRAPHY)).toMatchObject({ name: 'a@b.test' });
    expect(() => partnerValues({ email: null }, null, GEOGRAPHY)).toThrow('requires a name');
  });

  it('marks only a customer that has no reference of its own', () => {
    expect(marked({ ref: 'C-7' }, 'k')).toEqual({ ref: 'C-7' });
    expect(marked({ ref: false }, 'k')).toEqual({ ref: 'sync:k' });
  });
});

/** What Odoo would return after these values were written. */
function asRow(values: Readonly<Record<string, unknown>>) {
  const { country_id, state_id } = values;
  return {
    ...values,
    country_id: country_id && [country_id, 'Country'],
    state_id: state_id && [state_id, 'State'],
  };
}
