import { describe, expect, it } from 'vitest';
import { compareSystems, markOfSystem } from './system.comparison.ts';

const SHOP = { identity: 'store-1', place: 'shop.example', scope: '' };
const OLD_SHOP = { ...SHOP, identity: null, since: 'account 1 of 2019-05-01T10:00:00' };

describe('The system that answers', () => {
  it('is the same by its identity, wherever it is, unless copies keep that', () => {
    const moved = { ...SHOP, place: 'new.example' };
    expect(compareSystems(SHOP, SHOP)).toBe('same');
    expect(compareSystems(SHOP, moved)).toBe('same');
    expect(compareSystems(SHOP, { ...moved, isCopied: true })).toBe('unclear');
    expect(compareSystems(SHOP, { ...SHOP, identity: 'store-2' })).toBe('another');
  });

  it('is another where the settings make other things of its ids', () => {
    expect(compareSystems(SHOP, { ...SHOP, scope: 'company 2' })).toBe('another');
    expect(compareSystems(OLD_SHOP, { ...OLD_SHOP, scope: 'company 2' })).toBe('another');
  });

  it('without an identity is the same at its place, and unclear elsewhere', () => {
    expect(compareSystems(OLD_SHOP, OLD_SHOP)).toBe('same');
    expect(compareSystems(OLD_SHOP, { ...OLD_SHOP, place: 'new.example' })).toBe('unclear');
    // An update of the shop, or a key that may read more or less.
    expect(compareSystems(OLD_SHOP, SHOP)).toBe('same');
    expect(compareSystems(SHOP, OLD_SHOP)).toBe('same');
    expect(compareSystems(OLD_SHOP, { ...OLD_SHOP, since: null })).toBe('same');
    expect(compareSystems({ ...OLD_SHOP, since: null }, OLD_SHOP)).toBe('same');
  });

  it('without an identity is unclear when it began at another time', () => {
    expect(compareSystems(OLD_SHOP, { ...OLD_SHOP, since: 'account 1 of 2026-02-01T09:00:00' })).toBe('unclear');
  });
});

it('A mark is the same for the same system, whatever it is asked about', () => {
  const mark = markOfSystem('woocommerce', { ...SHOP, isCopied: true });
  expect(markOfSystem('woocommerce', { ...SHOP, isCopied: true, scope: 'company 2' })).toBe(mark);
  expect(markOfSystem('woocommerce', { ...SHOP, isCopied: true, place: 'copy.example' })).not.toBe(mark);
  const old = markOfSystem('woocommerce', OLD_SHOP);
  expect(markOfSystem('woocommerce', { ...OLD_SHOP, since: null })).toBe(old);
  expect(markOfSystem('odoo', OLD_SHOP)).not.toBe(old);
});
