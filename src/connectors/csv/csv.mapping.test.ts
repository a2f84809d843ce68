import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf } from './csv.layout.ts';
import { cellValue, itemOf } from './csv.mapping.ts';
import type { Row } from './csv.rows.ts';
import type { CsvSettings } from './csv.settings.ts';

const row = (...cells: string[]): Row => ({ at: { byte: 0, row: 2 }, cells });
const settings: CsvSettings = {
  ...{ url: 'https://pim.example/products.csv', authorization: null, entity: 'product', idColumn: 'Id' },
  columns: { sku: 'SKU', price: 'Price', published: 'Online' },
  ...{ delimiter: null, decimalMark: ',' },
};
const layout = layoutOf(row('Id', 'SKU', 'Price', 'Online', 'Unread'), settings);

describe('a row', () => {
  it('becomes what its columns say: exact decimals, null for empty, an empty flag left out', () => {
    expect(itemOf(row('1', 'A-1', '0012,50', 'YES', 'x'), layout)).toEqual({
      external_id: '1',
      data: { sku: 'A-1', price: '12.5', published: true },
    });
    expect(itemOf(row('2', '', '', '', ''), layout)).toEqual({ external_id: '2', data: { sku: null, price: null } });
  });

  it.each([
    ['invalid_price', row('1', 'A', '1.234,50', 'no', '')],
    ['invalid_price', row('1', 'A', '1e400000000', 'no', '')],
    ['invalid_published', row('1', 'A', '1', 'perhaps', '')],
    ['not_utf8', row('1', 'A\uFFFD', '1', 'no', '')],
    ['wrong_cell_count', row('1', 'A', '1', 'no')],
  ])('with one bad cell is a problem under its own id: %s', (error_class, bad) => {
    expect(itemOf(bad, layout)).toMatchObject({ external_id: '1', data: null, problem: { error_class } });
  });

  it.each(['', 'x'.repeat(201), 'a\uFFFD'])('without a good id is named by its number', (id) => {
    expect(itemOf(row(id, 'A', '1', 'no', ''), layout)).toMatchObject({
      external_id: 'row:2',
      problem: { error_class: 'no_id' },
    });
  });
});

it('a flag is a plain word, or one of those that the export of WooCommerce has', () => {
  const flag = (word: string) => cellValue(word, 'flag', '.');
  for (const word of ['1', 'true', 'Yes', 'y', 'publish', 'visible', 'catalog', 'search', 'instock', 'taxable'])
    expect([word, flag(word)]).toEqual([word, true]);
  for (const word of ['onbackorder', 'backorder']) expect([word, flag(word)]).toEqual([word, true]);
  for (const word of ['0', '-1', '\u22121', 'false', 'No', 'n', 'draft', 'private', 'pending', 'hidden', 'outofstock'])
    expect([word, flag(word)]).toEqual([word, false]);
  expect(flag('none')).toBe(false);
  expect(flag('perhaps')).toBeUndefined();
});

it('a stock that the product counts for its variation is none', () => {
  const columns = { sku: 'SKU', stock: 'Stock' };
  const counted = layoutOf(row('Id', 'SKU', 'Stock'), { ...settings, columns });
  expect(itemOf(row('1', 'A', 'parent'), counted)).toEqual({ external_id: '1', data: { sku: 'A', stock: null } });
  expect(itemOf(row('1', 'A', 'mother'), counted)).toMatchObject({ problem: { error_class: 'invalid_quantity' } });
});

it('a decimal keeps every digit, whichever the mark', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(10 ** 9), (whole, part) => {
      const digits = String(part).replace(/0+$/, '');
      const expected = digits === '' ? String(whole) : `${whole}.${digits}`;
      expect(cellValue(`${whole}.${part}`, 'price', '.')).toBe(expected);
      expect(cellValue(`${whole},${part}`, 'price', ',')).toBe(expected);
    }),
  );
});
