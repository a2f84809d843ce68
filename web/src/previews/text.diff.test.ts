import { describe, expect, it } from 'vitest';
import { textDiff } from './text.diff.ts';

const marked = (parts: readonly { text: string; differs: boolean }[]) =>
  parts.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('');

const diff = (old: string, next: string) => {
  const parts = textDiff(old, next);
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
    const parts = textDiff(old, next);
    expect(parts.old.map(({ text }) => text).join('')).toBe(old);
    expect(parts.new.map(({ text }) => text).join('')).toBe(next);
  });
});
