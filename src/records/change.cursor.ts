import { decodeTuple, encodeTuple, notACursor } from '../common/tuple.cursor.ts';

const LIST = 'records';
/** Of a Postgres bigint. */
const LARGEST = 9_223_372_036_854_775_807n;

/** Where a reader of changes is: it has seen everything up to this change_seq. */
export const encodeChange = (changeSeq: number | string): string => encodeTuple(LIST, [String(changeSeq)]);

/** The change_seq as digits. Throws Problem invalid-request when it is not a cursor that `encodeChange` made. */
export function decodeChange(cursor: string): string {
  const [digits = ''] = decodeTuple(LIST, 1, cursor);
  if (/^(0|[1-9]\d{0,18})$/.test(digits) && BigInt(digits) <= LARGEST) return digits;
  throw notACursor('is not a cursor of this list; use one of an earlier answer as it is');
}

/**
 * Nobody was ever given a cursor ahead of the last change: it is another organization's, or of before a backup was restored. From
 * there changes would be missed silently.
 */
export function refuseAhead(after: string, lastSeq: string): void {
  if (BigInt(after) > BigInt(lastSeq))
    throw notACursor('is ahead of every change there is; begin again without a cursor');
}
