import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedRows } from '../../../../test/connectors/woocommerce/recordings.support.ts';
import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import type { Raw } from '../shop/shop.client.ts';
import { customerFromShop, customerToCreate, customerToShop, guestFromOrder } from './customer.mapping.ts';
import { recordOf } from './raw.reader.ts';

const [recorded = {}] = recordedRows('01-customers-page1');

/** What the shop shows of a customer whose body it took: everything there, nothing null. */
function returned(body: Raw): Raw {
  const empty = { first_name: '', last_name: '', company: '', address_1: '', address_2: '', city: '', postcode: '' };
  const address = { ...empty, country: '', state: '', phone: '' };
  return {
    id: 5,
    email: '',
    first_name: '',
    last_name: '',
    ...body,
    billing: { ...address, email: '', ...recordOf(body.billing) },
    shipping: { ...address, ...recordOf(body.shipping) },
  };
}

const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text);
const optional = fc.option(word, { nil: null });
const address = fc.record({
  first_name: optional,
  last_name: optional,
  line1: optional,
  line2: optional,
  city: optional,
  postcode: optional,
  state: optional,
  country: fc.constantFrom('DE', 'US', null),
});

describe('The mapping of customers', () => {
  it('reads a recorded customer, what is empty as null', () => {
    expect(customerFromShop(recorded)).toEqual({
      external_id: '2',
      data: {
        email: 'customer1@example.test',
        name: '李 García Márquez',
        first_name: '李',
        last_name: 'García Márquez',
        company: null,
        phone: '+49 30 1059493',
        billing: {
          first_name: '李',
          last_name: 'García Márquez',
          line1: 'Straße 1',
          line2: null,
          city: 'Köln',
          postcode: '35471',
          state: null,
          country: 'PL',
          email: 'customer1@example.test',
        },
        shipping: expect.objectContaining({ city: 'Zürich', country: 'CH', phone: null }),
        guest: false,
      },
    });
    expect(customerFromShop(recorded).data).not.toHaveProperty('shipping.email');
  });

  it('has no name for a customer without first and last name', () => {
    expect(customerFromShop(recordedRows('65-customer-empty-names')[0] ?? {}).data).toMatchObject({
      name: null,
      first_name: null,
    });
  });

  it('still maps a customer whose email is none', () => {
    expect(customerFromShop({ ...recorded, email: 'nope' })).toMatchObject({ data: { email: 'nope' } });
  });

  it('returns a row without an id as a problem', () => {
    expect(customerFromShop({ email: 'a@b.example' })).toMatchObject({ data: null, problem: { error_class: 'no_id' } });
  });

  it('unescapes a name once', () => {
    expect(customerFromShop({ ...recorded, last_name: 'Smith &amp; Sons &amp;lt;' }).data).toMatchObject({
      last_name: 'Smith & Sons &lt;',
    });
  });

  it('is read from the shop as it was written, whatever it contains', () => {
    const customer = fc.record({
      email: word,
      first_name: optional,
      last_name: optional,
      company: optional,
      phone: optional,
      billing: address,
      shipping: address,
    });
    fc.assert(
      fc.property(customer, (given) => {
        const { data } = customerFromShop(returned(customerToCreate(given, 'k:1')));
        expect(data).toMatchObject(given);
      }),
    );
  });

  it('splits a full name at its last blank, and joins it to the same', () => {
    const name = fc
      .array(fc.stringMatching(/^[^\s]{1,8}$/u), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(' '));
    fc.assert(
      fc.property(name, (given) => {
        expect(customerFromShop(returned(customerToShop({ name: given }, ['name']))).data).toMatchObject({
          name: given,
        });
      }),
    );
    expect(customerToShop({ name: 'Ana María López' }, null)).toMatchObject({
      first_name: 'Ana María',
      last_name: 'López',
    });
  });

  it('writes only what has changed', () => {
    const data: CanonicalCustomer = {
      email: 'a@b.example',
      first_name: 'A',
      phone: '1',
      billing: { city: 'Bern', postcode: '3000', phone: '2' },
      shipping: { city: 'Chur' },
    };
    expect(customerToShop(data, ['billing.city'])).toEqual({ billing: { city: 'Bern' } });
    expect(customerToShop(data, ['phone', 'email'])).toEqual({ email: 'a@b.example', billing: { phone: '1' } });
    expect(customerToShop({ ...data, first_name: null }, ['first_name'])).toEqual({ first_name: '' });
    expect(customerToShop(data, ['vat', 'guest'])).toEqual({});
  });

  it('makes a guest of an order with an email, and none of one without', () => {
    const billing = { ...recordOf(recorded.billing), email: 'Guest@Example.test' };
    expect(guestFromOrder({ id: 9, customer_id: 0, billing })).toMatchObject({
      external_id: 'guest:guest@example.test',
      data: { email: 'Guest@Example.test', guest: true, name: '李 García Márquez', phone: '+49 30 1059493' },
    });
    expect(guestFromOrder(recordedRows('78-order-guest')[0] ?? {})).toBeNull();
  });
});
