import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTuple, encodeTuple } from './tuple.cursor.ts';

const refusal = expect.objectContaining({
  problem: 'invalid-request',
  errors: [expect.objectContaining({ parameter: 'cursor' })],
});
const storable = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));

describe('a cursor made of texts', () => {
  it('is decoded unchanged, whatever the texts are', () => {
    fc.assert(
      fc.property(storable, fc.array(storable), (list, key) => {
        expect(decodeTuple(list, key.length, encodeTuple(list, key))).toEqual(key);
      }),
    );
  });

  it.each([
    ['of another list', encodeTuple('others', ['a'])],
    ['of another length', encodeTuple('list', ['a', 'b'])],
    ['with a number', Buffer.from('["list",1]').toString('base64url')],
    ['with text that cannot be stored', encodeTuple('list', ['a\0'])],
    ['that is no JSON', 'abc'],
    ['that is empty', ''],
    ['that is an object', Buffer.from('{"0":"list","1":"a","length":2}').toString('base64url')],
  ])('%s is refused', (_, cursor) => {
    expect(() => decodeTuple('list', 1, cursor)).toThrow(refusal);
  });
});
