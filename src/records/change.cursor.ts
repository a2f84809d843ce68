import { decodeTuple, encodeTuple, notACursor } from '../common/tuple.cursor.ts';

const LIST = 'records';
/** The largest Postgres bigint. */
const LARGEST = 9_223_372_036_854_775_807n;

/** The cursor of a client that has read all changes up to this change_seq. */
export const encodeChange = (changeSeq: number | string): string => encodeTuple(LIST, [String(changeSeq)]);

/** The change_seq as digits. Throws Problem invalid-request for a cursor that `encodeChange` did not create. */
export function decodeChange(cursor: string): string {
  const [digits = ''] = decodeTuple(LIST, 1, cursor);
  if (/^(0|[1-9]\d{0,18})$/.test(digits) && BigInt(digits) <= LARGEST) return digits;
  throw notACursor('is not a cursor of this list; use a cursor of an earlier response unchanged');
}

/**
 * A cursor ahead of the last change belongs to another organization, or was issued before a backup was restored. Reading from it would
 * silently miss changes.
 */
export function refuseAhead(after: string, lastSeq: string): void {
  if (BigInt(after) > BigInt(lastSeq)) throw notACursor('is ahead of the last change; start again without a cursor');
}
