import { describe, expect, it } from 'vitest';
import { withMaskedMembers } from './masked.members.ts';

const of = (value: unknown, space?: number) => JSON.parse(withMaskedMembers(JSON.stringify(value, null, space)));

describe('What errors say in JSON text', () => {
  it('is masked in members of their names, at any depth and however the text is laid out', () => {
    const row = { error_message: 'refused: “Ada”', details: { items: [{ error: 'of ada@x.example', id: 7 }] } };
    const expected = { error_message: 'refused: [masked]', details: { items: [{ error: 'of [masked]', id: 7 }] } };
    for (const space of [0, 2]) expect(of([row], space)).toEqual([expected]);
  });

  it('is masked in each of several', () => {
    expect(of({ warnings: ['“Ada”', 'nothing', '"B" \\ “C'], message: '' })).toEqual({
      ...{ warnings: ['[masked]', 'nothing', '[masked] \\ [masked]'], message: '' },
    });
  });

  it('leaves other members, and what only looks like one, as they are', () => {
    const rows = [
      { name: '“Ada”', error_message: null, error: { kind: 'x' }, warnings: [] },
      { note: '{"error_message":"“Ada”"}', 'last_error":"': '“Ada”' },
    ];
    expect(of(rows)).toEqual(rows);
  });
});
