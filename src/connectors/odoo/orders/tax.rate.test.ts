import { expect, it } from 'vitest';
import { rateOf } from './tax.rate.ts';

const line = (total: string, tax: string) => ({
  ...({ kind: 'product', name: '', quantity: '1' } as const),
  total,
  taxes: [{ name: 'VAT', total: tax }],
});

it('The rate of a tax is the only one that its amounts leave', () => {
  expect(rateOf('VAT', [line('100', '19')])).toBe('19');
  expect(rateOf('VAT', [line('0.84', '0.16')])).toBe('19');
  expect(rateOf('VAT', [line('100', '9.975')])).toBe('9.975');
  expect(rateOf('VAT', [line('0.5', '0.1'), line('100', '20')])).toBe('20');
  expect(rateOf('VAT', [line('100', '0')])).toBe('0');
  expect(rateOf('VAT', [line('0.5', '0.1')])).toBeNull();
  expect(rateOf('VAT', [line('0', '0')])).toBeNull();
});
