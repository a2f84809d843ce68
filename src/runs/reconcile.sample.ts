import { createHash } from 'node:crypto';

/** A sample has at most this part of the items. */
const PART = 20;
/** The sync of so many items makes about ten times the calls of a sample, of which two ask the systems which they are. */
const WORTH_A_SAMPLE = 2_000;

/** How many of so many items are compared again after a full sync. Zero: none. */
export const sampleSize = (most: number, items: number): number => Math.min(most, Math.floor(items / PART));

/** Whether a sample follows a sync of so many items: of small syncs only some, so that samples add a tenth to them at most. Pure. */
export const isSampled = (syncId: string, items: number): boolean =>
  createHash('sha256').update(syncId).digest().readUInt32BE() / 2 ** 32 < items / WORTH_A_SAMPLE;

/** Of how many places of all that is bound a sample takes some. */
const PLACES = 10;
const TRIES = 8;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** The first and the last id in their order; null: there are none. */
export interface BoundRange {
  readonly first: string | null;
  readonly last: string | null;
}

/**
 * Ids, which need not exist, from which on a sample is taken: they lie anywhere between the first and the last one, and for one run are
 * always the same. Ids that are numbers of several lengths are in the order of texts, so that any digit may begin one. Pure.
 */
export function sampleStarts(syncId: string, { first, last }: BoundRange, most: number): string[] {
  if (first === null || last === null) return [];
  let same = 0;
  while (same < first.length && first[same] === last[same]) same += 1;
  const next = nextCharacters(charAt(first, same), charAt(last, same));
  const radix = /^\d+$/.test(first) && /^\d+$/.test(last) ? 10 : DIGITS.length;
  const place = (name: string): string => {
    const random = createHash('sha256').update(name).digest();
    const rest = [...random.subarray(1, 9)].map((byte) => DIGITS[byte % radix]);
    return `${first.slice(0, same)}${next[(random[0] ?? 0) % next.length]}${rest.join('')}`;
  };
  // What lies behind the last id is thrown again.
  const thrown = (n: number) => Array.from({ length: TRIES }, (_, t) => place(`${syncId} ${n} ${t}`));
  return Array.from({ length: Math.min(most, PLACES) }, (_, n) => thrown(n).find((id) => id <= last) ?? first);
}

const charAt = (text: string, index: number) => text.charAt(Math.min(index, text.length - 1));

/** What an id may go on with: seldom anything but a digit or a letter. */
function nextCharacters(low: string, high: string): readonly string[] {
  const usual = [...DIGITS, ...DIGITS.slice(10).toUpperCase()].filter((one) => one >= low && one <= high);
  return usual.length > 0 ? usual : [low];
}
