import { describe, expect, it } from 'vitest';
import { itemName, leavesOf, valueText } from './value.text.ts';

describe('Values', () => {
  it('are text as people read it', () => {
    expect(valueText('as it is')).toBe('as it is');
    expect(valueText(null)).toBe('');
    expect(valueText(false)).toBe('no');
    expect(valueText(['a', 'b'])).toBe('a\nb');
    expect(valueText([{ name: 'Size', options: ['S', 'M'], inner: { a: 1 }, none: null }])).toBe(
      'name: Size, options: S, M, inner: {a: 1}',
    );
  });

  it('of an item are listed by their paths, without empty values', () => {
    expect(leavesOf({ name: 'A', phone: null, lines: [], billing: { city: 'Bern', zip: '' } })).toEqual([
      { path: 'name', value: 'A' },
      { path: 'billing.city', value: 'Bern' },
    ]);
    expect(itemName({ sku: 'S-1', name: '' })).toBe('S-1');
    expect(itemName({ stock: 3 })).toBeUndefined();
  });
});
