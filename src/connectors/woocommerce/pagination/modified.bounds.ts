import type { ReadQuery, Watermark } from '../../contract/connector.types.ts';
import type { Shop } from '../read/shop.context.ts';
import type { Params } from '../shop/shop.client.ts';

/** `YYYY-MM-DDTHH:MM:SS` in UTC, without a zone: the shop compares a time with a zone wrongly. */
export function naiveUtc(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}

/** Milliseconds of a time in UTC that the shop writes without a zone; null for anything else. */
function timestampOf(naive: unknown): number | null {
  const time = typeof naive === 'string' ? Date.parse(`${naive}Z`) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

export function watermarkAt(newest: string): Watermark {
  return { modified_after: newest };
}

/** Null: from the beginning. */
export function sinceOf({ mode, since }: ReadQuery): number | null {
  return mode === 'full' || since === null ? null : timestampOf(since.modified_after);
}

/**
 * The filter for rows modified after `since`, less the overlap. The bound excludes its own second. It therefore lies one second earlier,
 * so that rows modified in the second of the newest change that the last sync began with are not skipped.
 */
export function modifiedBounds(since: number | null, overlapSeconds: number): Params {
  if (since === null) return {};
  return { modified_after: naiveUtc(Math.max(0, since - (overlapSeconds + 1) * 1000)), dates_are_gmt: 'true' };
}

const NEWEST = { orderby: 'modified', order: 'desc', per_page: 1, _fields: 'id,date_modified_gmt' } as const;

/**
 * When the shop last changed one of the rows, by its own data, which no proxy writes. A change that is still to come cannot be earlier.
 * A row that was imported with a time in the future says nothing about that. Null when there is no row.
 */
export async function newestChange({ client }: Shop, path: string, signal: AbortSignal): Promise<number | null> {
  const lists = await Promise.all(['any', 'trash'].map((status) => client.list(path, { ...NEWEST, status }, signal)));
  const times = lists.flatMap(({ rows, latest }) => {
    const time = timestampOf(rows[0]?.date_modified_gmt);
    return time === null ? [] : [Math.min(time, latest)];
  });
  return times.length === 0 ? null : Math.max(...times);
}
