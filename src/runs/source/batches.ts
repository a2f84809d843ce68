import type { Watermark } from '../../connectors/contract/connector.types.ts';
import type { WorkItem } from '../../planning/planning.types.ts';
import type { RunCheckpoint } from '../run.types.ts';
import { readAhead } from './read.ahead.ts';
import type { SourceReader } from './source.reader.ts';

/** What the source gives for one batch. */
export interface SourceBatch {
  /** An id comes once. */
  readonly items: readonly WorkItem[];
  /** Where the run resumes after this batch. */
  readonly checkpoint: RunCheckpoint;
  readonly total: number | null;
  /** On the last page. */
  readonly watermark?: Watermark;
  readonly isLast: boolean;
}

/** One batch a page of the source; the deletions, if they are looked for, are the next phase. */
export async function* pageBatches(
  reader: SourceReader,
  from: RunCheckpoint,
  thenDeletions: boolean,
): AsyncGenerator<SourceBatch> {
  for await (const page of readAhead((cursor) => reader.page(cursor), from.cursor ?? null)) {
    const over = page.next === null;
    yield {
      items: onceEach(page.items.map((item) => ({ item }))),
      checkpoint: over
        ? { ...from, phase: 'deletions', cursor: null, after: '' }
        : { ...from, phase: 'pages', cursor: page.next },
      total: page.total,
      watermark: page.watermark,
      isLast: over && !thenDeletions,
    };
  }
}

/** Of named items, each read again: `next` gives up to 100 after an id, in the order of ids. */
export async function* namedItemBatches(
  reader: SourceReader,
  from: RunCheckpoint,
  next: (
    after: string,
  ) => Promise<readonly { readonly external_id: string; readonly expected?: WorkItem['expected'] }[]>,
): AsyncGenerator<SourceBatch> {
  let after = from.after ?? '';
  for (;;) {
    const named = await next(after);
    const last = named.at(-1);
    if (!last) return yield { items: [], checkpoint: { ...from, after }, total: null, isLast: true };
    const items = await reader.byIds(named.map(({ external_id }) => external_id));
    after = last.external_id;
    yield {
      items: items.map((item, index) => ({ item, expected: named[index]?.expected })),
      checkpoint: { ...from, after },
      total: null,
      isLast: false,
    };
  }
}

/** The last one of an id counts: it is the newest. */
function onceEach(items: readonly WorkItem[]): WorkItem[] {
  return [...new Map(items.map((work) => [work.item.external_id, work])).values()];
}
