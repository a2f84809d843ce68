import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cursor, ExternalItem, Page } from '../../connectors/contract/connector.types.ts';
import { namedItemBatches, pageBatches, type SourceBatch } from './batches.ts';
import type { SourceReader } from './source.reader.ts';

const item = (external_id: string, name = ''): ExternalItem => ({ external_id, data: { name } });
const WATERMARK = { at: 9 };

/** A reader of these pages. The cursor holds the number of the page. */
function readerOf(pages: readonly (readonly ExternalItem[])[]): SourceReader {
  const page = async (cursor: Cursor | null): Promise<Page> => {
    const n = Number(cursor?.n ?? 0);
    const isLast = n + 1 >= pages.length;
    return {
      ...{ items: pages[n] ?? [], next: isLast ? null : { n: n + 1 }, total: 7 },
      ...(isLast && { watermark: WATERMARK }),
    };
  };
  const byIds = async (ids: readonly string[]) => ids.map((id) => item(id, 'anew'));
  return { page, byIds } as Partial<SourceReader> as SourceReader;
}
async function all(batches: AsyncIterable<SourceBatch>): Promise<SourceBatch[]> {
  const found: SourceBatch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}
const idsOf = ({ items }: SourceBatch) => items.map((work) => work.item.external_id);
const START = { phase: 'pages', cursor: null } as const;

describe('The batches of pages', () => {
  const pages = [[item('1'), item('2')], [], [item('3')]];

  it('are one per page with the checkpoint after it; the last has the watermark', async () => {
    const steps = await all(pageBatches(readerOf(pages), START, null));
    expect(steps.map(idsOf)).toEqual([['1', '2'], [], ['3']]);
    expect(steps.map(({ checkpoint }) => checkpoint)).toEqual([
      { phase: 'pages', cursor: { n: 1 } },
      { phase: 'pages', cursor: { n: 2 } },
      { phase: 'deletions', cursor: null, after: '' },
    ]);
    expect(steps.map(({ watermark, isLast }) => [watermark, isLast])).toEqual([
      [undefined, false],
      [undefined, false],
      [WATERMARK, true],
    ]);
  });

  it('have no last batch when deletions follow, and keep the change tokens of a preview', async () => {
    const tokens = { source: 's', destination: null };
    const steps = await all(pageBatches(readerOf(pages), { ...START, tokens }, 'deletions'));
    expect(steps.map(({ isLast }) => isLast)).toEqual([false, false, false]);
    expect(steps.every(({ checkpoint }) => checkpoint.tokens === tokens)).toBe(true);
  });

  it('contain an id once per page, with its last occurrence', async () => {
    const [step] = await all(pageBatches(readerOf([[item('1', 'old'), item('2'), item('1', 'new')]]), START, null));
    expect(step?.items).toEqual([{ item: item('1', 'new') }, { item: item('2') }]);
  });

  it('resume from any of their checkpoints', async () => {
    const pages = fc.array(fc.array(fc.nat(5).map((n) => item(String(n)))), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pages, fc.nat(5), async (made, cut) => {
        const whole = await all(pageBatches(readerOf(made), START, 'deletions'));
        const from = whole[Math.min(cut, whole.length - 1)]?.checkpoint;
        if (from?.phase !== 'pages') return;
        const rest = await all(pageBatches(readerOf(made), JSON.parse(JSON.stringify(from)), 'deletions'));
        expect(rest).toEqual(whole.slice(cut + 1));
      }),
    );
  });
});

describe('The batches of named items', () => {
  const named = (ids: readonly string[], size: number) => async (after: string) =>
    ids
      .filter((id) => id > after)
      .slice(0, size)
      .map((external_id) => ({
        external_id,
        expected: { kind: 'update', source_hash: external_id, destination_hash: null } as const,
      }));

  it('read each item again, keep its expected state, and end with an empty batch', async () => {
    const steps = await all(
      namedItemBatches(readerOf([]), { phase: 'items', after: '' }, named(['a', 'b', 'c'], 2) as never),
    );
    expect(steps.map(idsOf)).toEqual([['a', 'b'], ['c'], []]);
    expect(steps.map(({ checkpoint, isLast }) => [checkpoint.after, isLast])).toEqual([
      ['b', false],
      ['c', false],
      ['c', true],
    ]);
    expect(steps[1]?.items).toMatchObject([{ item: item('c', 'anew'), expected: { source_hash: 'c' } }]);
  });

  it('contain every item once, wherever they resume', async () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 12 }).map((list) => list.sort());
    await fc.assert(
      fc.asyncProperty(ids, fc.integer({ min: 1, max: 5 }), fc.nat(12), async (list, size, cut) => {
        const next = named(list, size) as never;
        const after = list[cut] ?? '';
        const steps = await all(namedItemBatches(readerOf([]), { phase: 'deletions', after }, next));
        expect(steps.flatMap(idsOf)).toEqual(list.filter((id) => id > after));
        expect(steps.filter(({ isLast }) => isLast)).toHaveLength(1);
      }),
    );
  });
});
