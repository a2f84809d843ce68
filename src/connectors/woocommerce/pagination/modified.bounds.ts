import type { ReadQuery, Watermark } from '../../contract/connector.types.ts';
import type { Params } from '../shop/shop.client.ts';

/** `YYYY-MM-DDTHH:MM:SS` in UTC without a zone: with one the shop compares it wrongly. */
export function naiveUtc(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}

export function watermarkAt(before: string): Watermark {
  return { modified_after: before };
}

/** Null: from the beginning. */
export function sinceOf({ mode, since }: ReadQuery): number | null {
  if (mode === 'full' || since === null) return null;
  const time = Date.parse(`${String(since.modified_after)}Z`);
  return Number.isNaN(time) ? null : time;
}

/**
 * The filter for what was modified since, less the overlap, and before. Both bounds exclude their own second, so the lower one
 * lies one second further back: what was modified in the second in which the last walk began is not skipped.
 */
export function modifiedBounds(since: number | null, overlapSeconds: number, before: string | null): Params {
  if (since === null) return {};
  return {
    modified_after: naiveUtc(Math.max(0, since - (overlapSeconds + 1) * 1000)),
    ...(before !== null && { modified_before: before }),
    dates_are_gmt: 'true',
  };
}
