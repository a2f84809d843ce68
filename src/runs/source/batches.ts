import type { Watermark } from '../../connectors/contract/connector.types.ts';
import type { WorkItem } from '../../planning/planning.types.ts';
import type { RunCheckpoint } from '../run.types.ts';
import { readAhead } from './read.ahead.ts';
import type { SourceReader } from './source.reader.ts';

/** The items that a run reads from its source for one batch. */
export interface SourceBatch {
  /** Each id occurs once. */
  readonly items: readonly WorkItem[];
  /** Other ids that the source has, of which nothing else was read. */
  readonly present?: readonly string[];
  /** Where the run resumes after this batch. */
  readonly checkpoint: RunCheckpoint;
  readonly total: number | null;
  /** See Page.rows. */
  readonly rows?: number;
  /** Set on the last page. */
  readonly watermark?: Watermark;
  readonly isLast: boolean;
}

/** Yields one batch per page of the source. `then`: the phase that follows, so that no page is the last batch. */
export async function* pageBatches(
  reader: SourceReader,
  from: RunCheckpoint,
  then: 'deletions' | 'refused' | null,
): AsyncGenerator<SourceBatch> {
  for await (const page of readAhead((cursor) => reader.page(cursor), from.cursor ?? null)) {
    const isLastPage = page.next === null;
    const resumed = { ...from, page: reader.pageSize };
    yield {
      items: latestOfEachId(page.items.map((item) => ({ item }))),
      checkpoint: isLastPage
        ? { ...resumed, phase: then ?? 'deletions', cursor: null, after: '' }
        : { ...resumed, phase: 'pages', cursor: page.next },
      total: page.total,
      rows: page.rows,
      watermark: page.watermark,
      isLast: isLastPage && then === null,
    };
  }
}

/** Yields one batch per page of ids. `unrecorded` returns those of them that have no record, which are read. The deletions phase follows. */
export async function* idBatches(
  reader: SourceReader,
  from: RunCheckpoint,
  unrecorded: (ids: readonly string[]) => Promise<readonly string[]>,
): AsyncGenerator<SourceBatch> {
  for await (const page of readAhead((cursor) => reader.idPage(cursor), from.cursor ?? null)) {
    const ids = [...new Set(page.ids)];
    const unknown = new Set(await unrecorded(ids));
    const items = page.knownOnly ? [] : await reader.byIds([...unknown]);
    const resumed = { ...from, page: reader.pageSize };
    yield {
      items: [...items, ...(page.problems ?? [])].map((item) => ({ item })),
      present: ids.filter((id) => !unknown.has(id)),
      checkpoint:
        page.next === null
          ? { ...resumed, phase: 'deletions', cursor: null, after: '' }
          : { ...resumed, phase: 'pages', cursor: page.next },
      total: page.total,
      rows: ids.length,
      isLast: false,
    };
  }
}

/** An item that is read by its id. */
export interface NamedItem {
  readonly external_id: string;
  readonly expected?: WorkItem['expected'];
  /** Where it stands among the named items, if they are not ordered by id. */
  readonly place?: string;
}

/** Yields batches of named items, which are read again by id. `next` returns up to 100 items after a place, in their order. */
export async function* namedItemBatches(
  reader: Pick<SourceReader, 'byIds'>,
  from: RunCheckpoint,
  next: (after: string) => Promise<readonly NamedItem[]>,
): AsyncGenerator<SourceBatch> {
  let after = from.after ?? '';
  for (;;) {
    const named = await next(after);
    const last = named.at(-1);
    if (!last) return yield { items: [], checkpoint: { ...from, after }, total: null, isLast: true };
    const items = await reader.byIds(named.map(({ external_id }) => external_id));
    after = last.place ?? last.external_id;
    yield {
      items: items.map((item, index) => ({ item, expected: named[index]?.expected })),
      checkpoint: { ...from, after },
      total: null,
      rows: items.length,
      isLast: false,
    };
  }
}

/** When an id occurs more than once, the last occurrence wins, because it is the newest. */
function latestOfEachId(items: readonly WorkItem[]): WorkItem[] {
  return [...new Map(items.map((work) => [work.item.external_id, work])).values()];
}
