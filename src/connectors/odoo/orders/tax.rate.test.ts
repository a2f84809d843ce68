import { expect, it } from 'vitest';
import { rateOf } from './tax.rate.ts';

const line = (total: string, tax: string) => ({
  ...({ kind: 'product', name: '', quantity: '1' } as const),
  total,
  taxes: [{ name: 'VAT', total: tax }],
});

it('The rate of a tax is the only one that its amounts leave', () => {
  expect(rateOf('VAT', [line('100', '19')])).toBe('19');
  expect(rateOf('VAT', [line('10', '1.9')])).toBe('19');
  expect(rateOf('VAT', [line('12.605042', '2.394958')])).toBe('19');
  expect(rateOf('VAT', [line('100', '9.975')])).toBe('9.975');
  expect(rateOf('VAT', [line('0.5', '0.1'), line('100', '20')])).toBe('20');
  expect(rateOf('VAT', [line('100', '0')])).toBe('0');
  expect(rateOf('VAT', [line('0.5', '0.1')])).toBeNull();
  expect(rateOf('VAT', [line('0', '0')])).toBeNull();
});

it('The rate of a tax is not told by amounts that are too small for it', () => {
  // 19 %, 19.5 % and more.
  expect(rateOf('VAT', [line('0.84', '0.16')])).toBeNull();
  // 6.5 % of it are 0.065, too, which is 0.07.
  expect(rateOf('VAT', [line('1', '0.07')])).toBeNull();
  // 21 % out of the price: the net is rounded as well.
  expect(rateOf('VAT', [line('13.99', '2.94')])).toBe('21');
  expect(rateOf('VAT', [line('1.19', '0.25')])).toBeNull();
});

it('The rate of a tax in a currency is as sure as its decimals: 91 yen of 909 are 10 %, and no 10.011 %', () => {
  expect(rateOf('VAT', [line('909', '91')], 0)).toBe('10');
  expect(rateOf('VAT', [line('909.090909', '90.909091')], 0)).toBe('10');
  expect(rateOf('VAT', [line('12', '1')], 0)).toBeNull();
  expect(rateOf('VAT', [line('1.235', '0.086')], 3)).toBe('7');
});
