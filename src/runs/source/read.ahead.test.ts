import { describe, expect, it } from '@jest/globals';
import type { Cursor, Page } from '../../connectors/contract/connector.types.ts';
import { readAhead } from './read.ahead.ts';

/** A walk of so many pages, numbered from 0; `broken` cannot be read. */
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
/** Lets everything that waits for nothing but its turn go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Reading ahead', () => {
  it('tells every page once, in order, and asks for each once', async () => {
    const { asked, read } = source(5);
    const told = [];
    for await (const page of readAhead(read, null)) told.push(numberOf(page));
    expect(told).toEqual(['0', '1', '2', '3', '4']);
    expect(asked).toEqual([0, 1, 2, 3, 4]);
  });

  it('begins at the cursor it is given', async () => {
    const { asked, read } = source(4);
    for await (const page of readAhead(read, { n: 2 })) expect(Number(numberOf(page))).toBeGreaterThanOrEqual(2);
    expect(asked).toEqual([2, 3]);
  });

  it('is one page ahead of its reader, never more', async () => {
    const { asked, read } = source(6);
    let taken = 0;
    for await (const _ of readAhead(read, null)) {
      taken += 1;
      await settled();
      expect(asked).toHaveLength(Math.min(taken + 1, 6));
    }
  });

  it('asks for nothing before somebody reads, and for nothing more when nobody does', async () => {
    const { asked, read } = source(6);
    const pages = readAhead(read, null);
    await settled();
    expect(asked).toEqual([]);
    for await (const page of pages) if (numberOf(page) === '1') break;
    await settled();
    expect(asked).toEqual([0, 1, 2]);
    expect(await pages.next()).toMatchObject({ done: true });
  });

  it('tells a failure in its turn, after the pages before it, and ends there', async () => {
    const { asked, read } = source(6, 2);
    const told: unknown[] = [];
    const reading = async () => {
      for await (const page of readAhead(read, null)) {
        await settled();
        told.push(numberOf(page));
      }
    };
    await expect(reading()).rejects.toThrow('page 2');
    expect(told).toEqual(['0', '1']);
    expect(asked).toEqual([0, 1, 2]);
  });

  it('tells nobody of a failure that nobody waits for', async () => {
    const { read } = source(6, 1);
    for await (const page of readAhead(read, null)) {
      await settled();
      expect(numberOf(page)).toBe('0');
      break;
    }
    await settled();
  });
});
