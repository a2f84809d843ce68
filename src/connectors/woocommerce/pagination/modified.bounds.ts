import type { ReadQuery, Watermark } from '../../contract/connector.types.ts';
import type { Params } from '../shop/shop.client.ts';

/** `YYYY-MM-DDTHH:MM:SS` in UTC, without a zone: the shop compares a time with a zone wrongly. */
export function naiveUtc(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}

/** Milliseconds of a time in UTC that the shop writes without a zone; null for anything else. */
export function timestampOf(naive: unknown): number | null {
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
