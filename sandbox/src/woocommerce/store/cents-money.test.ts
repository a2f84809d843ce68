import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanNumber, fromCents, percentOf, toCents } from './cents.money.ts';

describe('Money in cents', () => {
  it('goes to text and back unchanged', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (cents) => {
        expect(toCents(fromCents(cents))).toBe(cents);
      }),
    );
  });

  it.each([
    ['12.5', 1250],
    ['-3', -300],
    ['0.005', 1],
    ['1.994', 199],
    ['.7', 70],
    ['9,95', 99_500],
    ['', 0],
    ['abc', 0],
    ['-0', 0],
    [909.54, 90_954],
  ])('reads %j as %d cents', (text, cents) => {
    expect(toCents(text)).toBe(cents);
  });

  it('keeps a price as typed, and nothing of what is no number', () => {
    expect(['12.50', '€ 7,5', 'abc', '1.234,56', '1.2.3', null].map(cleanNumber)).toEqual([
      ...['12.50', '75', '', '1.23456', '12.3', ''],
    ]);
  });

  it('rounds a share half up', () => {
    expect([percentOf(150, 19), percentOf(50, 19), percentOf(10_000, 19)]).toEqual([29, 10, 1900]);
  });
});
