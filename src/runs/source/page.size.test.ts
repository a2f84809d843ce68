import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageSizes } from './page.size.ts';

/** Reads so many pages of a system, as the reader does, and returns the sizes that it asked for. */
function sizesAsked(sizes: PageSizes, pages: number, fails: (size: number, request: number) => boolean): number[] {
  const asked: number[] = [];
  for (let read = 0; read < pages && asked.length < 10_000; ) {
    const { size } = sizes.now;
    asked.push(size);
    if (fails(size, asked.length)) sizes.failed(!sizes.bore(size));
    else {
      sizes.succeeded();
      read += 1;
    }
  }
  return asked;
}

describe('The sizes of pages', () => {
  it('never reach again what was too much for the system, whatever that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 99 }), fc.nat(3), (limit, pagesBefore) => {
        // The first pages are small enough whatever was asked, as those of a shop that has cached them.
        const asked = sizesAsked(new PageSizes(), 100, (size, request) => request > pagesBefore && size > limit);
        const firstRefused = asked.slice(pagesBefore).filter((size) => size > limit);
        expect(firstRefused).toEqual([...new Set(firstRefused)].sort((a, b) => b - a));
        expect(asked.at(-1)).toBeGreaterThan(limit / 2 - 3);
      }),
    );
  });

  it.each([3, 5])('stay useful where every request number %i fails, whatever its size', (every) => {
    const asked = sizesAsked(new PageSizes(), 200, (_, request) => request % every === 0);
    expect(asked.reduce((sum, size) => sum + size, 0) / asked.length).toBeGreaterThan(10);
  });
});
