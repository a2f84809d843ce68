import { describe, expect, it } from 'vitest';
import { masked } from './masked.text.ts';

const PERSON = {
  email: 'Ada.Lovelace+shop@mail.example.com',
  name: "Ada O'Lovelace",
  phone: '+44 (0)20 7946-0958',
  address: '12 St James’s Square, London SW1Y 4JH',
};

describe('A masked text', () => {
  it.each([
    (value: string) => `email is not a text: ${JSON.stringify({ is: [value] })}.`,
    (value: string) => `Odoo says: “${value} is known already”`,
    (value: string) => `Odoo says: “he said "${value}" and „${value}“ is known already`,
    (value: string) => `name is not a text: ${JSON.stringify(value).slice(0, 9)}…`,
    (value: string) => `Odoo dit « ${value} »`,
    (value: string) => `Odoo sagt „${value}“.`,
    (value: string) => `invalid input syntax for type json: "a \\"quote\\" ${value}"`,
    (value: string) => `The shop responded with no JSON: "{"email":"${value}","name":"${value}"}".`,
    (value: string) => `The setting "x" is odd, and so is "{"name":"${value}`,
    (value: string) => `It is "${value} "the" ${value}", and so on`,
    (value: string) => `The name "a" is not "${value}`,
    (value: string) => `Unexpected token 'x', ..."${value}"... is not valid JSON`,
    (value: string) => `the shop's answer "${value}" isn't the customer's`,
  ])('holds no value that it quotes (%#)', (text) => {
    for (const value of Object.values(PERSON))
      for (const part of value.split(/[\s@]/).filter(({ length }) => length > 2))
        expect({ text: masked(text(value)), has: masked(text(value)).includes(part) }).toMatchObject({ has: false });
  });

  it('is whole where words are quoted well', () => {
    expect(masked('The filter "a" is unknown (see "b c"); there is "d".')).toBe(
      'The filter [masked] is unknown (see [masked]); there is [masked].',
    );
  });

  it('holds no value in single quotes, and leaves what an apostrophe is part of', () => {
    expect(masked("The method 'Ada' does not exist in the shop's list; it isn't there")).toBe(
      "The method [masked] does not exist in the shop's list; it isn't there",
    );
  });

  it.each(['ada@example.com', 'ÄDA@exämple.de', 'o’hara+x@mail.example.co.uk', 'a@1.example'])(
    'holds no address: %s',
    (address) => {
      expect(masked(`The customer <${address}>, has an order.`)).toBe('The customer <[masked]>, has an order.');
    },
  );

  it.each([
    '+44 20 7946 0958',
    '+4930123456',
    '(030) 1234567',
    '030/123 45 67',
    '0049 30 123456',
    '555-123-4567',
    '+1 (555) 123-4567',
  ])('holds no phone number: %s', (phone) => {
    expect(masked(`Call ${phone}, please.`)).toBe('Call [masked], please.');
  });

  it.each([
    'No answer from 127.0.0.1:5432 within 10 s.',
    'Tried 3 times; next try at 2026-11-30T07:03:25.000Z.',
    '2 of 3 (66.7 %) would be deleted, and one person may delete no more than 1.',
    'The item 100000012 costs 0.12345678, order 00-7.',
    'The shop responded to customers with status 502.',
    'The sync 018f4e2a-0000-7000-8000-000000000001 failed.',
    "The shop's response is no JSON.",
    'No sync has succeeded since 2026-11-30T07:03Z',
  ])('is as it was where it speaks of no person: %s', (text) => {
    expect(masked(text)).toBe(text);
  });
});
