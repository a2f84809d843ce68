import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmail } from '../wordpress/text.formatting.ts';
import { badCustomerCount, badCustomerIndices, defectOf } from './customer.defects.ts';
import { generateCustomer } from './customer.generator.ts';
import type { ShopSeed } from './customer.types.ts';

const shops = fc.record<ShopSeed>({
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  customers: fc.integer({ min: 1, max: 3000 }),
  badRate: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('Generated customers', () => {
  it('are the same again for the same seed and index, and others for another seed', () => {
    const shop = { seed: 7, customers: 500, badRate: 0.1 };
    const all = (seed: number) => Array.from({ length: 500 }, (_, index) => generateCustomer(index, { ...shop, seed }));
    expect(all(7)).toEqual(all(7));
    expect(all(8)).not.toEqual(all(7));
  });

  it('are bad in exactly customers × badRate cases, rounded', () => {
    fc.assert(
      fc.property(shops, (shop) => {
        expect(badCustomerIndices(shop)).toHaveLength(Math.round(shop.customers * shop.badRate));
        expect(badCustomerCount(shop)).toBe(Math.round(shop.customers * shop.badRate));
      }),
    );
  });

  it('have a valid, distinct email unless they are bad', () => {
    const shop = { seed: 3, customers: 2000, badRate: 0.05 };
    const seen = new Set<string>();
    for (let index = 0; index < shop.customers; index += 1) {
      const { email, billing } = generateCustomer(index, shop);
      const bad = defectOf(index, shop) !== null;
      expect([email, isEmail(email)]).toEqual([email, !bad]);
      if (!bad) seen.add(email.toLowerCase());
      else if (billing.email !== '') expect(isEmail(billing.email)).toBe(false);
    }
    expect(seen.size).toBe(1900);
  });

  it('lie evenly: every stretch of the shop has its share of bad ones', () => {
    const shop = { seed: 5, customers: 5000, badRate: 0.01 };
    const perThousand = [0, 0, 0, 0, 0];
    for (const index of badCustomerIndices(shop)) {
      const thousand = Math.floor(index / 1000);
      perThousand[thousand] = (perThousand[thousand] ?? 0) + 1;
    }
    expect(perThousand).toEqual([10, 10, 10, 10, 10]);
  });

  it('include every peculiarity a sync must survive', () => {
    const shop = { seed: 1, customers: 1000, badRate: 0.01 };
    const all = Array.from({ length: 1000 }, (_, index) => generateCustomer(index, shop));
    expect(all.some(({ modifiedAt }) => modifiedAt === null)).toBe(true);
    expect(all.some(({ last_name }) => last_name === 'Smith &amp; Sons')).toBe(true);
    expect(all.some(({ last_name, billing }) => last_name === 'Bold' && billing.last_name === '<b>Bold</b>')).toBe(
      true,
    );
    expect(all.some(({ first_name }) => first_name === '李')).toBe(true);
    expect(all.some(({ email }) => email === '')).toBe(true);
    expect(all.some(({ email }) => email.includes(' '))).toBe(true);
    expect(all.every(({ createdAt, modifiedAt }) => modifiedAt === null || modifiedAt >= createdAt)).toBe(true);
  });
});
