import { describe, expect, it } from 'vitest';
import { withExiting } from './list.animation.ts';

describe('Cards that exit', () => {
  const idOf = (id: string) => id;
  const step = (before: ReturnType<typeof withExiting<string>>, now: string[]) => withExiting(before, now, idOf);
  const begin = { items: ['a', 'b', 'c'], exiting: new Set<string>() };

  it('stay where they stood until they are gone', () => {
    const first = step(begin, ['a', 'c']);
    expect(first).toEqual({ items: ['a', 'b', 'c'], exiting: new Set(['b']) });
    const second = step(first, ['new', 'a']);
    expect(second).toEqual({ items: ['new', 'a', 'b', 'c'], exiting: new Set(['b', 'c']) });
  });

  it('stay first when they were first', () => {
    expect(step(begin, ['b', 'c'])).toEqual({ items: ['a', 'b', 'c'], exiting: new Set(['a']) });
  });

  it('are shown again when they return', () => {
    expect(step(step(begin, ['a', 'c']), ['a', 'b', 'c']).exiting.size).toBe(0);
  });
});
