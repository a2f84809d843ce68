import type { Watermark } from '../../connectors/contract/connector.types.ts';
import type { WorkItem } from '../destination/destination.types.ts';
import type { RunCheckpoint } from '../run.types.ts';
import { readAhead } from '../worker/read.ahead.ts';
import type { SourceReader } from './source.reader.ts';

/** A batch's worth of a run. */
export interface Step {
  /** An id comes once. */
  readonly items: readonly WorkItem[];
  /** Where the run goes on after this. */
  readonly checkpoint: RunCheckpoint;
  readonly total: number | null;
  /** On the last step of a walk. */
  readonly watermark?: Watermark;
  readonly isLast: boolean;
}

/** The pages of the source; what follows the walk, if anything, is a phase of its own. */
export async function* walkSteps(
  reader: SourceReader,
  from: RunCheckpoint,
  thenDeletions: boolean,
): AsyncGenerator<Step> {
  for await (const page of readAhead((cursor) => reader.page(cursor), from.cursor ?? null)) {
    const over = page.next === null;
    yield {
      items: onceEach(page.items.map((item) => ({ item }))),
      checkpoint: over
        ? { ...from, phase: 'deletions', cursor: null, after: '' }
        : { ...from, phase: 'walk', cursor: page.next },
      total: page.total,
      watermark: page.watermark,
      isLast: over && !thenDeletions,
    };
  }
}

/** Of named items, each looked at anew: `next` gives up to 100 after an id, in the order of ids. */
export async function* namedSteps(
  reader: SourceReader,
  from: RunCheckpoint,
  next: (
    after: string,
  ) => Promise<readonly { readonly external_id: string; readonly expected?: WorkItem['expected'] }[]>,
): AsyncGenerator<Step> {
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
