import { describe, expect, it } from 'vitest';
import type { CanonicalCustomer, CanonicalProduct } from '../connectors/canonical/canonical.types.ts';
import type { Match } from '../connectors/contract/connector.types.ts';
import { chooseMatch, type MatchChoice, type MatchInput } from './match.choice.ts';

const ADA = { email: 'ada@shop.example', name: 'Ada Example' };
const customers = (target: CanonicalCustomer, entries: readonly (CanonicalCustomer & Partial<Match>)[], more = {}) =>
  choose({ entity: 'customer', target, ...more }, entries);
const products = (target: CanonicalProduct, entries: readonly (CanonicalProduct & Partial<Match>)[], more = {}) =>
  choose({ entity: 'product', target, ...more }, entries);

/** `e1` for the entry that is taken, `ask e1 e2`, or `new`. */
function choose(
  input: Pick<MatchInput, 'entity' | 'target'> & Partial<MatchInput>,
  entries: readonly (object & Partial<Match>)[],
): string {
  const matches = entries.map(({ marked, markedForAnother, held, namesake, lookalike, ...data }, index) => ({
    ...{ external_id: `e${index + 1}`, data: data as Match['data'] },
    ...(marked && { marked }),
    ...(markedForAnother && { markedForAnother }),
    ...(held && { held }),
    ...(namesake && { namesake }),
    ...(lookalike && { lookalike }),
  }));
  return shown(chooseMatch({ boundToOthers: new Set(), leftBehind: new Set(), isNew: false, ...input, matches }));
}

function shown(choice: MatchChoice): string {
  if (choice.kind === 'entry') return choice.match.entry.external_id;
  return choice.kind === 'new' ? 'new' : `ask ${choice.matches.map(({ entry }) => entry.external_id).join(' ')}`;
}

describe('A customer', () => {
  it('is the entry with the same e-mail and name or VAT number, in whatever form', () => {
    expect(customers(ADA, [{ email: 'Ada <ADA@Shop.example>', name: 'EXAMPLE, Adá' }])).toBe('e1');
    expect(customers({ ...ADA, vat: 'de 12' }, [{ ...ADA, name: 'Firm', vat: 'DE12' }])).toBe('e1');
    expect(customers({ vat: 'DE12', name: 'Firm' }, [{ vat: 'DE 12', name: 'Firm', email: 'x@firm' }])).toBe('e1');
    expect(customers({ reference: 'C-1', name: 'Firm' }, [{ reference: 'C-1', name: 'Firm' }])).toBe('e1');
  });

  it('is asked about where one key alone is the same, or something else differs', () => {
    expect(customers(ADA, [{ ...ADA, name: 'Steel Ltd' }])).toBe('ask e1');
    expect(customers({ ...ADA, vat: 'DE1' }, [{ ...ADA, vat: 'DE2' }])).toBe('ask e1');
    expect(customers({ ...ADA, vat: 'DE1' }, [{ vat: 'DE1', name: 'Steel Ltd' }])).toBe('ask e1');
    expect(customers({ ...ADA, reference: '12' }, [{ reference: '12', name: 'Steel Ltd' }])).toBe('ask e1');
    expect(customers({ ...ADA, reference: '12' }, [{ reference: '12', name: ADA.name, email: 'other@x' }])).toBe(
      'ask e1',
    );
    expect(
      customers({ email: ADA.email, company: 'Steel Ltd', name: 'Ada' }, [
        { email: ADA.email, name: null, company: 'Steel Ltd' },
      ]),
    ).toBe('ask e1');
  });

  it('is an entry with the e-mail and no name of its own, unless that is bound to somebody else', () => {
    const entry = { email: ADA.email, name: null };
    expect(customers(ADA, [entry])).toBe('e1');
    expect(customers(ADA, [entry], { boundToOthers: new Set(['e1']) })).toBe('ask e1');
    expect(customers(ADA, [{ ...entry, markedForAnother: true }])).toBe('ask e1');
    expect(customers({ email: ADA.email }, [ADA])).toBe('ask e1');
  });

  it('is asked about when two entries have the e-mail, and when the one is held', () => {
    expect(customers(ADA, [ADA, { ...ADA, name: 'Ben' }])).toBe('ask e1 e2');
    expect(customers(ADA, [{ ...ADA, held: 'it is a user' }])).toBe('ask e1');
  });

  it('is the contact with the name where a company and its contacts share a VAT number', () => {
    const steel = { vat: 'DE1', name: 'Steel Ltd' };
    expect(customers({ ...ADA, vat: 'DE1' }, [steel, { vat: 'DE1', name: ADA.name }])).toBe('e2');
    expect(customers({ ...ADA, vat: 'DE1' }, [steel, { vat: 'DE1', name: 'Ben' }])).toBe('ask e1 e2');
  });

  it('is what our own create made, whatever else is like it', () => {
    expect(customers(ADA, [ADA, { ...ADA, name: 'Renamed', marked: true }])).toBe('e2');
    expect(
      customers(ADA, [
        { ...ADA, marked: true },
        { ...ADA, marked: true },
      ]),
    ).toBe('ask e1 e2');
    expect(customers(ADA, [{ ...ADA, marked: true, held: 'it is a company' }])).toBe('ask e1');
  });

  it('is a new one where nothing is like it, or where a person says so and no create of it is there', () => {
    expect(customers(ADA, [])).toBe('new');
    expect(customers(ADA, [ADA], { isNew: true })).toBe('new');
    expect(customers(ADA, [{ ...ADA, marked: true }], { isNew: true })).toBe('e1');
  });

  it('is the living entry where another is archived, and the archived one where there is no other', () => {
    expect(
      customers(ADA, [
        { ...ADA, active: false },
        { ...ADA, active: true },
      ]),
    ).toBe('e2');
    expect(customers(ADA, [{ ...ADA, active: false }])).toBe('e1');
  });
});

describe('Who has the same name alone', () => {
  const entry = { name: 'Example, Ada', billing: { country: 'CH', city: 'Bern' }, namesake: true };
  const left = { leftBehind: new Set(['e1']) };

  it('is asked about where the entry was made for an item of a system that is not connected any more', () => {
    expect(customers({ name: 'Ada Example', billing: { country: 'CH' } }, [entry], left)).toBe('ask e1');
    expect(customers({ name: 'Ada Example' }, [entry])).toBe('new');
    expect(customers({ name: 'Ada Example' }, [entry], { ...left, isNew: true })).toBe('new');
    expect(products({ name: 'Lamp' }, [{ name: 'Lamp', namesake: true }], left)).toBe('ask e1');
    const order = { number: '12', created_at: '2026-05-01T10:00:00Z' };
    expect(choose({ entity: 'order', target: order, ...left }, [{ ...order, namesake: true }])).toBe('ask e1');
    const numbered = { ...order, number: '90', lookalike: true };
    expect(choose({ entity: 'order', target: order, ...left }, [numbered])).toBe('ask e1');
    expect(choose({ entity: 'order', target: order }, [numbered])).toBe('new');
  });

  it('is another one where an address, a number or a time tells them apart', () => {
    const named = { name: 'Ada Example' };
    expect(customers({ ...named, billing: { country: 'DE' } }, [entry], left)).toBe('new');
    expect(customers({ ...named, email: 'a@x' }, [{ ...entry, email: 'b@x' }], left)).toBe('new');
    expect(customers({ ...named, phone: '+41 1' }, [{ ...entry, phone: '+41 2' }], left)).toBe('new');
    expect(products({ name: 'Lamp', sku: 'A' }, [{ name: 'Lamp', sku: 'B', namesake: true }], left)).toBe('new');
    const [one, other] = ['2026-05-01T10:00:00Z', '2026-05-02T10:00:00Z'].map((created_at) => ({
      number: '12',
      created_at,
    }));
    expect(choose({ entity: 'order', target: one as object, ...left }, [{ ...other, namesake: true }])).toBe('new');
    const of = (external_id: string) => ({ ...one, customer: { external_id } });
    expect(choose({ entity: 'order', target: of('7'), ...left }, [{ ...of('8'), namesake: true }])).toBe('new');
    expect(choose({ entity: 'order', target: of('7'), ...left }, [{ ...of('7'), namesake: true }])).toBe('ask e1');
  });

  it('does not hide who is the same by a key', () => {
    expect(customers(ADA, [{ ...entry, email: null }, ADA], left)).toBe('e2');
  });
});

describe('A product', () => {
  it('is the entry with its SKU, or with its barcode where the SKUs do not differ', () => {
    expect(products({ sku: 'A', name: 'New' }, [{ sku: 'A', name: 'Old' }])).toBe('e1');
    expect(products({ sku: null, barcode: '4006381333931' }, [{ sku: 'A', barcode: '4006381333931' }])).toBe('e1');
    expect(products({ sku: 'B', barcode: '4006381333931' }, [{ sku: 'A', barcode: '4006381333931' }])).toBe('ask e1');
  });

  it('is asked about when the entry is another system’s with another name', () => {
    const more = { boundToOthers: new Set(['e1']) };
    expect(products({ sku: 'A', name: 'Chair' }, [{ sku: 'A', name: 'Lamp' }], more)).toBe('ask e1');
    expect(products({ sku: 'A', name: 'Lamp' }, [{ sku: 'A', name: 'lamp' }], more)).toBe('e1');
    expect(products({ sku: 'A', name: 'Chair' }, [{ sku: 'A', name: 'Lamp', markedForAnother: true }])).toBe('ask e1');
    expect(products({ sku: 'A', name: 'Lamp' }, [{ sku: 'A', name: 'Lamp', markedForAnother: true }])).toBe('e1');
  });

  it('is asked about when several entries have its codes', () => {
    expect(products({ sku: 'A' }, [{ sku: 'A' }, { sku: 'A' }])).toBe('ask e1 e2');
  });
});

describe('An order', () => {
  it('is the entry with its mark and no other, whatever number it has', () => {
    const order = (more: Partial<Match>) => {
      const entry = { number: '12', ...more };
      return choose({ entity: 'order', target: { number: '12' } }, [entry]);
    };
    expect([order({}), order({ marked: true })]).toEqual(['new', 'e1']);
  });
});
