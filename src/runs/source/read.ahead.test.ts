import { describe, expect, it } from 'vitest';
import type { Cursor, Page } from '../../connectors/contract/connector.types.ts';
import { readAhead } from './read.ahead.ts';

/** A source with this many pages, numbered from 0. Reading the page `broken` fails. */
function source(pages: number, broken?: number) {
  const asked: number[] = [];
  const read = async (cursor: Cursor | null): Promise<Page> => {
    const n = Number(cursor?.n ?? 0);
    asked.push(n);
    if (n === broken) throw new Error(`page ${n}`);
    return { items: [{ external_id: String(n), data: {} }], next: n + 1 < pages ? { n: n + 1 } : null, total: null };
  };
  return { asked, read };
}
const numberOf = (page: Page | undefined) => page?.items[0]?.external_id;
/** Resolves after all pending microtasks have run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Reading ahead', () => {
  it('yields every page once, in order, and reads each once', async () => {
    const { asked, read } = source(5);
    const returned = [];
    for await (const page of readAhead(read, null)) returned.push(numberOf(page));
    expect(returned).toEqual(['0', '1', '2', '3', '4']);
    expect(asked).toEqual([0, 1, 2, 3, 4]);
  });

  it('starts at the given cursor', async () => {
    const { asked, read } = source(4);
    for await (const page of readAhead(read, { n: 2 })) expect(Number(numberOf(page))).toBeGreaterThanOrEqual(2);
    expect(asked).toEqual([2, 3]);
  });

  it('reads at most one page ahead', async () => {
    const { asked, read } = source(6);
    let taken = 0;
    for await (const _ of readAhead(read, null)) {
      taken += 1;
      await settled();
      expect(asked).toHaveLength(Math.min(taken + 1, 6));
    }
  });

  it('reads nothing before the first request, and nothing more without further requests', async () => {
    const { asked, read } = source(6);
    const pages = readAhead(read, null);
    await settled();
    expect(asked).toEqual([]);
    for await (const page of pages) if (numberOf(page) === '1') break;
    await settled();
    expect(asked).toEqual([0, 1, 2]);
    expect(await pages.next()).toMatchObject({ done: true });
  });

  it('throws an error after the pages before it, and ends there', async () => {
    const { asked, read } = source(6, 2);
    const returned: unknown[] = [];
    const reading = async () => {
      for await (const page of readAhead(read, null)) {
        await settled();
        returned.push(numberOf(page));
      }
    };
    await expect(reading()).rejects.toThrow('page 2');
    expect(returned).toEqual(['0', '1']);
    expect(asked).toEqual([0, 1, 2]);
  });

  it('causes no unhandled rejection when an error is never awaited', async () => {
    const { read } = source(6, 1);
    for await (const page of readAhead(read, null)) {
      await settled();
      expect(numberOf(page)).toBe('0');
      break;
    }
    await settled();
  });
});
