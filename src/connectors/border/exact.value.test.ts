import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../canonical/decimal.ts';
import {
  amountOf,
  countOf,
  exactDecimal,
  listItems,
  membersOf,
  plainText,
  priceOf,
  readItem,
  timeOf,
} from './exact.value.ts';

const none = [undefined, null, ''];

describe('A number of a system', () => {
  it.each([
    ...[
      ['12.50', '12.5'],
      ['1.25e1', '12.5'],
      ['-0', '0'],
      ['+5', '5'],
      ['.5', '0.5'],
      ['007', '7'],
      ['1e3', '1000'],
    ],
    ...[
      [12.5, '12.5'],
      [-0, '0'],
      [1e-7, '0.0000001'],
      ['9'.repeat(30), '9'.repeat(30)],
    ],
  ])('%j is exactly %s', (value, decimal) => {
    expect(priceOf(value, 'price')).toBe(decimal);
  });

  it.each([
    ...[
      '12,50',
      '€12.50',
      'NaN',
      '1.234,50',
      '1,234.50',
      "1'234.50",
      '1 234',
      ' ',
      ' 12.50',
      '12.50\n',
      '\u00A012',
      'Infinity',
      '-',
    ],
    ...[
      '1e400',
      '0x1F',
      '1_000',
      '12.50 EUR',
      '١٢',
      '１２',
      '--1',
      '1e',
      '9'.repeat(31),
      `0.${'1'.repeat(31)}`,
      'true',
      'null',
    ],
    ...[Number.NaN, Number.POSITIVE_INFINITY, 1e21, 2 ** 53, true, false, [], {}, ['1'], { value: 1 }],
  ])('%j is none: it fails and is named', (value) => {
    const refused = (error_class: string) => ({
      problem: { error_class, message: expect.stringContaining('the_field') },
    });
    expect(() => priceOf(value, 'the_field')).toThrow(expect.objectContaining(refused('invalid_price')));
    expect(() => countOf(value, 'the_field')).toThrow(expect.objectContaining(refused('invalid_quantity')));
  });

  it.each(none)('%j is no number, and a document that needs one is without', (value) => {
    expect(priceOf(value, 'price')).toBeNull();
    expect(() => amountOf(value, 'total')).toThrow('total is empty.');
  });

  it('is either exact or refused, whatever its text', () => {
    const text = fc.stringMatching(/^[-+.,eE0-9 €]{0,12}$/);
    fc.assert(
      fc.property(text, (value) => {
        const read = exactDecimal(value);
        if (read === undefined) return;
        expect(Number(read)).toBe(Number(value) + 0);
        expect(toDecimal(read)).toBe(read);
      }),
    );
  });
});

describe('A time of a system', () => {
  it('is UTC without a zone', () => {
    expect(timeOf('2026-11-22T13:05:38', 'date')).toBe('2026-11-22T13:05:38Z');
    expect(timeOf('2024-02-29 13:05:38.123', 'date')).toBe('2024-02-29T13:05:38Z');
    expect(none.map((value) => timeOf(value, 'date'))).toEqual([null, null, null]);
  });

  it.each([
    ...[
      '0000-00-00T00:00:00',
      '0000-00-00 00:00:00',
      '-0001-11-30T00:00:00',
      '2026-02-30T00:00:00',
      '2025-02-29 00:00:00',
    ],
    ...[
      '13:61',
      '2026-11-22T24:00:00',
      '2026-11-22T13:60:00',
      '2026-11-22',
      'yesterday',
      '22.11.2026 13:05',
      0,
      1_790_000_000,
      {},
    ],
  ])('%j is none', (value) => {
    expect(() => timeOf(value, 'date_created_gmt')).toThrow(/^date_created_gmt is not a date and time: /);
  });
});

describe('Absent, null and an empty list', () => {
  it('are three things', () => {
    const of = membersOf({ name: null, tags: [] });
    expect([of('sku', plainText), of('name', plainText), of('tags', listItems)]).toEqual([undefined, null, []]);
    expect(() => of('name', listItems)).toThrow('name is not a list: null.');
    expect(() => of('tags', plainText)).toThrow('tags is not a text: [].');
    expect(listItems({ 3: 'a', 7: 'b' }, 'tags')).toEqual(['a', 'b']);
  });

  it('an item that is not read is a problem with what the system returned', () => {
    const raw = { total: '1,5' };
    expect(readItem('7', raw, () => ({ total: amountOf(raw.total, 'total') }))).toEqual({
      external_id: '7',
      data: null,
      problem: { error_class: 'invalid_price', message: 'total is not a number: "1,5".' },
      raw,
    });
  });
});
