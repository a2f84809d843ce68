import { describe, expect, it } from '@jest/globals';
import { computedDelta, listsOf } from './preview.delta.ts';
import { changesOf, countsOf, countsText, endsOf, guardOf } from './preview.summary.ts';
import { textParts } from './text.diff.ts';
import { itemName, leavesOf, valueText } from './value.text.ts';

const marked = (parts: readonly { text: string; differs: boolean }[]) =>
  parts.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('');

const diff = (old: string, next: string) => {
  const parts = textParts(old, next);
  return [marked(parts.old), marked(parts.new)];
};

describe('What differs between two texts', () => {
  it.each([
    ['Linen shirt, blue', 'Linen shirt, navy blue', 'Linen shirt, blue', 'Linen shirt, [navy ]blue'],
    ['49.00', '45.50', '[49.00]', '[45.50]'],
    ['Zürich', 'Zurich', '[Zürich]', '[Zurich]'],
    ['a b c', 'a x y c', 'a [b] c', 'a [x y] c'],
    ['ann@example.com', 'ann@example.org', 'ann@example.[com]', 'ann@example.[org]'],
    ['', 'new', '', '[new]'],
    ['same', 'same', 'same', 'same'],
  ])('%s, %s', (old, next, markedOld, markedNew) => {
    expect(diff(old, next)).toEqual([markedOld, markedNew]);
  });

  it('keeps every character of both, however long they are', () => {
    const old = 'one two '.repeat(5_000);
    const next = `${'one three '.repeat(5_000)}end`;
    const parts = textParts(old, next);
    expect(parts.old.map(({ text }) => text).join('')).toBe(old);
    expect(parts.new.map(({ text }) => text).join('')).toBe(next);
  });
});

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

  it('of an item stand by their paths, without what is empty', () => {
    expect(leavesOf({ name: 'A', phone: null, lines: [], billing: { city: 'Bern', zip: '' } })).toEqual([
      { path: 'name', value: 'A' },
      { path: 'billing.city', value: 'Bern' },
    ]);
    expect(itemName({ sku: 'S-1', name: '' })).toBe('S-1');
    expect(itemName({ stock: 3 })).toBeUndefined();
  });
});

describe("A preview's summary", () => {
  const summary = { creates: 1_000, updates: 2, deletes: 0, unchanged: 5, conflicts: 0, failed: 0, guard: null };

  it('is numbers and a sentence', () => {
    expect(countsText(countsOf(summary), String)).toBe('1000 to create, 2 to update, 5 unchanged');
    expect(changesOf(summary)).toBe(1_002);
    expect(guardOf(summary)).toBeNull();
    expect(guardOf({ guard: '8 of 40' })).toBe('8 of 40');
  });

  it('of another service may hold anything', () => {
    expect(countsOf(null)).toEqual([]);
    expect(countsOf({ creates: 'many', updates: -1, deletes: 3 })).toMatchObject([{ name: 'deletes', value: 3 }]);
    expect(countsText([], String)).toBe('nothing');
  });

  it('names its ends when it was computed here', () => {
    const [a, b] = ['6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d', '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10'];
    expect(endsOf(`connection:${a}:${b}`)).toEqual({ source: a, destination: b });
    expect(endsOf(`connection:${a}:records`)).toEqual({ source: a, destination: 'records' });
    expect(endsOf('pim-import')).toBeUndefined();
  });

  it('tells what was computed here from what was stored by hand', () => {
    const delta = { sync_id: 'run-1', source_connection_id: 'a', destination: 'records', mode: 'full' };
    expect(computedDelta(delta)).toBe(delta);
    expect(computedDelta({ ...delta, mode: 'other' })).toBeUndefined();
    expect(computedDelta({ creates: [] })).toBeUndefined();
    expect(listsOf({ notes: [1], note: 'x', deletes: [], creates: [2] }).map(({ name }) => name)).toEqual([
      'creates',
      'deletes',
      'notes',
    ]);
  });
});
