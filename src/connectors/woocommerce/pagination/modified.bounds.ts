import type { ReadQuery, Watermark } from '../../contract/connector.types.ts';
import type { Params } from '../shop/shop.client.ts';

/** `YYYY-MM-DDTHH:MM:SS` in UTC, without a zone: the shop compares a time with a zone wrongly. */
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
 * The filter for rows modified after `since`, less the overlap, and before `before`. Both bounds exclude their own second. The lower
 * bound therefore lies one second earlier, so that rows modified in the second when the last sync began are not skipped.
 */
export function modifiedBounds(since: number | null, overlapSeconds: number, before: string | null): Params {
  if (since === null) return {};
  return {
    modified_after: naiveUtc(Math.max(0, since - (overlapSeconds + 1) * 1000)),
    ...(before !== null && { modified_before: before }),
    dates_are_gmt: 'true',
  };
}
