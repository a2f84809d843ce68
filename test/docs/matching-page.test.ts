import { describe, expect, it } from 'vitest';
import type { CanonicalData, EntityType } from '../../src/connectors/canonical/canonical.types.ts';
import { scoreMatch } from '../../src/planning/match.strength.ts';
import { tableUnder } from '../support/markdown-table.ts';

const [, ...rows] = tableUnder('docs/matching.md', '## What is taken for the same');
const rowOf = (entity: EntityType): string[] => rows.find(([item]) => item === entity) ?? [];

const strength = (entity: EntityType, mine: CanonicalData, theirs: CanonicalData, marked = false) =>
  scoreMatch(entity, mine, { external_id: '1', data: theirs, ...(marked && { marked }) }).strength;

/** Every choice of these. */
const subsets = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_one, index) => bits & (1 << index)));

const CUSTOMER = { email: 'ada@x.example', name: 'Ada Example', vat: 'DE136695976', reference: 'C-1' };
const MEMBERS: Readonly<Record<string, keyof typeof CUSTOMER>> = {
  email: 'email',
  name: 'name',
  'VAT number': 'vat',
  reference: 'reference',
};

describe('The table of the matching page says what the code does:', () => {
  it('the mark of our create is strong, whatever else is the same', () => {
    for (const entity of ['customer', 'product', 'order'] as const) {
      expect([entity, rowOf(entity)[1]]).toEqual([entity, 'mark of our create']);
      expect(strength(entity, { name: 'A' }, { name: 'B' }, true)).toBe('strong');
    }
  });

  it('a customer is medium by exactly the pairs that it names, and weak by the rest', () => {
    const [, , medium = '', weak = ''] = rowOf('customer');
    const named = (text: string) =>
      text.split(/ and |, | or /).map((words) => MEMBERS[words.replace(/ alone$/, '').trim()] as string);
    const pairs = medium.split('; ').map(named);
    expect(pairs.flat().every((member) => member in CUSTOMER)).toBe(true);
    for (const shared of subsets(Object.keys(CUSTOMER))) {
      if (shared.length === 0) continue;
      const same = Object.fromEntries(shared.map((member) => [member, CUSTOMER[member as keyof typeof CUSTOMER]]));
      const isMedium = pairs.some((pair) => pair.every((member) => shared.includes(member)));
      expect([shared, strength('customer', same, same)]).toEqual([shared, isMedium ? 'medium' : 'weak']);
    }
    for (const member of named(weak)) {
      const value = CUSTOMER[member as keyof typeof CUSTOMER];
      expect([member, strength('customer', CUSTOMER, { [member]: value })]).toEqual([member, 'weak']);
    }
  });

  it('a product is medium by its SKU, or by its barcode where the SKUs do not differ', () => {
    expect(rowOf('product').slice(2)).toEqual([
      'SKU; barcode, where the SKUs do not differ',
      'barcode of a product with another SKU',
    ]);
    const SKUS = ['A', 'B', null];
    for (const mine of SKUS)
      for (const theirs of SKUS)
        for (const barcode of ['4006381333931', null]) {
          const differ = mine !== null && theirs !== null && mine !== theirs;
          const isMedium = (mine !== null && mine === theirs) || (barcode !== null && !differ);
          const found = strength('product', { sku: mine, barcode }, { sku: theirs, barcode });
          expect([mine, theirs, barcode, found]).toEqual([mine, theirs, barcode, isMedium ? 'medium' : 'weak']);
        }
  });

  it('an order is matched by its mark and nothing else', () => {
    expect(rowOf('order').slice(2)).toEqual(['', '']);
    expect(strength('order', { number: '12' }, { number: '12' })).toBe('weak');
  });
});
