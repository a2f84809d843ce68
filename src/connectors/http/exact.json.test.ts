import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactJson } from './exact.json.ts';

it('A number that would lose digits is its text, and every other one a number', () => {
  expect(exactJson('[12345678901234567.89, 0.1234567890123456789, 1e400, 9007199254740993]')).toEqual([
    ...['12345678901234567.89', '0.1234567890123456789', '1e400', '9007199254740993'],
  ]);
  const kept = '[12.299999999999999, 1234567890123456.00, 100000000000000000000, 0.000000000000000001, -1.50e3]';
  expect(exactJson(kept)).toEqual([12.299999999999999, 1234567890123456, 1e20, 1e-18, -1500]);
});

it('What Python writes for no number is text, and texts stay as they are', () => {
  expect(exactJson('{"price": NaN, "min": -Infinity, "name": "NaN, \\"Infinity\\" \\\\", "x": [NaN]}')).toEqual({
    ...{ price: 'NaN', min: '-Infinity', name: 'NaN, "Infinity" \\', x: ['NaN'] },
  });
  for (const text of ['{"a": NaNa}', 'NaN NaN', '{NaN: 1', '']) expect(() => exactJson(text)).toThrow(SyntaxError);
});

it('Whatever JSON holds is the same as without care for digits', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(exactJson(text)).toEqual(JSON.parse(text));
    }),
  );
});
