import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTuple } from '../common/tuple.cursor.ts';
import { decodeChange, encodeChange, refuseAhead } from './change.cursor.ts';

const MAX = 2n ** 63n - 1n;

describe('a cursor of changes', () => {
  it('is decoded unchanged, for every bigint', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX }), (seq) => {
        expect(decodeChange(encodeChange(String(seq)))).toBe(String(seq));
      }),
    );
  });

  it.each(['-1', '01', '1.5', '1e3', '', 'x', ' 1', String(MAX + 1n), '9'.repeat(40)])('%j is refused', (digits) => {
    expect(() => decodeChange(encodeTuple('records', [digits]))).toThrow(
      expect.objectContaining({ problem: 'invalid-request' }),
    );
  });

  it('is refused when it is ahead of the last change, and only then', () => {
    expect(() => refuseAhead('10', '9')).toThrow(expect.objectContaining({ problem: 'invalid-request' }));
    expect(() => refuseAhead('9', '10')).not.toThrow();
    expect(() => refuseAhead('10', '10')).not.toThrow();
  });
});
